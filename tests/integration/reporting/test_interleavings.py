"""Whatever the interleaving of topics and the size of batches, the tables come out equal."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from eventkit.envelope import Envelope
from eventkit.ids import uid
from reporting.read_model.hashing import table_hashes
from reporting.read_model.writer import apply
from tests.unit.reporting.made import courses, day

LOG = courses(4, seed=3)
for number in range(3):  # of which each ends in the instant in which the next is formed
    LOG.team(str(uid("team", number)), day(number), [str(uid("enterprise"))], day(number + 1) if number < 2 else None)
EVENTS = LOG.events


def delivered(events: Sequence[Envelope], turns: Sequence[int]) -> list[Envelope]:
    """The events in the order of their turns, as Kafka may deliver them: only within (topic, key) the order stays."""
    lanes: dict[tuple[str, str], deque[Envelope]] = {}
    for event in events:
        lanes.setdefault((event.service, event.key), deque()).append(event)
    return [lanes[events[turn].service, events[turn].key].popleft() for turn in turns]


def batches(events: Sequence[Envelope], cuts: set[int]) -> Iterator[Sequence[Envelope]]:
    bounds = [0, *sorted(cuts), len(events)]
    for start, end in pairwise(bounds):
        yield events[start:end]


@pytest.mark.timeout(300)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.permutations(range(len(EVENTS))), cuts=st.sets(st.integers(0, len(EVENTS)), max_size=12))
def test_any_arrival_gives_equal_tables(scratch: Connection, turns: Sequence[int], cuts: set[int]) -> None:
    apply(scratch, EVENTS)
    expected = table_hashes(scratch, business=False)
    scratch.rollback()

    for batch in batches(delivered(EVENTS, turns), cuts):
        apply(scratch, batch)

    assert table_hashes(scratch, business=False) == expected
    scratch.rollback()


def test_one_by_one_and_twice(scratch: Connection) -> None:
    apply(scratch, EVENTS)
    expected = table_hashes(scratch, business=False)
    scratch.rollback()

    for event in EVENTS:
        apply(scratch, [event])
        apply(scratch, [event])

    assert table_hashes(scratch, business=False) == expected
