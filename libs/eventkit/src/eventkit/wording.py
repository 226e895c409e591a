"""What libraries say of a fault: in English as they say it, for other languages in templates of our own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Self

from contracts import Fault
from eventkit.text import Text


class Quoted(Text):
    """A library's English words; any other language says the template instead."""

    def __new__(cls, words: str, template: str, /, **values: object) -> Self:
        text = str.__new__(cls, words)
        text.template, text.values = template, values
        return text


BY_KEYWORD: Final = {
    "required": Text("this field is required"),
    "additionalProperties": Text("this field is unknown"),
    "type": Text("the value is not of the type {types}"),
    "enum": Text("the value is not one of {options}"),
    "const": Text("the value is not {expected_value}"),
    "pattern": Text("the value does not match {pattern}"),
    "format": Text("the value has not the format {format}"),
    "minimum": Text("the value is less than {limit}"),
    "maximum": Text("the value is greater than {limit}"),
    "minLength": Text("the text is shorter than {limit} characters"),
    "maxLength": Text("the text is longer than {limit} characters"),
    "minItems": Text("the list has less than {limit} items"),
    "maxItems": Text("the list has more than {limit} items"),
    "uniqueItems": Text("the list names something twice"),
    "minProperties": Text("the object has less than {limit} fields"),
    "maxProperties": Text("the object has more than {limit} fields"),
    "propertyNames": Text("the object has a field whose name is not allowed"),
}
"""By the keyword of JSON Schema that failed; the values are jsonschema-rs's."""

BY_TYPE: Final = {
    "missing": Text("this parameter is required"),
    "int_parsing": Text("is no whole number"),
    "int_parsing_size": Text("is too large a number"),
    "bool_parsing": Text("is neither true nor false"),
    "uuid_parsing": Text("is no id"),
    "literal_error": Text("is none of {expected}"),
    "greater_than_equal": Text("is less than {ge}"),
    "less_than_equal": Text("is greater than {le}"),
    "string_too_long": Text("is longer than {max_length} characters"),
    "string_too_short": Text("is shorter than {min_length} characters"),
}
"""By pydantic's type of the error; the values are those of its context."""


def of_schema(fault: Fault) -> Text:
    """What a JSON Schema's validator says; in its own words for a keyword that is not in the table."""
    template = BY_KEYWORD.get(fault.keyword)
    if template is None:
        return Quoted(fault.message, fault.message)
    return Quoted(fault.message, template, **{name: _json(value) for name, value in fault.values.items()})


def of_parameter(error: Mapping[str, Any]) -> Text:
    """What pydantic says of a parameter (an item of `errors()`); in its own words for a type not in the table."""
    template = BY_TYPE.get(error["type"])
    if template is None:
        return Quoted(error["msg"], error["msg"])
    values = dict(error.get("ctx", {}))
    if "expected" in values:
        values["expected"] = values["expected"].replace("'", "").replace(" or ", ", ").split(", ")
    return Quoted(error["msg"], template, **values)


def _json(value: object) -> object:
    """A value of a schema as JSON; a list of them item by item, and text without its quotes."""
    if isinstance(value, list):
        return [_json(one) for one in value]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
