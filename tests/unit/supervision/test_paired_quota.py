"""A quota that only somebody in a team can meet is owed for the periods that begin with the person in one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from eventkit.session import Session
from supervision.domain import duty as duties
from supervision.domain.duty import DutyFulfilled, DutyRescinded, Paired
from supervision.domain.obligations import Obligations
from tests.unit.supervision.made import (
    ENTERPRISE,
    Service,
    china,
    document,
    names,
    programme_published,
    told,
)
from tests.unit.supervision.test_duties import MONTHLY, VIEW, Owing

NEED = {"id": "visit", "zh": "走访", "en": "Visit", "counts": "visit"}
RULE: dict[str, Any] = {
    "id": "monthly_visit",
    "zh": "每月走访",
    "en": "Monthly visit",
    "subject": "person",
    "role": "linked_cadre",
    "every": "month",
    "from": "2021-04-01",
    "needs": [NEED],
}
TEAMS = {"key": {"members": [{"role": "linked_cadre", "min": 1}]}}
PERSON = {"id": "a", "name": "某", "title": None, "unit": "power", "role": "linked_cadre", "synthetic": True}


def paired(*spans: tuple[date, date | None]) -> Owing:
    return Owing(replace(MONTHLY, remind="3wd"), replace(VIEW, paired=tuple(Paired(*span) for span in spans)))


def test_who_is_in_no_team_owes_nothing() -> None:
    owing = paired()
    assert owing.sweep("2022-01-01T00:00") == []
    assert duties.ripe_at(owing.duty, owing.view, china("2022-01-01T00:00")) is None


def test_period_before_the_team_is_not_missed() -> None:
    """Formed on May 20: April is neither owed nor reminded of, May can be fulfilled, June is missed."""
    owing = paired((date(2021, 5, 20), None))
    assert names(owing.sweep("2021-06-02T00:00")) == ["DutyReminded"]
    assert names(owing.sweep("2021-07-02T00:00")) == ["DutyReminded", "DutyMissed"]
    assert [owing.status(month) for month in ("2021-04", "2021-05", "2021-06")] == ["open", "open", "missed"]


def test_period_of_pairing_may_be_fulfilled() -> None:
    owing = paired((date(2021, 4, 20), None))
    owing.do("2021-04-25T10:00")
    [done] = owing.sweep("2021-05-02T00:00")
    assert isinstance(done, DutyFulfilled) and done.in_time


def test_team_on_the_first_day_owes_it_all() -> None:
    owing = paired((date(2021, 4, 1), None))
    assert names(owing.sweep("2021-05-02T00:00")) == ["DutyReminded", "DutyMissed"]


def test_first_whole_period_is_looked_at() -> None:
    """Looked at months before the team began: it wakes for the first reminder after it."""
    owing = paired((date(2021, 9, 1), None))
    at = duties.ripe_at(owing.duty, owing.view, china("2021-05-02T00:00"))
    assert at is not None and china("2021-09-01T00:00") < at < china("2021-10-01T00:00")


def test_period_in_which_the_team_ends_is_not_missed() -> None:
    """Until June 10: April and May are missed, June may still be fulfilled and is not reminded of, July is nothing."""
    owing = paired((date(2021, 4, 1), date(2021, 6, 11)))
    assert names(owing.sweep("2021-09-02T00:00")) == ["DutyReminded", "DutyMissed"] * 2
    assert [owing.status(month) for month in ("2021-05", "2021-06", "2021-07")] == ["missed", "open", "open"]
    assert duties.ripe_at(owing.duty, owing.view, china("2021-09-02T00:00")) is None


def test_gap_between_two_teams_is_not_owed() -> None:
    """Until May 10, and again from June 1: May is neither missed nor reminded of, and June wakes again."""
    owing = paired((date(2021, 4, 1), date(2021, 5, 11)), (date(2021, 6, 1), None))
    assert names(owing.sweep("2021-05-12T00:00")) == ["DutyReminded", "DutyMissed"]
    at = duties.ripe_at(owing.duty, owing.view, china("2021-05-12T00:00"))
    assert at is not None and china("2021-06-20T00:00") < at < china("2021-07-01T00:00")


def test_end_told_late_withdraws_the_miss_for_good() -> None:
    owing = paired((date(2021, 4, 1), None))
    assert names(owing.sweep("2021-06-02T00:00")) == ["DutyReminded", "DutyMissed"] * 2
    ended, learnt = china("2021-05-20T09:00"), china("2021-06-03T09:00")
    alone = replace(owing.view, paired=(Paired(date(2021, 4, 1), date(2021, 5, 21)),))
    [rescinded] = owing.take(duties.release(owing.duty, ended, learnt, alone))
    assert isinstance(rescinded, DutyRescinded) and rescinded.period == "2021-05"
    assert [owing.status(month) for month in ("2021-04", "2021-05")] == ["missed", "open"]
    assert owing.take(duties.release(owing.duty, ended, learnt, alone)) == []
    assert owing.sweep("2021-06-04T00:00") == []  # nor when another team of those days is told of later


@pytest.mark.parametrize(("counts", "asked"), [("visit", True), ("service", False)])
def test_only_visits_need_a_pairing(counts: str, asked: bool) -> None:
    """Services are given to whomever: a quota of them is owed by the role alone."""
    rule = {**RULE, "needs": [{**NEED, "counts": counts}]}
    assert Obligations.of(document(duties=[rule], teams=TEAMS)).duties["monthly_visit"].paired is asked


@pytest.mark.parametrize(
    ("formed_at", "missed"),
    [(None, []), ("2021-03-20T09:00", ["2021-04", "2021-05"]), ("2021-04-20T09:00", ["2021-05"])],
)
def test_team_decides_which_months_are_missed(formed_at: str | None, missed: list[str]) -> None:
    service, learnt = Service(), china("2021-03-01T09:00")
    service.hear(programme_published(document(clocks=[], duties=[RULE], teams=TEAMS), at=learnt))
    people = {"agency": "jinxian", "version": 1, "units": [], "people": [PERSON]}
    service.hear(told("intake.directory_published", learnt, learnt, people, key="jinxian"))
    if formed_at is not None:
        service.hear(formed(china(formed_at)))
    [row] = service.register.rows.values()
    with service.store.transaction() as tx:
        session = Session(tx)
        service.context.duties.settle(session, UUID(str(row.opened.duty)), china("2021-06-02T00:00"))
        session.flush()
    events = service.recorded().values()
    assert [data["period"] for name, _, data in events if name == "duty_missed"] == missed


def formed(at: datetime) -> Any:
    about = {"team": "t", "programme": "jinxian", "agency": "jinxian", "tier": "key", "enterprises": [ENTERPRISE]}
    member = {"role": "linked_cadre", "person": "a", "unit": None}
    return told("intake.team_formed", at, at, {**about, "members": [member]}, key="t")
