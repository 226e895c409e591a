"""Clocks under other rules: as they were where nothing differs, by hand where a limit or the calendar does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.clock import Clock
from supervision.domain.events import Span
from supervision.domain.limits import Counting, parse_limit
from supervision.domain.whatif import Recount, Rules, recounts
from tests.unit.supervision.made import CONTACT, EXTERNAL, LEARNT, Life, china, cn, policy

RECEIVED = china("2021-03-11T09:30")
FOREVER = LEARNT + timedelta(days=365)
"""The contact is due on Tuesday 16th at 24:00: Friday, Monday and Tuesday are the three working days."""


def life(*, contacted: str | None = None, swept: bool = True, **changes: object) -> Life:
    held = Life(policy(CONTACT, **changes))
    held.step("received", RECEIVED)
    if contacted is not None:
        held.step("contacted", china(contacted))
    if swept:
        held.sweep(FOREVER)
    return held


def under(held: Life, rules: Rules, until: datetime = FOREVER) -> list[Recount]:
    def counting(clock: Clock) -> Counting:
        return Counting(held.calendar, held.policy.zone, clock.pauses)

    return list(recounts(held.watch, rules, counting, until, held.policy.observed_until))


@pytest.mark.parametrize("contacted", [None, "2021-03-16T12:00", "2021-03-18T12:00"])
@pytest.mark.parametrize("rules", [Rules(), Rules({"contact": parse_limit("3wd")}), Rules(calendar=cn())])
def test_same_rules_change_nothing(contacted: str | None, rules: Rules) -> None:
    held = life(contacted=contacted)
    [one] = under(held, rules)
    assert (one.due_at, one.status, one.differs) == (one.clock.due_at, one.clock.status, False)


@pytest.mark.parametrize(
    ("limit", "contacted", "due", "status"),
    [
        ("2wd", "2021-03-16T12:00", "2021-03-16T00:00", "late"),
        ("2wd", "2021-03-15T23:59", "2021-03-16T00:00", "met"),
        ("2wd", "2021-03-16T00:00", "2021-03-16T00:00", "met"),
        ("4wd", "2021-03-17T12:00", "2021-03-18T00:00", "met"),
        ("4wd", None, "2021-03-18T00:00", "missed"),
        ("2d", "2021-03-14T12:00", "2021-03-14T00:00", "late"),
        ("4h", "2021-03-11T14:00", "2021-03-11T13:30", "late"),
    ],
)
def test_other_limit_is_counted_by_hand(limit: str, contacted: str | None, due: str, status: str) -> None:
    [one] = under(life(contacted=contacted), Rules({"contact": parse_limit(limit)}))
    assert (one.due_at, one.status) == (china(due), status)


def test_other_calendar_is_counted_by_hand() -> None:
    [one] = under(life(contacted="2021-03-15T12:00"), Rules(calendar=Calendar(EVERY_DAY)))
    assert (one.due_at, one.status) == (china("2021-03-15T00:00"), "late")


def test_what_is_not_over_goes_on() -> None:
    held = life(swept=False)
    [one] = under(held, Rules({"contact": parse_limit("4wd")}), until=china("2021-03-17T12:00"))
    assert (one.status, one.differs) == ("running", False)
    [one] = under(held, Rules({"contact": parse_limit("2wd")}), until=china("2021-03-16T12:00"))
    assert (one.status, one.differs) == ("missed", True)


def test_nobody_watched_any_more() -> None:
    held = life(observed_until="2021-03-17T12:00:00+08:00")
    [one] = under(held, Rules({"contact": parse_limit("4wd")}))
    assert one.status == "unobserved"


@pytest.mark.parametrize(("limit", "status"), [("2wd", "missed"), ("3wd", "cancelled"), ("4wd", "cancelled")])
def test_end_of_the_case_comes_first(limit: str, status: str) -> None:
    """Returned on the third day: under two days it had been missed by then."""
    held = life(swept=False)
    held.step("returned", china("2021-03-16T12:00"), learnt_at=china("2021-03-16T12:00"))
    held.sweep(FOREVER)
    [one] = under(held, Rules({"contact": parse_limit(limit)}))
    assert (one.clock.status, one.status) == ("cancelled", status)


def test_paused_days_are_left_out_again() -> None:
    """Paused at the ends of Friday and Monday, so that Tuesday and Wednesday are the two working days."""
    held = life(swept=False)
    paused = Span(china("2021-03-12T09:00"), china("2021-03-16T09:00"))
    held.watch = replace(held.watch, clocks=tuple(replace(clock, pauses=(paused,)) for clock in held.watch.clocks))
    [one] = under(held, Rules({"contact": parse_limit("2wd")}))
    assert one.due_at == china("2021-03-18T00:00")


def test_granted_time_is_added_again() -> None:
    held = life(swept=False)
    held.watch = replace(held.watch, clocks=tuple(replace(clock, extensions=("2wd",)) for clock in held.watch.clocks))
    [one] = under(held, Rules({"contact": parse_limit("2wd")}))
    assert one.due_at == china("2021-03-18T00:00")


def test_issue_keeps_its_own_date() -> None:
    held = Life(policy(EXTERNAL), due_at=china("2021-04-01T00:00"))
    held.step("assigned", RECEIVED)
    [one] = under(held, Rules({"contact": parse_limit("2wd")}, Calendar(EVERY_DAY)))
    assert one.due_at == one.clock.due_at
