"""Every published event of every service can be projected, as its frozen example stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import Connection, func, select

from contracts import EVENTS
from eventkit.envelope import Envelope, parse_instant
from reporting.projections.case_event import is_case_event
from reporting.read_model.tables import timeline
from reporting.read_model.writer import apply


def envelope(example: Mapping[str, Any]) -> Envelope:
    return Envelope(
        id=UUID(example["id"]),
        type=example["type"],
        source=example["source"],
        stream=example["subject"],
        version=example["streamversion"],
        key=example["partitionkey"],
        occurred_at=parse_instant(example["time"]),
        recorded_at=parse_instant(example["recordedat"]),
        data=orjson.dumps(example["data"]),
        sequenced_at=parse_instant(example["sequencedat"]),
        log_seq=example["logseq"],
    )


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_example_is_projected(scratch: Connection, kind: str) -> None:
    event = envelope(EVENTS[kind].example)

    apply(scratch, [event])

    rows = scratch.scalar(select(func.count()).select_from(timeline))
    assert rows == (1 if is_case_event(event.stream) else 0)
    assert event.source == f"/bugle/{event.service}"


def test_all_examples_make_one_history(scratch: Connection) -> None:
    apply(scratch, [envelope(EVENTS[kind].example) for kind in sorted(EVENTS)])
