"""What the programme demands of clocks is checked against routing's facts: each plant must be found, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from bugle.chaos.demands import check_demands
from bugle.chaos.programme import programme
from bugle.verify.event import Event
from bugle.verify.report import Invariant
from tests.unit.bugle.verifying import CASE, Recorder, at

ABOUT = {"case": CASE, "clock": "contact", "generation": 1}
GRACE = timedelta(seconds=1)


def sources(contacted: float | None, told: float = 0) -> list[Event]:
    """A letter received; the enterprise contacted, which the log has `told` hours after the report."""
    recorder = Recorder()
    recorder.add("intake", "programme-chaos", "programme_published", 0, programme="chaos", document=programme())
    recorder.report_issue(programme="chaos")
    recorder.route("letter_received", 1, case=CASE)
    if contacted is not None:
        fact = recorder.route("enterprise_contacted", contacted, case=CASE)
        recorder.events[-1] = replace(fact, sequenced_at=at(told))
    return recorder.events


def clock(stopped: float | None = None, *fired: tuple[str, float, int], rescinded: bool = False) -> list[Event]:
    """Due at hour 5, known by then; `fired`: (event, hour, stage)."""
    recorder, known = Recorder(), at(1).isoformat()
    recorder.watch("clock_started", 1, **ABOUT, started_at=at(1).isoformat(), known_at=known, card="yellow")
    if stopped is not None:
        recorder.watch("clock_stopped", stopped, **ABOUT, stopped_at=at(stopped).isoformat())
    came = [recorder.watch(name, hours, **ABOUT, stage=stage) for name, hours, stage in fired]
    if rescinded:
        recorder.watch("misses_rescinded", 5, **ABOUT, withdrawn=[{"event": str(event.id)} for event in came])
    return recorder.events


MISSED = ("deadline_missed", 5.0, 1), ("card_issued", 5.0, 1)
IN_TIME, LATE, TOLD_LATE = sources(3, 3), sources(6, 6), sources(3, 6)


def faults(told: list[Event], supervised: list[Event]) -> list[str]:
    i7 = Invariant()
    check_demands(told, supervised, GRACE, i7)
    assert i7.checked == 1
    return i7.faults


def test_sound_clocks_pass_unbroken() -> None:
    assert faults(sources(None), clock(None, *MISSED)) == []
    assert faults(IN_TIME, clock(3)) == []
    assert faults(LATE, clock(6, *MISSED)) == []
    assert faults(TOLD_LATE, clock(3, *MISSED, rescinded=True)) == []


def rewritten(events: list[Event], **changes: Any) -> list[Event]:
    return [replace(events[0], data=orjson.dumps(events[0].body | changes)), *events[1:]]


@pytest.mark.parametrize(
    ("told", "supervised", "fault"),
    [
        pytest.param(sources(None), list, "should have begun", id="never started"),
        pytest.param(
            sources(None),
            lambda: rewritten(clock(), started_at=at(2).isoformat()),
            "should have begun",
            id="started at another time",
        ),
        pytest.param(IN_TIME, lambda: clock(), "should have stopped", id="never stopped"),
        pytest.param(IN_TIME, lambda: clock(4), "should have stopped", id="stopped at another time"),
        pytest.param(
            sources(None), lambda: rewritten(clock(), card=None), "the programme demands yellow", id="no card"
        ),
        pytest.param(
            sources(None), lambda: rewritten(clock(), card="red"), "the programme demands yellow", id="other card"
        ),
        pytest.param(IN_TIME, lambda: clock(3, MISSED[0]), "had been stopped", id="fired though stopped"),
        pytest.param(
            IN_TIME,
            lambda: clock(3, MISSED[0], rescinded=True),
            "had been stopped",
            id="fired though stopped, and withdrawn",
        ),
        pytest.param(TOLD_LATE, lambda: clock(3, MISSED[0]), "was not withdrawn", id="left standing"),
    ],
)
def test_planted_fault_is_found(told: list[Event], supervised: Callable[[], list[Event]], fault: str) -> None:
    found = faults(told, supervised())
    assert [fault in one for one in found] == [True], found


def test_case_of_another_programme_is_left_alone() -> None:
    i7 = Invariant()
    check_demands([e for e in IN_TIME if e.short_type != "programme_published"], [], GRACE, i7)
    assert (i7.checked, i7.faults) == (0, [])
