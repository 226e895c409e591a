"""Routing's events keep their contracts, and every version of others' events that routing hears can be read."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import orjson
import pytest

import contracts
from eventkit.codec import message
from eventkit.envelope import Envelope, parse_instant
from routing.adapters.messages import CODEC, INCOMING
from routing.application.book import commands
from routing.bootstrap import HEARD, Routing
from routing.domain.events import Event
from routing.domain.session import Event as SessionEvent
from tests.unit.routing import made
from tests.unit.routing import test_sessions as sessions

DESK = Routing().desk
ALL = (*made.LIFE, *made.BESIDE, made.REOPENED, made.CONCLUDED)


def envelope(example: dict[str, object]) -> Envelope:
    return Envelope(
        id=UUID(str(example["id"])),
        type=str(example["type"]),
        source=str(example["source"]),
        stream=str(example["subject"]),
        version=1,
        key=str(example["partitionkey"]),
        occurred_at=parse_instant(str(example["time"])),
        recorded_at=parse_instant(str(example["recordedat"])),
        data=orjson.dumps(example["data"]),
    )


def test_every_event_has_contract() -> None:
    published = {c.type for c in contracts.EVENTS.values() if c.service == "routing"}
    assert published == {f"bugle.routing.{name}" for name in CODEC.events}
    assert {type(event) for event in (*ALL, *sessions.LIFE, sessions.CANCELLED)} == set(CODEC.events.values())


@pytest.mark.parametrize("event", [*ALL, *sessions.LIFE, sessions.CANCELLED], ids=lambda event: type(event).__name__)
def test_event_keeps_contract(event: Event | SessionEvent) -> None:
    new = CODEC.encode(event)
    data = orjson.loads(new.data)
    assert contracts.EVENTS[new.type].validate(data) == []
    assert set(data) == set(contracts.EVENTS[new.type].schema["properties"])


@pytest.mark.parametrize("type_", [f"bugle.routing.{name}" for name in CODEC.events])
def test_example_survives_round_trip(type_: str) -> None:
    contract = contracts.EVENTS[type_]
    assert contract.validate(contract.example["data"]) == []
    stored = envelope(contract.example)
    event = CODEC.decode(stored)
    assert replace(stored, data=CODEC.encode(event).data).json() == stored.json()


@pytest.mark.parametrize("type_", HEARD)
def test_heard_example_is_read(type_: str) -> None:
    assert message(INCOMING[type_], envelope(contracts.EVENTS[type_].example))


def test_every_command_has_contract() -> None:
    published = {c.name for c in contracts.COMMANDS.values() if c.service == "routing"}
    assert published == {entry.name for entry in commands(DESK)}
