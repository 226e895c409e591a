"""What supervision stores and what it reads fit the published contracts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

import contracts
from eventkit.envelope import Envelope
from eventkit.ids import uid
from supervision.adapters.messages import CODEC
from supervision.application import incoming
from supervision.domain.naming import natural_id

OWN = [type for type in contracts.EVENTS if type.startswith("bugle.supervision.")]
HEARD = [*incoming.STEPS, incoming.PROGRAMME_PUBLISHED, incoming.ISSUE_REPORTED, incoming.HISTORY_DECLARED]


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
    assert {f"bugle.supervision.{name}" for name in CODEC.events} == set(OWN)


@pytest.mark.parametrize("type", OWN)
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


def test_unknown_fields_are_passed_over() -> None:
    example = contracts.EVENTS[incoming.ISSUE_REPORTED].example
    told = incoming.read(envelope({**example, "data": {**example["data"], "novelty": 1}}))
    assert told.issue == example["data"]["issue"]


def test_natural_ids_are_those_of_the_library() -> None:
    assert natural_id("case", "deadline_missed", "contact", 1, 1) == uid("case", "deadline_missed", "contact", 1, 1)
