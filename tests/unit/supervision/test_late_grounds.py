"""What is granted, told or published after a clock came to its end too late: judged again in its favour alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from supervision.domain.calendar import Year
from supervision.domain.clock import Clock
from supervision.domain.events import ClockCancelled, ClockStarted, ClockStopped, DeadlineMissed, MissesRescinded
from supervision.domain.limits import Counting
from supervision.domain.publication import recompute
from supervision.domain.trace import trace, traced
from tests.unit.supervision.made import (
    CASE,
    LEARNT,
    Life,
    Service,
    china,
    cn,
    document,
    issue_reported,
    names,
    programme_published,
    step,
)
from tests.unit.supervision.test_leave import RECEIVED, adopted, ask, decide, due, pause, received, version_2
from tests.unit.supervision.test_publication import SINCE_2022, provisional


def newest(life: Life) -> Clock:
    clock = life.watch.newest("contact")
    assert clock is not None
    return clock


def missed(asked: bool = True, done: str = "2021-03-18T10:00") -> Life:
    """Due at the end of the 16th and missed; more time was asked for on the 15th; done later."""
    life = received()
    if asked:
        ask(life, "2021-03-15T10:00")
    life.sweep(china("2021-03-17T12:00"))
    assert "CardIssued" in names(life.happened)
    life.step("contacted", china(done), learnt_at=china(done))
    return life


def test_extension_granted_after_the_work_was_done_takes_the_miss_back() -> None:
    """Asked before due, done within what was asked for; that deciding took longer is not the department's fault."""
    life = missed()
    happened = decide(life, "2021-03-19T10:00")
    assert names(happened) == ["ExtensionDecided", "ClockCancelled", "MissesRescinded", "ClockStarted", "ClockStopped"]
    life.sweep(china("2021-04-01T12:00"))
    assert (newest(life).in_time, newest(life).standing) == (True, frozenset())
    assert life.watch.level == 0


def test_extension_that_does_not_reach_moves_the_miss() -> None:
    life = missed(done="2021-03-23T10:00")
    decide(life, "2021-03-24T10:00")
    life.sweep(LEARNT)
    misses = [event for event in life.happened if isinstance(event, DeadlineMissed)]
    assert [(event.generation, event.at) for event in misses] == [
        (1, china("2021-03-17T00:00")),
        (2, china("2021-03-20T00:00")),
    ]
    assert newest(life).in_time is False


@pytest.mark.parametrize("decision", ["refused", "granted"])
def test_what_was_in_time_stays_so(decision: str) -> None:
    life = received()
    ask(life, "2021-03-15T10:00")
    life.step("contacted", china("2021-03-16T10:00"), learnt_at=china("2021-03-16T10:00"))
    assert names(decide(life, "2021-03-19T10:00", decision)) == ["ExtensionDecided"]


def test_extension_counts_for_its_own_clock() -> None:
    """A clock of another round was late as well; nobody asked for it."""
    life = missed(asked=False)
    life.step("reopened", china("2021-03-22T09:00"), learnt_at=china("2021-03-22T09:00"), round=2)
    life.step("received", china("2021-03-22T09:00"), learnt_at=china("2021-03-22T09:00"), round=2)
    ask(life, "2021-03-23T09:00")
    decide(life, "2021-03-23T10:00")
    assert [(clock.round, clock.cancelled) for clock in life.watch.clocks] == [(1, None), (2, "extended"), (2, None)]


def test_extension_of_a_round_that_is_over_takes_its_miss_back() -> None:
    life = missed()
    life.step("reopened", china("2021-03-18T12:00"), learnt_at=china("2021-03-18T12:00"), round=2)
    life.step("received", china("2021-03-18T12:00"), learnt_at=china("2021-03-18T12:00"), round=2)
    decide(life, "2021-03-19T10:00")
    assert [(c.generation, c.round, c.in_time) for c in life.watch.clocks] == [
        (1, 1, False),
        (2, 2, None),
        (3, 1, True),
    ]
    assert newest(life).generation == traced(life.watch, "contact", None).generation == 2


def test_extension_of_a_case_that_was_returned_takes_its_miss_back() -> None:
    life = received()
    ask(life, "2021-03-15T10:00")
    life.sweep(china("2021-03-17T12:00"))
    life.step("returned", china("2021-03-18T09:00"), learnt_at=china("2021-03-18T09:00"))
    life.sweep(china("2021-03-19T09:00"))
    assert newest(life).cancelled == "returned"
    decide(life, "2021-03-19T10:00")
    life.sweep(LEARNT)
    assert [clock.standing for clock in life.watch.clocks] == [frozenset(), frozenset()]
    assert newest(life).cancelled == "returned"


def test_pause_told_after_the_work_was_done_counts() -> None:
    life = missed(asked=False)
    pause(life, "2021-03-12T10:00", "2021-03-15", learnt="2021-03-19T10:00")
    assert (newest(life).in_time, due(life.watch)) == (True, china("2021-03-19T00:00"))


def test_calendar_that_comes_late_takes_the_miss_of_a_stopped_clock_back() -> None:
    """Provisionally due on 2 February; by the calendar on the 7th; done on the 4th."""
    life = provisional()
    life.sweep(china("2022-02-04T00:00"))
    life.step("contacted", china("2022-02-04T10:00"), learnt_at=china("2022-02-04T10:00"))
    cancelled, rescinded, started, stopped = life.record(recompute(life.watch, life.policy, SINCE_2022))
    assert isinstance(cancelled, ClockCancelled) and cancelled.reason == "recomputed"
    assert isinstance(rescinded, MissesRescinded)
    assert [one.kind for one in rescinded.withdrawn] == ["reminder", "miss", "card"]
    assert isinstance(started, ClockStarted) and isinstance(stopped, ClockStopped)
    assert (stopped.generation, stopped.in_time) == (2, True)
    assert recompute(life.watch, life.policy, SINCE_2022) == []


def test_calendar_makes_nothing_late_that_was_in_time() -> None:
    """Provisionally due on 2 February, done on the 1st; by this calendar it would have been due on 30 January."""
    life = provisional()
    life.step("contacted", china("2022-02-01T10:00"), learnt_at=china("2022-02-01T10:00"))
    work = frozenset({date(2022, 1, 29), date(2022, 1, 30)})
    years = {**cn().years, 2022: Year(frozenset(), work)}
    assert recompute(life.watch, life.policy, replace(SINCE_2022, years=years)) == []


def test_late_clock_of_an_unknown_year_is_woken_by_its_calendar() -> None:
    """Nothing of it runs any more, but it was late by a calendar that was not out."""
    service = Service()
    service.hear(programme_published(document()), issue_reported(LEARNT))
    at = datetime(2031, 1, 28, 2, tzinfo=UTC)
    service.hear(step("received", at, at))
    late = at + timedelta(days=20)
    service.hear(step("contacted", late, late))
    assert service.reads.rows[CASE].calendar == "cn"


# --- clocks that left the day


def test_clock_that_left_the_day_is_counted_from_its_adoption() -> None:
    """1wd was over on the 12th when the newer version came on the 15th; the trace counts what the clock waited for."""
    life = received()
    adopted(life, version_2(limit="1wd"), "2021-03-15T10:00")
    clock = newest(life)
    assert (clock.limit, clock.started_at) == ("same_day", china("2021-03-15T10:00"))
    [interval] = trace(clock, Counting(cn(), life.policy.zone))
    assert (interval.counted, interval.cause, interval.to_at) == (True, "day", clock.due_at)


def test_extension_of_a_clock_that_left_the_day_adds_to_the_day() -> None:
    """1wd after the 12th would end on the 15th, before it was asked for."""
    life = received()
    adopted(life, version_2(limit="1wd", remind=None), "2021-03-15T10:00")
    life.policy = replace(life.policy, extension=replace(life.policy.extension, ask_before=None))  # type: ignore[type-var]
    ask(life, "2021-03-15T11:00", "1wd")
    decide(life, "2021-03-15T12:00")
    assert due(life.watch) == china("2021-03-17T00:00")
    assert newest(life).extensions == ("1wd",)


def test_next_version_may_give_a_clock_that_left_the_day_more_time() -> None:
    life = received()
    adopted(life, version_2(limit="1wd"), "2021-03-15T10:00")
    life.policy = version_2(limit="5wd")
    adopted(life, replace(version_2(limit="5wd"), version=3), "2021-03-15T12:00")
    assert (newest(life).limit, newest(life).started_at) == ("5wd", RECEIVED)
    assert due(life.watch) == china("2021-03-19T00:00")
