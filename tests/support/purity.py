"""What a domain may not do: look at the clock, make an id, roll dice, read the environment, use a library."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

_IMPURE_MODULES = {"os", "random", "secrets", "time", "subprocess", "socket", "threading", "asyncio", "logging"}
_CLOCKS = {"now", "utcnow", "today"}
_IMPURE_NAMES = {"uuid1", "uuid4", "getenv", "environ", "urandom"}
_IMPURE_CALLS = _CLOCKS | _IMPURE_NAMES | {"open", "input", "print"}


def impurities(source: str, package: str) -> list[str]:
    """Every breach in the text of a domain module of the service `package`, as "line: what"."""
    return [f"{node.lineno}: {what}" for node in ast.walk(ast.parse(source)) for what in _breaches(node, package)]


def _breaches(node: ast.AST, package: str) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (name.name for name in names if not _allowed(name.name, package))
        case ast.ImportFrom(module=module, names=names, level=0):
            if module is None or not _allowed(module, package):
                yield str(module)
            yield from (name.name for name in names if name.name in _IMPURE_NAMES)
        case ast.Attribute(attr=name) if name in _IMPURE_NAMES:
            yield name
        case ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=name) if name in _CLOCKS:
            yield name
        case ast.Call(func=ast.Attribute(attr=name)) if name in _CLOCKS:  # a field `now` of a command is no clock
            yield name
        case ast.Call(func=ast.Name(id=name)) if name in _IMPURE_CALLS:
            yield name


def _allowed(module: str, package: str) -> bool:
    root = module.partition(".")[0]
    if root == package:
        return module == f"{package}.domain" or module.startswith(f"{package}.domain.")
    return root in sys.stdlib_module_names and root not in _IMPURE_MODULES
