"""The set of events depends on what is in the topics, not on the order of arrival nor on when sweeps run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventkit.envelope import Envelope
from tests.unit.supervision.made import (
    CONTACT,
    EXTERNAL,
    Service,
    china,
    document,
    history_declared,
    issue_reported,
    programme_published,
    step,
)

START = china("2021-03-12T09:00")
END = START + timedelta(days=1000)
TICK = timedelta(microseconds=1)
FEEDBACK = {"id": "feedback", "starts": "assigned", "stops": ["fed_back"], "limit": "1wd", "card": "red"}
CHECK = {"id": "check", "starts": "fed_back", "stops": ["verified"], "limit": "2d"}
PLAN = {"id": "plan", "starts": "received", "stops": ["planned"], "limit": "2wd"}
ANSWER = {"id": "answer", "starts": "reported", "stops": ["closed_out"], "limit": "4d", "remind": "1d"}
DOCUMENT = document(CONTACT, EXTERNAL, FEEDBACK, CHECK, PLAN, ANSWER)

Recorded = dict[str, tuple[str, datetime, Any]]


def live(
    intake: Sequence[Envelope], routing: Sequence[Envelope], order: Sequence[str], sweeps: Sequence[timedelta]
) -> Recorded:
    """Consume both topics in one interleaving; before each event sweep up to a watermark that may stand then.

    A sweep may know of anything that was sequenced before the next event of either topic; it is held back from that
    by the interval in `sweeps`.
    """
    service = Service()
    service.hear(programme_published(DOCUMENT))
    topics = {"i": list(intake), "r": list(routing)}
    for topic, back in zip(order, sweeps, strict=True):
        service.sweep(min(e.sequenced_at or END for held in topics.values() for e in held[:1]) - TICK - back)
        service.hear(topics[topic].pop(0))
    service.sweep(END)
    assert not service.store.tables.parked
    assert not service.store.tables.waiting
    return service.recorded()


def interleavings(intake: int, routing: int) -> list[str]:
    """Every way to merge two topics."""
    length = intake + routing
    chosen = combinations(range(length), intake)
    return ["".join("i" if n in places else "r" for n in range(length)) for places in chosen]


def boston(closed: datetime, late: timedelta = timedelta()) -> tuple[list[Envelope], list[Envelope]]:
    """A ledger row whose close-out intake tells and whose assignment routing tells."""
    due = china("2021-03-15T12:00")
    intake = [issue_reported(START, due_at=due), history_declared(START + late, closed_out=closed)]
    return intake, [step("assigned", china("2021-03-10T11:00"), START + timedelta(seconds=3))]


@pytest.mark.parametrize("closed", ["2021-03-12T08:00", "2021-03-15T12:00", "2021-03-15T12:01"])
def test_close_out_and_assignment_in_any_order(closed: str) -> None:
    intake, routing = boston(china(closed), late=timedelta(days=9))
    runs = [live(intake, routing, order, [timedelta()] * 3) for order in interleavings(2, 1)]
    assert all(run == runs[0] for run in runs)
    stopped = [data for kind, _, data in runs[0].values() if kind == "clock_stopped" and data["clock"] == "external"]
    assert [data["in_time"] for data in stopped] == [closed <= "2021-03-15T12:00"]


@pytest.mark.parametrize(
    "history",
    [
        {"verified": (4, "2021-03-16T09:00"), "closed_out": (9, "2021-03-17T09:00")},
        {"closed_out": (6, "2021-03-14T09:00"), "verified": (9, "2021-03-16T09:00")},
    ],
    ids=["closed last", "two late proofs of one case"],
)
def test_every_interleaving_of_a_case_comes_out_equal(history: dict[str, tuple[int, str]]) -> None:
    at = timedelta(hours=1)
    intake = [
        issue_reported(START),
        *(history_declared(START + timedelta(days=d), **{name: china(t)}) for name, (d, t) in history.items()),
    ]
    routing = [
        step("assigned", china("2021-03-10T12:00"), START + at),
        step("received", china("2021-03-11T09:30"), START + 2 * at),
        step("contacted", china("2021-03-13T09:00"), START + timedelta(days=7)),
        step("fed_back", china("2021-03-15T09:00"), START + timedelta(days=8), copied_to_office=True),
    ]
    orders = interleavings(3, 4)
    runs = [live(intake, routing, order, [timedelta()] * 7) for order in orders]
    assert all(run == runs[0] for run in runs), [o for o, run in zip(orders, runs, strict=True) if run != runs[0]]
    kinds = {kind for kind, _, _ in runs[0].values()}
    assert {"misses_rescinded", "clock_stopped", "deadline_missed", "reminder_sent", "clock_cancelled"} <= kinds


moments = st.integers(0, 14 * 24).map(lambda hours: china("2021-03-10T10:00") + timedelta(hours=hours))
gaps = st.integers(1, 60 * 60 * 48).map(lambda seconds: timedelta(seconds=seconds))


@st.composite
def topics(draw: st.DrawFn) -> tuple[list[Envelope], list[Envelope]]:
    """Facts in any order of their times, learnt at any times."""
    clock, intake = START, [issue_reported(START, due_at=draw(st.none() | moments))]
    for name in draw(st.permutations(["verified", "closed_out"]))[: draw(st.integers(0, 2))]:
        clock += draw(gaps)
        intake.append(history_declared(clock, **{name: draw(moments)}))
    clock, routing = START, []
    for name in ("assigned", "received", "contacted", "contacted", "fed_back"):
        clock += draw(gaps)
        if draw(st.booleans()):
            routing.append(step(name, draw(moments), clock))
    return intake, routing


@pytest.mark.timeout(90)
@settings(max_examples=60)
@given(topics(), st.data())
def test_random_facts_in_random_orders_come_out_equal(
    both: tuple[list[Envelope], list[Envelope]], data: st.DataObject
) -> None:
    intake, routing = both
    letters = ["i"] * len(intake) + ["r"] * len(routing)
    backs = st.lists(gaps | st.just(timedelta()), min_size=len(letters), max_size=len(letters))
    runs = [live(intake, routing, data.draw(st.permutations(letters)), data.draw(backs)) for _ in range(2)]
    assert runs[0] == runs[1]
