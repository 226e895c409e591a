"""Says for each fault of the data how to mend it, in the words of the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts import Fault
from eventkit.http.reading import either
from eventkit.problems import FieldProblem
from eventkit.text import Text
from eventkit.wording import of_schema

_FORMATS = {
    "uuid": Text("an id such as 6f1c2a34-0b5d-5e6f-8a9b-0c1d2e3f4a5b"),
    "date": Text("a date such as 2026-01-31"),
    "date-time": Text("an instant with offset such as 2026-01-31T09:00:00+08:00"),
}
_TYPES = {
    "string": Text("a text"),
    "integer": Text("a whole number"),
    "number": Text("a number"),
    "boolean": Text("true or false"),
    "array": Text("a list"),
    "object": Text("an object"),
    "null": Text("null"),
}
_BOUNDS = {
    "minimum": Text("at least {n}"),
    "maximum": Text("at most {n}"),
    "minLength": Text("at least {n} characters"),
    "maxLength": Text("at most {n} characters"),
    "minItems": Text("at least {n} items"),
    "maxItems": Text("at most {n} items"),
}


MOST: Final = 100
"""Faults that are told of one request; to find the mend of each costs far more than to find the fault."""


def field_problems(faults: Sequence[Fault], schema: Mapping[str, Any], at: str = "") -> list[FieldProblem]:
    """The first MOST faults with their mends, and how many more there are."""
    told = [field_problem(fault, schema, at) for fault in faults[:MOST]]
    if len(faults) > MOST:
        more = Text("{count} more faults are not listed", count=len(faults) - MOST)
        told.append(FieldProblem(at, more, Text("mend those listed first")))
    return told


def field_problem(fault: Fault, schema: Mapping[str, Any], at: str) -> FieldProblem:
    """The fault with its pointer from the root of the request (`at`: the pointer to the data there) and its mend."""
    path = [part.replace("~1", "/").replace("~0", "~") for part in fault.pointer.split("/")[1:]]
    parent = _inside(schema, schema, path[:-1])
    known = parent.get("properties", {})
    if path and known and path[-1] not in known:
        mend = Text("leave it out; known here: {known}", known=list(known))
    else:
        mend = Text("write {wanted}", wanted=_wanted(_inside(schema, schema, path), schema))
    return FieldProblem(at + fault.pointer, of_schema(fault), mend)


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
            wanted = dict.fromkeys(_wanted(_resolved(one, root), root) for one in schema[choice])
            return either(list(wanted))
    if "enum" in schema:
        choices = ["null" if value is None else str(value) for value in schema["enum"]]
        return Text("one of {choices}", choices=choices)
    if "const" in schema:
        return str(schema["const"])
    kinds = schema.get("type", "object")
    words: list[str] = [_TYPES.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    return either([_narrowed(words[0], schema), *words[1:]])


def _narrowed(word: str, schema: Mapping[str, Any]) -> str:
    """The word of a type with what the schema asks for besides."""
    if schema.get("format") in _FORMATS:
        word = _FORMATS[schema["format"]]
    elif "pattern" in schema:
        word = Text("{what} that matches {pattern}", what=word, pattern=schema["pattern"])
    bounds = [phrase.filled(n=schema[name]) for name, phrase in _BOUNDS.items() if name in schema]
    return Text("{what} ({bounds})", what=word, bounds=bounds) if bounds else word
