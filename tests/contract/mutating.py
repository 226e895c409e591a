"""Documents that the published schema allows: the frozen example with some of its values exchanged, left out or added.

Values come from the schema itself, edges first; where it only gives a pattern, from a list of what people write there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import reduce
from operator import getitem
from typing import Any

from hypothesis import strategies as st

from contracts import DOCUMENTS

CONTRACT = DOCUMENTS["bugle.documents.programme.v3"]
Path = tuple[str | int, ...]
Schema = Mapping[str, Any]

DAYS = ("0001-01-01", "0202-03-01", "1990-01-01", "2020-02-29", "2021-03-01", "2021-12-31", "2100-12-31", "9999-12-31")
INSTANTS = ("0001-01-02T00:00:00+14:00", "2021-03-05t00:00:00z", "2100-12-31T23:59:59+08:00", "9999-12-30T00:00:00Z")
ZONES = ("Asia/Shanghai", "Asia/Nowhere", "Asia", "UTC", "America/New_York", "localtime", "right/UTC", "Factory")
SPANS = ("1wd", "60d", "9999wd", "9999d", "9999h", "1h", "same_day", "external")
NAMES = ("session", "long_term", "monthly", "dept-01", "deadline_missed")


def resolved(schema: Schema) -> Schema:
    """The schema with its reference followed."""
    name = schema.get("$ref")
    return schema if name is None else {**CONTRACT.schema["$defs"][name.removeprefix("#/$defs/")], **schema}


def places(value: Any, schema: Schema, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Everything in the value that may be another, with its schema, by place; also what is not there and may be."""
    schema = resolved(schema)
    if path:
        yield path, schema
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties") or {}
        for name in {*value, *known}:
            inner = known.get(name, others)
            if name in value:
                yield from places(value[name], inner, (*path, name))
            else:
                yield (*path, name), resolved(inner)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, schema["items"], (*path, index))


def made(schema: Schema) -> st.SearchStrategy[Any]:
    """Values of a schema."""
    schema = resolved(schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "boolean":
            return st.booleans()
        case "integer":
            least, most = schema["minimum"], schema["maximum"]
            return st.one_of(st.sampled_from((least, most)), st.integers(least, most))
        case "array":
            return st.lists(made(schema["items"]), min_size=schema.get("minItems", 0), max_size=3)
        case "object":
            return _objects(schema)
        case ["integer", "null"] | ["string", "null"]:
            return st.one_of(st.none(), made({**schema, "type": schema["type"][0]}))
    return _texts(schema)


def _objects(schema: Schema) -> st.SearchStrategy[Any]:
    if "properties" not in schema:
        names, inner = made({"type": "string", **schema["propertyNames"]}), made(schema["additionalProperties"])
        return st.dictionaries(names, inner, min_size=schema.get("minProperties", 0), max_size=3)
    of = {name: made(inner) for name, inner in schema.get("properties", {}).items()}
    required = {name: of[name] for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional={n: one for n, one in of.items() if n not in required})


def _texts(schema: Schema) -> st.SearchStrategy[str]:
    pattern = schema.get("pattern", "")
    if schema.get("format") == "date":
        return st.one_of(st.sampled_from(DAYS), st.dates().map(str))
    if schema.get("format") == "date-time":
        return st.sampled_from(INSTANTS)
    if "(/" in pattern:
        return st.sampled_from(ZONES)
    if "wd" in pattern:
        return st.sampled_from(SPANS)
    if pattern:
        return st.one_of(
            st.sampled_from(NAMES), st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
        )
    alphabet = st.characters(exclude_categories=["Cs", "Cc"])
    return st.text(alphabet, min_size=1, max_size=min(20, schema.get("maxLength", 20)))


def put(document: Any, path: Path, value: Any) -> None:
    """Put a value at a place, whose parents are there."""
    *parents, last = path
    reduce(getitem, parents, document)[last] = value


def there(document: Any, path: Path) -> bool:
    """Whether the document has something at the place."""
    *parents, last = path
    holder = reduce(getitem, parents, document)
    return not isinstance(holder, dict) or last in holder


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document that the schema allows, not too far from the example."""
    document: dict[str, Any] = deepcopy(CONTRACT.example)
    for _ in range(draw(st.integers(1, 3))):
        path, schema = draw(st.sampled_from(sorted(places(document, CONTRACT.schema), key=lambda one: str(one[0]))))
        changed = deepcopy(document)
        if there(document, path) and draw(st.booleans()):
            reduce(getitem, path[:-1], changed).pop(path[-1])
        else:
            put(changed, path, draw(made(schema)))
        if not CONTRACT.validate(changed):
            document = changed
    return document
