"""What is owed once, counted anew when a calendar is amended or its year becomes known; each time worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from eventkit.session import Session
from supervision.application.duties import HELP, LETTER_REPLY, PLEDGE, SUGGESTION, Owed
from supervision.domain.duty import Duty
from supervision.domain.events import CalendarPublished, PublishedYear
from supervision.domain.limits import parse_limit
from supervision.domain.obligations import OnceRule
from supervision.domain.steering import duty_of
from tests.unit.supervision.made import Service, china, cn, document, programme_published

RULES: dict[str, Any] = {
    "suggestions": {"answer_within": "3wd", "remind": "1wd"},
    "policies": {"help_within": "3wd"},
    "cards": {"yellow_to_letter": 2, "per": "month", "reply_within": "3wd"},
    "pledges": {"broken_after": "2wd", "remind": "1wd"},
}
START = china("2021-06-03T09:00")
"""A Thursday: 3wd end on Tuesday the 8th, at 24:00."""
ID = duty_of("test")


class Owing:
    """One duty on a service in memory."""

    def __init__(self, rule: str, due_at: datetime | None = None, **more: Any) -> None:
        self.service = Service()
        self.service.hear(programme_published(document(**RULES)))
        self.publish(1, "2021-01-01T00:00")
        self.rule, self.due_at, self.more = rule, due_at, more
        self._do(self._open)

    def _do(self, act: Any) -> None:
        with self.service.store.transaction() as tx:
            session = Session(tx)
            act(session)
            session.flush()

    def _open(self, session: Session) -> None:
        duties = self.service.context.duties
        policy = duties.policy(session, "jinxian", 1)
        held = policy.obligations
        rules = {SUGGESTION: held.suggestions, HELP: held.policies, LETTER_REPLY: held.cards and held.cards.reply}
        rule = rules.get(self.rule) or OnceRule(parse_limit("2wd"), parse_limit("1wd"))
        owed = Owed(ID, self.rule, "unit", "power", START, START, due_at=self.due_at, **self.more)
        duties.open_once(session, policy, rule, owed)

    def publish(self, version: int, at: str, *off: str) -> None:
        """A version of the calendar with these days off besides."""

        def act(session: Session) -> None:
            streams = self.service.context.streams
            years = {str(n): PublishedYear(tuple(y.off), tuple(y.work), None) for n, y in cn().years.items()}
            days = (*years["2021"].off, *map(date.fromisoformat, off))
            years["2021"] = replace(years["2021"], off=days)
            told = CalendarPublished("cn", version, "notice", years, china(at))
            session.record(streams.calendar, "cn", [told], key="cn", cause=duty_of("calendar", version))

        self._do(act)

    def sweep(self, upto: str) -> None:
        self._do(lambda session: self.service.context.duties.settle(session, ID, china(upto)))

    @property
    def duty(self) -> Duty:
        with self.service.store.transaction() as tx:
            return Session(tx).get(self.service.context.streams.duty, str(ID))

    def told(self) -> list[str]:
        return [e.type.split(".")[2] for e in self.service.store.tables.events if e.stream.startswith("duty-")]


@pytest.mark.parametrize("rule", [SUGGESTION, HELP, LETTER_REPLY])
def test_due_time_follows_the_calendar(rule: str) -> None:
    """Monday the 7th becomes a day off: Fri 4, Tue 8, Wed 9."""
    owing = Owing(rule)
    assert owing.duty.opened is not None and owing.duty.opened.due_at == china("2021-06-09T00:00")
    owing.publish(2, "2021-06-04T12:00", "2021-06-07")
    owing.sweep("2021-06-05T00:00")
    assert owing.duty.opened.due_at == china("2021-06-10T00:00")
    owing.sweep("2021-06-05T01:00")
    assert owing.told().count("duty_recounted") == 1
    owing.sweep("2021-06-20T00:00")
    assert [owing.duty.outcome("once").missed, owing.told().count("duty_missed")] == [True, 1]


def test_pledges_day_stays_and_its_breach_is_counted_anew() -> None:
    due = china("2021-06-05T00:00")
    owing = Owing(PLEDGE, due, broken_at=china("2021-06-09T00:00"))
    owing.publish(2, "2021-06-04T12:00", "2021-06-07")
    owing.sweep("2021-06-20T00:00")
    opened = owing.duty.opened
    assert opened is not None
    assert (opened.due_at, opened.broken_at) == (due, china("2021-06-10T00:00")), "Tue 8, Wed 9"
    broken = next(e for e in owing.service.store.tables.events if e.type.endswith("duty_broken.v1"))
    assert broken.occurred_at == china("2021-06-10T00:00")


@pytest.mark.parametrize("published", ["2021-06-09T00:01", "2021-06-11T09:00"])
def test_duty_that_was_over_before_the_notice_stays(published: str) -> None:
    owing = Owing(SUGGESTION)
    owing.publish(2, published, "2021-06-07")
    owing.sweep("2021-06-20T00:00")
    assert owing.told() == ["duty_opened", "duty_reminded", "duty_missed"]


def test_done_in_time_by_the_new_count() -> None:
    """Done on the 9th, between the publication and the next sweep."""
    owing = Owing(SUGGESTION)
    owing.publish(2, "2021-06-08T12:00", "2021-06-07")
    at = china("2021-06-09T15:00")
    owing._do(lambda session: owing.service.context.duties.fulfil(session, ID, at, at, []))
    assert owing.duty.outcome("once").in_time


def test_what_was_given_a_day_has_it() -> None:
    owing = Owing("dispatch_item", china("2021-06-09T00:00"))
    owing.publish(2, "2021-06-04T12:00", "2021-06-07")
    owing.sweep("2021-06-05T00:00")
    assert "duty_recounted" not in owing.told()
