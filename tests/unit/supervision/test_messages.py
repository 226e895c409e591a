"""What supervision stores and what it reads fit the published contracts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

import contracts
from eventkit.envelope import Envelope
from eventkit.ids import uid
from supervision.adapters.messages import CODEC
from supervision.application import incoming
from supervision.domain import clock
from supervision.domain.events import Part
from supervision.domain.naming import natural_id
from tests.unit.supervision.made import policy

OWN = [type for type in contracts.EVENTS if type.startswith("bugle.supervision.")]
HEARD = [
    *incoming.STEPS,
    *(incoming.PROGRAMME_PUBLISHED, incoming.ISSUE_REPORTED, *incoming.HISTORY_DECLARED),
    *(incoming.ISSUE_DIVIDED, incoming.ISSUE_LINKED),
]


def envelope(example: dict[str, Any]) -> Envelope:
    """The event of a contract's example."""
    return Envelope(
        id=UUID(example["id"]),
        type=example["type"],
        source=example["source"],
        stream=example["subject"],
        version=example["streamversion"],
        key=example["partitionkey"],
        occurred_at=datetime.fromisoformat(example["time"]),
        recorded_at=datetime.fromisoformat(example["recordedat"]),
        data=orjson.dumps(example["data"]),
    )


def test_every_event_has_a_contract_and_none_else() -> None:
    assert {f"bugle.supervision.{name}" for name in (*CODEC.events, *CODEC.older)} == set(OWN)


@pytest.mark.parametrize("type", [type for type in OWN if type.removeprefix("bugle.supervision.") not in CODEC.older])
def test_event_is_written_as_its_contract_shows(type: str) -> None:
    contract = contracts.EVENTS[type]
    written = CODEC.encode(CODEC.decode(envelope(contract.example)))
    assert contract.validate(contract.example["data"]) == []
    assert orjson.loads(written.data) == contract.example["data"]
    assert (written.type, written.occurred_at) == (type, datetime.fromisoformat(contract.example["time"]))


@pytest.mark.parametrize("type", HEARD)
def test_every_heard_event_can_be_read(type: str) -> None:
    told = incoming.read(envelope(contracts.EVENTS[type].example))
    assert told.at.astimezone(UTC) == datetime.fromisoformat(contracts.EVENTS[type].example["time"])


def test_clock_of_version_1_keeps_to_its_rule() -> None:
    """It did not carry what stops it and its card: the programme's rule says, as it did when it was recorded."""
    started = CODEC.decode(envelope(contracts.EVENTS["bugle.supervision.clock_started.v1"].example))
    assert (started.stops, started.card, started.about) == ((), None, None)
    held = clock.started(started)
    assert policy().stops(held) == {"contacted"}
    assert policy().card(held) == "yellow"


def test_fact_of_version_1_has_its_milestones_as_parts() -> None:
    example = contracts.EVENTS["bugle.supervision.fact_learnt.v1"].example
    lines = [{"name": "trial", "due_on": "2021-03-15"}]
    told = CODEC.decode(envelope({**example, "data": {**example["data"], "milestones": lines, "milestone": "trial"}}))
    assert told.parts == (Part("trial", None, date(2021, 3, 15)),)
    assert told.about == "trial"


def test_unknown_fields_are_passed_over() -> None:
    example = contracts.EVENTS[incoming.ISSUE_REPORTED].example
    told = incoming.read(envelope({**example, "data": {**example["data"], "novelty": 1}}))
    assert told.issue == example["data"]["issue"]


def test_natural_ids_are_those_of_the_library() -> None:
    assert natural_id("case", "deadline_missed", "contact", 1, 1) == uid("case", "deadline_missed", "contact", 1, 1)
