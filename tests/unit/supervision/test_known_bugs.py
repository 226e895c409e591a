"""Bugs that users of other systems reported, each played here. The docstrings tell what went wrong there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from supervision.domain import decisions, leave
from supervision.domain.commands import Act, PauseCase, RaiseCase, Verify
from supervision.domain.events import CaseEscalated, ClockStarted, DeadlineMissed, PolicyAdopted, WatchEvent
from supervision.domain.policy import Policy
from supervision.domain.publication import recompute
from supervision.domain.renewal import Cause, renew
from tests.unit.supervision.made import CONTACT, LEARNT, Life, china, cn, document, names, policy

RECEIVED = china("2021-03-11T09:30")
FIRED = ("DeadlineMissed", "CardIssued", "CaseEscalated")
RULES: dict[str, Any] = {"pause": {"reasons": [{"id": "enterprise"}], "max": "10wd"}}


def received(*clocks: dict[str, Any], **changes: Any) -> Life:
    life = Life(policy(*clocks, **RULES, **changes))
    life.step("received", RECEIVED, learnt_at=RECEIVED)
    return life


def pause(life: Life, at: datetime, until: str) -> None:
    wanted = PauseCase("enterprise", None, date.fromisoformat(until), Act("office", at, at))
    life.record(leave.pause(life.watch, wanted, life.policy, life.calendar))


def raise_up(life: Life, at: datetime) -> None:
    life.record(leave.raise_case(life.watch, RaiseCase(None, Act("office", at, at)), life.policy))


def adopt(life: Life, at: datetime, version: int = 2, **clock: Any) -> list[WatchEvent]:
    life.policy = Policy.of("jinxian", version, document({**CONTACT, **clock}, **RULES))
    life.record([PolicyAdopted(life.watch.case, version, at, at)])
    return life.record(renew(life.watch, life.policy, life.calendar, Cause("policy", at, at, "policy_adopted")))


def test_no_level_is_reached_twice() -> None:
    """GLPI #1996, #5319: escalation levels fired again on each run of the cron job, or after the ticket was changed."""
    life = received()
    for day in range(12, 31):
        life.sweep(china(f"2021-03-{day}T12:00"))
        if day in (18, 20):
            adopt(life, china(f"2021-03-{day}T12:00"), version=day, limit="9wd")
    levels = Counter(event.level for event in life.happened if isinstance(event, CaseEscalated))
    assert levels == {1: 1, 2: 1}


def test_ladder_of_a_clock_goes_on_where_the_case_stands() -> None:
    """GLPI #1996: the case was raised on request, then its clock went up the same levels again."""
    life = received()
    raise_up(life, china("2021-03-12T10:00"))
    life.sweep(china("2021-04-30T00:00"))
    [climbed] = [event for event in life.happened if isinstance(event, CaseEscalated)]
    assert (climbed.level, climbed.at) == (2, china("2021-03-19T00:00")), "level 1 is passed over, 2 comes when due"


def test_case_at_the_top_climbs_no_more_and_its_miss_stays() -> None:
    life = received()
    for hour in (10, 11):
        raise_up(life, china(f"2021-03-12T{hour}:00"))
    life.sweep(china("2021-04-30T00:00"))
    assert [name for name in names(life.happened) if name in FIRED] == ["DeadlineMissed", "CardIssued"]
    assert life.watch.ripe_at(life.policy) is None


def test_first_clock_to_run_out_climbs_although_both_are_learnt_late() -> None:
    """Learnt of at once, the slower clock's levels are not climbed before those that were due weeks earlier."""
    slow = {**CONTACT, "id": "answer", "limit": "15wd"}
    life = Life(policy(slow, CONTACT, **RULES))
    life.step("received", RECEIVED)
    life.sweep(LEARNT + timedelta(days=1))
    climbed = [event for event in life.happened if isinstance(event, CaseEscalated)]
    assert [(event.clock, event.level) for event in climbed] == [("contact", 1), ("contact", 2)]
    assert names(life.happened).count("DeadlineMissed") == 2


def test_level_that_was_taken_back_is_climbed_by_another_clock() -> None:
    """Two clocks are missed; what the first one climbed is withdrawn, so the second one's ground stands alone."""
    call = {**CONTACT, "id": "call", "stops": ["planned"]}
    life = received(CONTACT, call)
    life.sweep(china("2021-03-20T00:00"))
    climbed = [event for event in life.happened if isinstance(event, CaseEscalated)]
    assert [(event.clock, event.level) for event in climbed] == [("call", 1), ("call", 2)]
    life.step("planned", china("2021-03-12T10:00"), learnt_at=china("2021-03-22T10:00"))
    life.sweep(china("2021-04-30T00:00"))
    climbed = [event for event in life.happened if isinstance(event, CaseEscalated)]
    assert [(event.clock, event.level) for event in climbed[2:]] == [("contact", 1), ("contact", 2)]


def test_no_level_is_lost_after_a_change() -> None:
    """GLPI #5319: a changed target forgot the levels that were still to come."""
    life = received()
    adopt(life, china("2021-03-12T12:00"), limit="5wd")
    life.sweep(china("2021-04-30T00:00"))
    fired = [name for name in names(life.happened) if name in ("DeadlineMissed", "CaseEscalated")]
    assert fired == ["DeadlineMissed", "CaseEscalated", "CaseEscalated"]


def test_pause_survives_a_change_of_the_rules() -> None:
    """GLPI #6902: waiting time was forgotten when the service level of a ticket was changed."""
    life = received()
    pause(life, china("2021-03-12T10:00"), "2021-03-16")
    [_, started] = adopt(life, china("2021-03-17T10:00"), limit="4wd")
    assert isinstance(started, ClockStarted)
    assert started.due_at == china("2021-03-23T00:00"), "12th, 15th and 16th are out: 17th, 18th, 19th, 22nd count"
    assert len(started.pauses) == 1


def test_waiting_time_is_left_out_of_a_rule_that_comes_during_the_pause() -> None:
    """GLPI #15605: a service level given while the ticket was waiting counted the waiting time before it."""
    life = received()
    pause(life, china("2021-03-12T10:00"), "2021-03-18")
    [_, started] = adopt(life, china("2021-03-15T10:00"), limit="1wd")
    assert isinstance(started, ClockStarted)
    assert started.due_at == china("2021-03-20T00:00"), "12th to 18th are out: Friday the 19th"


def test_pause_counts_working_days_as_the_calendar_does() -> None:
    """GLPI #10594: waiting over days off was added in calendar time, so that the target fell on a wrong day."""
    life = received()
    pause(life, china("2021-03-12T20:00"), "2021-03-17")
    newest = life.watch.newest("contact")
    assert newest is not None
    assert newest.due_at == china("2021-03-23T00:00"), "12th and 15th to 17th are out: 18th, 19th, 22nd count"


def test_what_was_closed_stays_judged_by_its_own_rules() -> None:
    """GLPI #8744, Zammad #4353: changing a service level recomputed closed tickets, so last year's reports changed."""
    life = received()
    life.step("contacted", china("2021-03-15T10:00"), learnt_at=china("2021-03-15T10:00"))
    before = life.watch.clocks
    assert adopt(life, china("2021-03-15T12:00"), limit="1wd") == [], "before it would have been due"
    assert adopt(life, china("2021-03-20T10:00"), version=3, limit="9wd") == [], "and after"
    assert life.watch.clocks == before
    assert before[0].in_time is True
    assert before[0].policy_version == 1


def test_rules_of_today_reach_no_deadline_of_the_past() -> None:
    """GLPI #8744 once more: whatever has an old deadline counted anew does so by the rules of its day."""
    life = received()
    life.sweep(china("2021-03-20T10:00"))
    old = life.policy
    adopt(life, china("2021-03-20T10:00"), limit="1wd")
    life.policy = replace(life.policy, earlier={1: old})
    off = replace(life.calendar, version=2, published_at=china("2021-03-12T08:00"))
    assert recompute(life.watch, life.policy, off) == []
    wanted = PauseCase(
        "enterprise", None, date(2021, 3, 12), Act("office", RECEIVED, china("2021-03-20T11:00"), "late")
    )
    life.record(leave.pause(life.watch, wanted, life.policy, life.calendar))
    newest = life.watch.newest("contact")
    assert newest is not None
    assert (newest.due_at, newest.policy_version, newest.limit) == (china("2021-03-18T00:00"), 1, "3wd")


def test_escalation_is_not_lost_when_the_case_moves() -> None:
    """Zammad #2532: after an update of the ticket the pending escalation was cleared and never came."""
    life = received()
    life.step("accepted", china("2021-03-12T10:00"), learnt_at=china("2021-03-12T10:00"))
    life.step("planned", china("2021-03-12T11:00"), learnt_at=china("2021-03-12T11:00"))
    life.sweep(china("2021-04-30T00:00"))
    assert names(life.happened).count("CaseEscalated") == 2


def test_reopened_case_starts_its_deadlines_anew() -> None:
    """Zammad #188: a ticket that was opened again kept its old, or had no, deadline and nobody was reminded."""
    life = received()
    life.step("contacted", china("2021-03-12T10:00"), learnt_at=china("2021-03-12T10:00"))
    at = china("2021-03-22T10:00")
    life.step("fed_back", china("2021-03-19T10:00"), learnt_at=china("2021-03-19T10:00"))
    life.record(decisions.verify(life.watch, Verify("unsatisfied", None, Act("office", at, at)), life.policy, cn()))
    life.step("received", at, learnt_at=at, round=2)
    newest = life.watch.newest("contact")
    assert newest is not None
    assert (newest.round, newest.due_at, newest.runs) == (2, china("2021-03-26T00:00"), True)
    life.sweep(china("2021-04-30T00:00"))
    assert [event.at for event in life.happened if isinstance(event, DeadlineMissed)] == [china("2021-03-26T00:00")]


def test_reminder_keeps_to_the_programmes_zone_and_quiet_hours() -> None:
    """Zammad #4432: reminders went out at night, by the zone of the server."""
    life = received(quiet={"from": "20:00", "to": "08:00"})
    life.sweep(china("2021-04-30T00:00"))
    [reminder] = [event for event in life.happened if type(event).__name__ == "ReminderSent"]
    assert reminder.at == china("2021-03-16T08:00")
