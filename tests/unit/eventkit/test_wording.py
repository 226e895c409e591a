"""Faults that libraries find: in English their words, in Chinese ours, and theirs again for what we do not know."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from jsonschema_rs import Draft202012Validator
from pydantic import Field, TypeAdapter, ValidationError

from contracts import COMMANDS, DOCUMENTS, Fault
from contracts.loader import _faults
from eventkit.voice import Voice
from eventkit.wording import BY_KEYWORD, of_parameter, of_schema

CHINESE = Voice("zh")
LEFT_TO_OTHERS = {"if", "then", "items", "properties", "allOf", "$ref", "$defs"}
"""Keywords under which faults are those of the schemas inside."""
TELLING = {"title", "description", "$schema", "$id"}


def fault_of(schema: dict[str, Any], value: object) -> Fault:
    validator = Draft202012Validator(schema, validate_formats=True, mask="the value")
    [fault] = [fault for error in validator.iter_errors(value) for fault in _faults(error)]
    return fault


@pytest.mark.parametrize(
    ("schema", "value", "english", "chinese"),
    [
        ({"type": "string"}, 1, 'the value is not of type "string"', "类型不符，应为 string"),
        (
            {"type": ["string", "null"]},
            1,
            'the value is not of types "null", "string"',
            "类型不符，应为 null、string",
        ),
        ({"enum": ["a", None]}, 1, 'the value is not one of "a" or null', "不在可选值之内：a、null"),
        ({"const": ["a"]}, 1, '["a"] was expected', "应为 a"),
        ({"pattern": "^[a]{2}"}, "b", 'the value does not match "^[a]{2}"', "不符合格式 ^[a]{2}"),
        ({"format": "uuid"}, "b", 'the value is not a "uuid"', "不符合 uuid 格式"),
        ({"minimum": 1}, 0, "the value is less than the minimum of 1", "小于1"),
        ({"maximum": 1}, 2, "the value is greater than the maximum of 1", "大于1"),
        ({"minLength": 1}, "", "the value is shorter than 1 character", "少于1个字符"),
        ({"maxLength": 2}, "abc", "the value is longer than 2 characters", "超过2个字符"),
        ({"minItems": 1}, [], "the value has less than 1 item", "少于1项"),
        ({"maxItems": 1}, [1, 2], "the value has more than 1 item", "超过1项"),
        ({"uniqueItems": True}, [1, 1], "the value has non-unique elements", "列表中有重复项"),
        ({"minProperties": 1}, {}, "the value has less than 1 property", "少于1个字段"),
        ({"required": ["a"]}, {}, "this field is required", "必须填写"),
        ({"properties": {}, "additionalProperties": False}, {"a": 1}, "this field is unknown", "没有这个字段"),
        ({"multipleOf": 2}, 1, "the value is not a multiple of 2", "the value is not a multiple of 2"),
        ({"propertyNames": {"pattern": "^a"}}, {"b": 1}, '"b" does not match "^a"', "含有不允许的字段名"),
        ({"not": {"pattern": "^a{1}$"}}, "a", None, None),
    ],
)
def test_fault_of_a_schema(schema: dict[str, Any], value: object, english: str | None, chinese: str | None) -> None:
    fault = fault_of(schema, value)
    text = of_schema(fault)
    assert text == (english or fault.message)
    assert CHINESE.say(text) == (chinese or fault.message)


def test_every_keyword_in_use_has_words() -> None:
    schemas = [contract.schema for contract in (*COMMANDS.values(), *DOCUMENTS.values())]
    used = {keyword for schema in schemas for keyword in _keywords(schema)}
    assert used - LEFT_TO_OTHERS - TELLING <= BY_KEYWORD.keys()


def _keywords(schema: object) -> set[str]:
    if not isinstance(schema, dict):
        return set()
    inner = [part for name in ("properties", "$defs") for part in schema.get(name, {}).values()]
    inner += [schema.get(name) for name in ("items", "if", "then", "propertyNames", "additionalProperties")]
    return set(schema).union(*map(_keywords, [*inner, *schema.get("allOf", ())]))


@pytest.mark.parametrize(
    ("kind", "value", "english", "chinese"),
    [
        (int, "x", "Input should be a valid integer, unable to parse string as an integer", "不是整数"),
        (Annotated[int, Field(ge=1)], "0", "Input should be greater than or equal to 1", "小于1"),
        (Annotated[int, Field(le=200)], "201", "Input should be less than or equal to 200", "大于200"),
        (Annotated[str, Field(max_length=2)], "abc", "String should have at most 2 characters", "超过2个字符"),
        (Literal["a", "b", "c"], "x", "Input should be 'a', 'b' or 'c'", "不在可选值之内：a、b、c"),
        (bool, "x", "Input should be a valid boolean, unable to interpret input", "既不是 true 也不是 false"),
        (UUID, "x", "Input should be a valid UUID, invalid character: found `x` at 0", "不是有效的编号"),
        (Annotated[str, Field(pattern="^a{9}$")], "x", "String should match pattern '^a{9}$'", None),
    ],
)
def test_fault_of_a_parameter(kind: Any, value: str, english: str, chinese: str | None) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    [error] = caught.value.errors()
    assert of_parameter(dict(error)) == english
    assert CHINESE.say(of_parameter(dict(error))) == (chinese or english)
