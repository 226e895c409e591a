"""Duties: what is owed in every period or once; each test worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.domain import duty as duties
from supervision.domain.duty import (
    Deed,
    Duty,
    DutyBroken,
    DutyEnded,
    DutyFulfilled,
    DutyMissed,
    DutyOpened,
    DutyReminded,
    DutyRescinded,
    Event,
    View,
)
from supervision.domain.errors import BadPeriod
from supervision.domain.limits import Counting
from supervision.domain.obligations import Need
from supervision.domain.periods import Period, named, period_of
from tests.unit.supervision.made import china, cn, names, policy

ID = UUID("6f0e8b1c-4d2a-5c7e-9b10-000000000031")
LEARNT = china("2021-04-01T09:00")
VIEW = View(Counting(cn(), policy().zone), None, timedelta(seconds=120))
VISIT = Need("visit", "visit")

MONTHLY = DutyOpened(
    duty=ID,
    programme="jinxian",
    programme_version=2,
    agency="jinxian",
    rule="monthly_visit",
    subject_kind="person",
    subject="cadre-1",
    unit=None,
    person="cadre-1",
    enterprise=None,
    case=None,
    about=None,
    title="每月走访",
    every="month",
    needs=(VISIT,),
    since=date(2021, 4, 1),
    until=None,
    within=None,
    remind="3wd",
    due_at=None,
    remind_at=None,
    broken_at=None,
    card=None,
    by="rule",
    learnt_at=LEARNT,
    at=LEARNT,
)
ONCE = replace(
    MONTHLY,
    rule="pledge",
    every="once",
    needs=(),
    since=None,
    remind=None,
    due_at=china("2021-04-27T00:00"),
    broken_at=china("2021-05-12T00:00"),
)


class Owing:
    """One duty and what has happened to it."""

    def __init__(self, opened: DutyOpened, view: View = VIEW) -> None:
        self.view = view
        self.duty = Duty()
        self.deeds: list[Deed] = []
        self.take([opened])

    def take(self, events: list[Event]) -> list[Event]:
        for event in events:
            self.duty = duties.apply(self.duty, event)
        return events

    def do(self, at: str, learnt_at: datetime | None = None, **more: Any) -> None:
        when = china(at)
        self.deeds.append(Deed(uuid4(), more.pop("counts", "visit"), when, learnt_at or when, **more))

    def sweep(self, upto: str) -> list[Event]:
        return self.take(duties.settle(self.duty, self.deeds, self.view, china(upto)))

    def fulfil(self, at: str, learnt_at: str | None = None) -> list[Event]:
        assert self.duty.opened is not None
        term = next(duties.terms(self.duty.opened, self.view, china(at)))
        return self.take(duties.fulfil(self.duty, term, china(at), china(learnt_at or at), []))

    def status(self, period: str = "once") -> str:
        return duties.status(self.duty, period)


@pytest.mark.parametrize(
    ("day", "every", "name", "first", "last"),
    [
        ("2021-02-14", "month", "2021-02", "2021-02-01", "2021-02-28"),
        ("2020-12-31", "month", "2020-12", "2020-12-01", "2020-12-31"),
        ("2021-11-30", "quarter", "2021-Q4", "2021-10-01", "2021-12-31"),
        ("2021-01-01", "quarter", "2021-Q1", "2021-01-01", "2021-03-31"),
        ("2021-07-01", "year", "2021", "2021-01-01", "2021-12-31"),
    ],
)
def test_period_of_a_day(day: str, every: Any, name: str, first: str, last: str) -> None:
    found = period_of(date.fromisoformat(day), every)
    assert found == Period(name, every, date.fromisoformat(first), date.fromisoformat(last))
    assert named(name, every) == found


@pytest.mark.parametrize(
    ("name", "every"), [("2021-13", "month"), ("2021-Q2", "month"), ("2021", "quarter"), ("x", "year")]
)
def test_other_names_are_no_periods(name: str, every: Any) -> None:
    with pytest.raises(BadPeriod, match="is no"):
        named(name, every)


def test_visit_in_the_month_fulfils() -> None:
    owing = Owing(MONTHLY)
    owing.do("2021-04-20T10:00")
    [done] = owing.sweep("2021-04-20T11:00")
    assert (names([done]), done.at) == (["DutyFulfilled"], china("2021-04-20T10:00"))
    assert owing.sweep("2021-05-01T01:00") == []


def test_month_without_a_visit_is_reminded_of_and_missed() -> None:
    """April 30 is a Friday before the holiday; April 25 a make-up Sunday: three working days before are 28, 29, 30."""
    owing = Owing(MONTHLY)
    [reminded] = owing.sweep("2021-04-30T00:00")
    assert isinstance(reminded, DutyReminded)
    assert reminded.at == china("2021-04-28T00:00")
    [missed] = owing.sweep("2021-05-01T00:01")
    assert isinstance(missed, DutyMissed)
    assert (missed.at, missed.period, missed.lacking) == (china("2021-05-01T00:00"), "2021-04", ("visit",))
    assert owing.sweep("2021-05-02T00:00") == []


def test_first_month_that_had_begun_is_not_missed() -> None:
    owing = Owing(replace(MONTHLY, since=date(2021, 4, 20), remind=None))
    assert owing.sweep("2021-05-31T00:00") == []
    assert names(owing.sweep("2021-06-01T00:01")) == ["DutyMissed"]
    owing.do("2021-04-25T10:00", learnt_at=china("2021-06-02T00:00"))
    assert names(owing.sweep("2021-06-02T01:00")) == ["DutyFulfilled"]
    assert (owing.status("2021-04"), owing.status("2021-05")) == ("fulfilled", "missed")


def test_late_evidence_withdraws_the_miss() -> None:
    owing = Owing(replace(MONTHLY, remind=None))
    [missed] = owing.sweep("2021-05-02T00:00")
    owing.do("2021-04-30T23:59", learnt_at=china("2021-05-03T09:00"))
    done, rescinded = owing.sweep("2021-05-03T10:00")
    assert isinstance(done, DutyFulfilled)
    assert isinstance(rescinded, DutyRescinded)
    assert rescinded.withdrawn == (duties.event_id(missed),)
    assert owing.status("2021-04") == "fulfilled"


def test_visit_of_the_next_month_does_not_help() -> None:
    owing = Owing(replace(MONTHLY, remind=None))
    owing.do("2021-05-01T00:00")
    assert names(owing.sweep("2021-05-02T00:00")) == ["DutyMissed", "DutyFulfilled"]
    assert (owing.status("2021-04"), owing.status("2021-05")) == ("missed", "fulfilled")


def test_every_need_must_be_met() -> None:
    needs = (Need("solve", "service", kind="problem_solved"), Need("advise", "suggestion", min=2))
    owing = Owing(replace(MONTHLY, needs=needs, remind=None))
    owing.do("2021-04-02T09:00", counts="service", kind="problem_solved")
    owing.do("2021-04-03T09:00", counts="suggestion")
    owing.do("2021-04-04T09:00", counts="service", kind="policy")
    [missed] = owing.sweep("2021-05-02T00:00")
    assert isinstance(missed, DutyMissed)
    assert missed.lacking == ("advise",)
    owing.do("2021-04-29T09:00", counts="suggestion", learnt_at=china("2021-05-02T09:00"))
    done = owing.sweep("2021-05-03T00:00")[0]
    assert isinstance(done, DutyFulfilled)
    assert (done.at, len(done.evidence)) == (china("2021-04-29T09:00"), 3)


def test_only_who_has_the_role_counts() -> None:
    owing = Owing(replace(MONTHLY, needs=(replace(VISIT, role="resident_judge"),), remind=None))
    owing.do("2021-04-02T09:00", roles=frozenset({"team_leader"}))
    assert owing.sweep("2021-04-30T00:00") == []
    owing.do("2021-04-03T09:00", roles=frozenset({"team_leader", "resident_judge"}))
    assert names(owing.sweep("2021-04-30T00:00")) == ["DutyFulfilled"]


@pytest.mark.parametrize(("mode", "came"), [("scheduled", ["DutyFulfilled"]), ("unscheduled", [])])
def test_unscheduled_meeting_is_no_monthly_meeting(mode: str, came: list[str]) -> None:
    owing = Owing(replace(MONTHLY, needs=(Need("meeting", "dispatch"),), remind=None))
    owing.do("2021-04-20T09:00", counts="dispatch", mode=mode)
    assert names(owing.sweep("2021-04-30T00:00")) == came


def test_report_may_come_after_its_period() -> None:
    """Five working days after April 30: May 1–5 are off, May 8 is a make-up Saturday: 6, 7, 8, 10, 11."""
    report = replace(MONTHLY, needs=(Need("report", "report", kind="monthly"),), within="5wd", remind=None)
    owing = Owing(report)
    assert owing.sweep("2021-05-12T00:00") == []
    owing.do("2021-05-11T23:59", counts="report", kind="monthly", period="2021-04")
    assert names(owing.sweep("2021-05-12T00:01")) == ["DutyFulfilled"]
    late = Owing(report)
    assert names(late.sweep("2021-05-12T00:01")) == ["DutyMissed"]
    late.do("2021-05-12T09:00", counts="report", kind="monthly", period="2021-04")
    assert names(late.sweep("2021-05-12T10:00")) == ["DutyFulfilled"]
    assert late.status("2021-04") == "late"


def test_nothing_is_missed_beyond_what_is_observed() -> None:
    owing = Owing(replace(MONTHLY, remind=None), replace(VIEW, until=china("2021-05-20T00:00")))
    assert [event.at for event in owing.sweep("2022-01-01T00:00")] == [china("2021-05-01T00:00")]


def test_what_is_learnt_late_gets_its_grace() -> None:
    opened = replace(MONTHLY, learnt_at=china("2021-06-10T00:00"), remind=None)
    owing = Owing(opened)
    assert owing.sweep("2021-06-10T00:02") == []
    assert names(owing.sweep("2021-06-10T00:03")) == ["DutyMissed", "DutyMissed"]


def test_end_withdraws_what_was_due_after_it() -> None:
    owing = Owing(replace(MONTHLY, remind=None))
    owing.sweep("2021-06-02T00:00")
    ended, rescinded = owing.take(
        duties.end(owing.duty, "left", china("2021-05-15T00:00"), china("2021-06-03T00:00"), VIEW)
    )
    assert isinstance(ended, DutyEnded)
    assert isinstance(rescinded, DutyRescinded)
    assert (owing.status("2021-04"), owing.status("2021-05")) == ("missed", "ended")
    assert owing.sweep("2021-08-01T00:00") == []
    assert duties.end(owing.duty, "left", china("2021-05-15T00:00"), china("2021-06-04T00:00"), VIEW) == []


def test_what_ends_when_it_is_due_was_owed_until_then() -> None:
    owing = Owing(replace(MONTHLY, remind=None))
    owing.sweep("2021-05-02T00:00")
    due = china("2021-05-01T00:00")
    ended = owing.take(duties.end(owing.duty, "left", due, china("2021-05-03T00:00"), owing.view))
    assert names(ended) == ["DutyEnded"]
    assert owing.sweep("2021-07-02T00:00") == []


def test_changed_duty_is_owed_to_the_end_of_its_period() -> None:
    owing = Owing(replace(MONTHLY, remind=None, card="yellow"))
    at = china("2021-04-29T09:00")
    owing.take(duties.end(owing.duty, "changed", at, at, owing.view))
    missed, card = owing.sweep("2021-07-02T00:00")
    assert names([missed, card]) == ["DutyMissed", "DutyCardIssued"]
    owing.do("2021-04-30T10:00", learnt_at=china("2021-07-03T10:00"))
    _, rescinded = owing.sweep("2021-07-04T00:00")
    assert isinstance(rescinded, DutyRescinded)
    assert rescinded.withdrawn == (duties.event_id(missed), duties.event_id(card))


def test_pledge_kept_late_and_broken() -> None:
    kept = Owing(ONCE)
    kept.fulfil("2021-04-26T23:59")
    assert (kept.sweep("2021-06-01T00:00"), kept.status()) == ([], "fulfilled")
    late = Owing(ONCE)
    assert names(late.sweep("2021-04-28T00:00")) == ["DutyMissed"]
    late.fulfil("2021-04-28T09:00")
    assert (late.sweep("2021-06-01T00:00"), late.status()) == ([], "late")
    broken = Owing(ONCE)
    assert names(broken.sweep("2021-06-01T00:00")) == ["DutyMissed", "DutyBroken"]
    assert broken.status() == "broken"


def test_breach_learnt_too_soon_is_withdrawn_and_the_miss_stands() -> None:
    owing = Owing(ONCE)
    owing.sweep("2021-06-01T00:00")
    done, rescinded = owing.fulfil("2021-05-10T09:00", learnt_at="2021-06-02T00:00")
    assert isinstance(done, DutyFulfilled)
    assert not done.in_time
    assert isinstance(rescinded, DutyRescinded)
    assert rescinded.withdrawn == (duties.event_id(DutyBroken(ID, "once", LEARNT)),)
    assert (owing.duty.outcome("once").missed, owing.status()) == (True, "late")


def test_an_earlier_fulfilment_counts_a_later_one_does_not() -> None:
    owing = Owing(ONCE)
    owing.fulfil("2021-04-28T09:00")
    assert owing.fulfil("2021-04-29T09:00") == []
    assert names(owing.fulfil("2021-04-20T09:00")) == ["DutyFulfilled"]
    assert owing.status() == "fulfilled"


def test_ripe_is_the_next_moment() -> None:
    owing = Owing(MONTHLY)
    assert duties.ripe_at(owing.duty, VIEW, LEARNT) == china("2021-04-28T00:00")
    owing.sweep("2021-04-30T00:00")
    assert duties.ripe_at(owing.duty, VIEW, china("2021-04-30T00:00")) == china("2021-05-01T00:00")
    owing.sweep("2021-05-01T00:01")
    assert duties.ripe_at(owing.duty, VIEW, china("2021-05-01T00:01")) == china("2021-05-27T00:00")


_DAYS = st.integers(min_value=0, max_value=200)


@settings(max_examples=150)
@given(done=st.lists(st.tuples(_DAYS, _DAYS), max_size=8), sweeps=st.lists(_DAYS, max_size=8))
def test_when_it_was_learnt_does_not_change_what_stands(done: list[tuple[int, int]], sweeps: list[int]) -> None:
    """Sweeping often or once, with evidence early or late: the same periods stand as they do; nothing comes twice."""
    start = china("2021-04-01T00:00")
    deeds = [
        Deed(UUID(int=n), "visit", start + timedelta(days=at), start + timedelta(days=max(at, known)))
        for n, (at, known) in enumerate(done)
    ]
    happened: list[Event] = []
    duty = duties.apply(Duty(), MONTHLY)
    for day in (*sorted(sweeps), 400):
        upto = start + timedelta(days=day)
        known = [deed for deed in deeds if deed.learnt_at < upto]
        for event in duties.settle(duty, known, VIEW, upto):
            duty = duties.apply(duty, event)
            happened.append(event)
    ids = [duties.event_id(event) for event in happened]
    assert len(ids) == len(set(ids))
    at_once = duties.apply(Duty(), MONTHLY)
    for event in duties.settle(at_once, deeds, VIEW, start + timedelta(days=400)):
        at_once = duties.apply(at_once, event)
    months = [period_of(date(2021, month, 1), "month").name for month in range(4, 13)]
    assert [duties.status(duty, month) for month in months] == [duties.status(at_once, month) for month in months]
