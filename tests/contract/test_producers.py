"""What each service's codec writes is what its contracts promise."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import orjson
import pytest

from contracts import EVENTS, Contract
from eventkit.codec import Codec
from tests.contract.examples import PRODUCERS, envelope

CODECS: dict[str, Codec] = {name: import_module(f"{name}.adapters.messages").CODEC for name in PRODUCERS}
CONTRACTS = [pytest.param(contract, id=type) for type, contract in EVENTS.items()]


def current(contract: Contract) -> str:
    """The type that is written today for what the contract tells."""
    codec, name = CODECS[contract.service], contract.type.removeprefix(f"bugle.{contract.service}.")
    while name in codec.older:
        name = codec.older[name]
    return f"bugle.{contract.service}.{name}"


@pytest.mark.parametrize("service", PRODUCERS)
def test_codec_and_contracts_list_the_same(service: str) -> None:
    codec = CODECS[service]
    recorded = {f"bugle.{service}.{name}" for name in (*codec.events, *codec.older)}
    assert recorded == {type for type, contract in EVENTS.items() if contract.service == service}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_written_event_is_valid(contract: Contract) -> None:
    codec = CODECS[contract.service]
    event = codec.decode(envelope(contract))
    written = codec.encode(event)
    assert (written.type, written.occurred_at) == (current(contract), event.at)
    assert EVENTS[written.type].validate(orjson.loads(written.data)) == []


@pytest.mark.parametrize("contract", [param for param in CONTRACTS if current(param.values[0]) == param.values[0].type])
def test_written_event_says_what_the_example_says(contract: Contract) -> None:
    codec = CODECS[contract.service]
    written = orjson.loads(codec.encode(codec.decode(envelope(contract))).data)
    assert contains(written, contract.example["data"])


@pytest.mark.parametrize("contract", CONTRACTS)
def test_event_without_optional_fields_is_valid(contract: Contract) -> None:
    codec = CODECS[contract.service]
    event = codec.decode(envelope(contract))
    for sparse in sparser(event):
        assert EVENTS[current(contract)].validate(orjson.loads(codec.encode(sparse).data)) == []


def contains(written: Any, told: Any) -> bool:
    """Whether everything told is written; a field left out of the example may be written as null or empty."""
    if isinstance(told, dict):
        return set(told) <= set(written) and all(contains(written[name], value) for name, value in told.items())
    if isinstance(told, list):
        return len(written) == len(told) and all(map(contains, written, told))
    return bool(written == told)


def sparser(event: Any) -> Iterator[Any]:
    """The event with each of its optional fields, at any depth, set to None in turn."""
    hints = typing.get_type_hints(type(event))
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        if type(None) in typing.get_args(hints[field.name]):
            yield dataclasses.replace(event, **{field.name: None})
        if dataclasses.is_dataclass(value):
            for inner in sparser(value):
                yield dataclasses.replace(event, **{field.name: inner})
        if isinstance(value, tuple):
            for index, item in enumerate(value):
                if dataclasses.is_dataclass(item):
                    for inner in sparser(item):
                        yield dataclasses.replace(event, **{field.name: (*value[:index], inner, *value[index + 1 :])})
