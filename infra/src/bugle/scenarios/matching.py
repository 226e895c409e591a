"""Names filled in, and whether an answer has what a scenario expects of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NAME = re.compile(r"\$\{?(\w+)\}?")


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """The value with `$name` replaced; a text that is one name alone becomes what it names, whatever type that has.

    Raises KeyError for a name that no step has saved.
    """
    if isinstance(value, dict):
        return {key: filled(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, names) for part in value]
    if not isinstance(value, str):
        return value
    whole = _NAME.fullmatch(value)
    return names[whole[1]] if whole else _NAME.sub(lambda match: str(names[match[1]]), value)


def has(actual: Any, expected: Any) -> bool:
    """Whether the answer contains what is expected.

    An object must have every expected field; of a list every expected element must match one of its own; "*" is
    anything but null; "~text" any text that contains it; everything else must be equal.
    """
    if expected == "*":
        return actual is not None
    if isinstance(expected, str) and expected.startswith("~"):
        return isinstance(actual, str) and expected[1:] in actual
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(k in actual and has(actual[k], v) for k, v in expected.items())
    if isinstance(expected, list):
        return isinstance(actual, list) and all(any(has(one, wanted) for one in actual) for wanted in expected)
    return bool(actual == expected) and isinstance(actual, bool) == isinstance(expected, bool)


def at(value: Any, path: str) -> Any:
    """What lies at a dotted path, such as `issues.0.id`. Raises KeyError, IndexError or TypeError."""
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value
