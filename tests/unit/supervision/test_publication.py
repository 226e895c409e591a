"""Calendars are published whole; a newly known year recomputes what still runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from supervision.domain import errors
from supervision.domain.calendar import Calendar
from supervision.domain.events import ClockCancelled, ClockStarted, MissesRescinded, PublishedYear
from supervision.domain.publication import PublishCalendar, apply, publish, recompute
from tests.unit.supervision.made import LEARNT, Life, china, cn, names, policy

RECEIVED = china("2022-01-28T09:00")
PUBLISHED = LEARNT + timedelta(days=400)
UNTIL_2021 = replace(cn(), years={year: days for year, days in cn().years.items() if year < 2022})
SINCE_2022 = replace(cn(), version=2, published_at=PUBLISHED)


def asked(version: int = 1, **days: tuple[date, ...]) -> PublishCalendar:
    """Publish one year."""
    year = PublishedYear(days.get("off", ()), days.get("work", ()), None)
    return PublishCalendar("x", version, "test", {"2030": year}, PUBLISHED)


def test_same_calendar_again_is_no_event() -> None:
    [event] = publish(Calendar(), asked())
    known = apply(Calendar(), event)
    assert publish(known, asked()) == []
    with pytest.raises(errors.StaleCalendar):
        publish(known, asked(off=(date(2030, 5, 1),)))
    assert len(publish(known, asked(version=2, off=(date(2030, 5, 1),)))) == 1


@pytest.mark.parametrize(
    ("off", "work"), [((date(2031, 1, 1),), ()), ((date(2030, 5, 4),), (date(2030, 5, 4),))], ids=["stranger", "both"]
)
def test_calendar_that_contradicts_itself_is_refused(off: tuple[date, ...], work: tuple[date, ...]) -> None:
    with pytest.raises(errors.BadCalendar) as refused:
        publish(Calendar(), asked(off=off, work=work))
    assert refused.value.field == "years/2030"


def provisional() -> Life:
    """A clock counted over 2022 before that year was known: due on Wednesday 2 February as it seemed."""
    life = Life(policy(), UNTIL_2021)
    [_, started] = life.step("received", RECEIVED)
    assert isinstance(started, ClockStarted)
    assert (started.provisional, started.due_at) == (True, china("2022-02-03T00:00"))
    return life


def test_known_year_starts_a_new_generation() -> None:
    life = provisional()
    cancelled, started = life.record(recompute(life.watch, life.policy, SINCE_2022))
    assert isinstance(cancelled, ClockCancelled)
    assert (cancelled.reason, cancelled.at) == ("recomputed", PUBLISHED)
    assert isinstance(started, ClockStarted)
    assert (started.generation, started.provisional, started.due_at) == (2, False, china("2022-02-08T00:00"))
    assert (started.started_at, started.known_at) == (RECEIVED, PUBLISHED)
    assert recompute(life.watch, life.policy, SINCE_2022) == []


def test_miss_of_a_provisional_deadline_is_withdrawn() -> None:
    life = provisional()
    life.sweep(china("2022-02-04T00:00"))
    assert names(life.happened[-3:]) == ["ReminderSent", "DeadlineMissed", "CardIssued"]
    _, rescinded, _ = life.record(recompute(life.watch, life.policy, SINCE_2022))
    assert isinstance(rescinded, MissesRescinded)
    assert [w.kind for w in rescinded.withdrawn] == ["reminder", "miss", "card"]
    assert rescinded.fact == "calendar_published"


def test_stopped_clock_is_not_recomputed() -> None:
    life = provisional()
    life.step("contacted", RECEIVED + timedelta(hours=1))
    assert recompute(life.watch, life.policy, SINCE_2022) == []


def test_calendar_that_knows_no_more_changes_nothing() -> None:
    life = provisional()
    newer = replace(UNTIL_2021, version=2, published_at=PUBLISHED)
    assert recompute(life.watch, life.policy, newer) == []
