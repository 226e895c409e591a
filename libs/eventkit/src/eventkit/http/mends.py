"""Says for each fault of the data how to mend it, in the words of the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts import Fault
from eventkit.problems import FieldProblem

_FORMATS = {
    "uuid": "an id such as 6f1c2a34-0b5d-5e6f-8a9b-0c1d2e3f4a5b",
    "date": "a date such as 2026-01-31",
    "date-time": "an instant with offset such as 2026-01-31T09:00:00+08:00",
}
_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
}


def field_problem(fault: Fault, schema: Mapping[str, Any], at: str) -> FieldProblem:
    """The fault with its pointer from the root of the request (`at`: the pointer to the data there) and its mend."""
    path = [part.replace("~1", "/").replace("~0", "~") for part in fault.pointer.split("/")[1:]]
    parent = _inside(schema, schema, path[:-1])
    known = parent.get("properties", {})
    if path and known and path[-1] not in known:
        mend = f"leave it out; known here: {', '.join(known)}"
    else:
        mend = f"write {_wanted(_inside(schema, schema, path), schema)}"
    return FieldProblem(at + fault.pointer, fault.message, mend)


def _inside(schema: Mapping[str, Any], root: Mapping[str, Any], path: list[str]) -> Mapping[str, Any]:
    """The subschema at a path of the data; empty where the schema says nothing so simple."""
    schema = _resolved(schema, root)
    if not path:
        return schema
    if path[0].isdigit() and "items" in schema:
        return _inside(schema["items"], root, path[1:])
    return _inside(schema.get("properties", {}).get(path[0], {}), root, path[1:])


def _resolved(schema: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, or the definition in the same document that it refers to."""
    if not isinstance(schema, Mapping):
        return {}
    reference = schema.get("$ref", "")
    if reference.startswith("#/$defs/"):
        definition: Mapping[str, Any] = root.get("$defs", {}).get(reference.removeprefix("#/$defs/"), {})
        return definition
    return schema


def _wanted(schema: Mapping[str, Any], root: Mapping[str, Any]) -> str:
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return " or ".join(dict.fromkeys(_wanted(_resolved(one, root), root) for one in schema[choice]))
    if "enum" in schema:
        return "one of " + ", ".join("null" if value is None else str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    kinds = schema.get("type", "object")
    words = [_TYPES.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    if schema.get("format") in _FORMATS:
        words[0] = _FORMATS[schema["format"]]
    elif "pattern" in schema:
        words[0] += f" that matches {schema['pattern']}"
    bounds = [phrase.format(schema[name]) for name, phrase in _BOUNDS.items() if name in schema]
    if bounds:
        words[0] += f" ({', '.join(bounds)})"
    return " or ".join(words)
