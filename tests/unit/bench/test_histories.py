"""Made-up courses as events: they keep to the contracts and hold what the benchmark is to count."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from bench.query.filling import SEED, world
from bench.query.histories import history
from bugle.generating.courses import courses
from contracts import EVENTS
from eventkit.envelope import Envelope
from reporting.projections.case_event import from_envelope
from reporting.projections.versions import changes
from reporting.read_model.tables import ledger

COUNT = 600


@pytest.fixture(scope="module")
def told() -> list[list[Envelope]]:
    folder, held = world(COUNT)
    return [list(history(course, folder, held, SEED)) for course in courses(held, COUNT, SEED)]


def test_histories_keep_to_the_contracts(told: list[list[Envelope]]) -> None:
    kinds: dict[str, Envelope] = {event.type: event for events in told for event in events}
    assert {kind: EVENTS[kind].validate(event.json()) for kind, event in kinds.items()} == {kind: [] for kind in kinds}
    assert len({event.id for events in told for event in events}) == sum(map(len, told))


def test_streams_have_no_gap(told: list[list[Envelope]]) -> None:
    for events in told:
        versions, known = Counter[str](), dict[str, datetime]()
        for event in events:
            versions[event.stream] += 1
            assert event.version == versions[event.stream]
            assert event.sequenced_at is not None
            assert known.get(event.stream, event.sequenced_at) <= event.sequenced_at
            known[event.stream] = event.sequenced_at


def test_histories_hold_every_fate(told: list[list[Envelope]]) -> None:
    rows = [changes(events[0].key, map(from_envelope, events), datetime.min.replace(tzinfo=UTC))[0] for events in told]
    statuses = Counter(clock[7] for case in rows for clock in case.clocks)
    assert statuses.keys() == {"met", "late", "cancelled", "running"} | (statuses.keys() & {"missed"})
    names = Counter(event.type.split(".")[2] for events in told for event in events)
    assert names["misses_rescinded"] > 0 < names["case_reopened"]
    assert names["case_returned"] > 0 < names["case_merged"]
    withdrawn = [str(column.name) for column in ledger.columns].index("withdrawn")
    assert {case.ledger[0][withdrawn] for case in rows} == {True, False}
