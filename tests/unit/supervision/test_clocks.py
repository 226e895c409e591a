"""Clocks: given facts, when time passes or a fact is learnt, then events."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from supervision.domain.events import (
    CardIssued,
    CaseClosedOut,
    CaseEscalated,
    ClockCancelled,
    ClockStarted,
    ClockStopped,
    ClockUnobserved,
    DeadlineMissed,
    MissesRescinded,
    ReminderSent,
)
from supervision.domain.naming import event_id
from tests.unit.supervision.made import CONTACT, EXTERNAL, LEARNT, MILESTONES, Life, china, names, plan, policy

RECEIVED = china("2021-03-11T09:30")
REMINDER, DUE = china("2021-03-16T00:00"), china("2021-03-17T00:00")
LEVEL_1, LEVEL_2 = china("2021-03-18T00:00"), china("2021-03-19T00:00")
FOREVER = LEARNT + timedelta(days=365)
GRACE = timedelta(seconds=120)


def test_clock_starts_with_its_fact() -> None:
    life = Life(policy())
    [_, started] = life.step("received", RECEIVED)
    assert isinstance(started, ClockStarted)
    assert (started.clock, started.generation, started.due_at, started.unit) == ("contact", 1, DUE, "power")
    assert [(s.stage, s.kind, s.level, s.due_at) for s in started.stages] == [
        (0, "reminder", None, REMINDER),
        (1, "miss", None, DUE),
        (2, "escalation", 1, LEVEL_1),
        (3, "escalation", 2, LEVEL_2),  # the rule's third step is past the ladder's end
    ]
    assert (started.calendar, started.calendar_version, started.provisional) == ("cn", 1, False)


def test_repeated_fact_starts_nothing() -> None:
    life = Life(policy())
    life.step("received", RECEIVED)
    assert names(life.step("received", RECEIVED + timedelta(days=1))) == ["FactLearnt"]


def test_everything_fires_once_in_order() -> None:
    life = Life(policy())
    life.step("received", RECEIVED)
    fired = life.sweep(FOREVER)
    assert names(fired) == ["ReminderSent", "DeadlineMissed", "CardIssued", "CaseEscalated", "CaseEscalated"]
    assert [event.at for event in fired] == [REMINDER, DUE, DUE, LEVEL_1, LEVEL_2]
    assert [e.role for e in fired if isinstance(e, CaseEscalated)] == ["department_head", "county_leader"]
    assert [e.colour for e in fired if isinstance(e, CardIssued)] == ["yellow"]
    assert life.sweep(FOREVER) == []
    assert len({event_id(event) for event in life.happened}) == len(life.happened)


@pytest.mark.parametrize(
    ("told", "climbed"),
    [((2,), [1, 2]), ((1, 2), [1, 2]), ((1,), [1]), ((3,), [])],
)
def test_ladder_that_skips_is_climbed_whole(told: tuple[int, ...], climbed: list[int]) -> None:
    """Such a document is refused today, but was published once; the third level is past the ladder's end."""
    clock = {**CONTACT, "escalate": [{"level": level, "after": f"{level}wd"} for level in told]}
    life = Life(policy(clock))
    life.step("received", RECEIVED, learnt_at=RECEIVED)
    fired = [event for event in life.sweep(LEARNT) if isinstance(event, CaseEscalated)]
    assert [event.level for event in fired] == climbed
    assert [event.role for event in fired] == ["department_head", "county_leader"][: len(climbed)]
    assert [event.at for event in fired] == sorted(event.at for event in fired)


@pytest.mark.parametrize("climbs", [("1wd", "2d"), ("1wd", "1h")])
def test_holiday_turns_no_levels_round(climbs: tuple[str, str]) -> None:
    """Due on 10 February; a working day later is the 18th, after Spring Festival, two days later the 12th."""
    steps = [{"level": level, "after": after} for level, after in enumerate(climbs, start=1)]
    life = Life(policy({**CONTACT, "limit": "1wd", "escalate": steps}))
    life.step("received", china("2021-02-09T09:00"), learnt_at=china("2021-02-09T09:00"))
    climbed = [e for e in life.sweep(china("2021-03-01T00:00")) if isinstance(e, CaseEscalated)]
    assert [(e.level, e.at) for e in climbed] == [(level, china("2021-02-19T00:00")) for level in (1, 2)]


def test_nothing_fires_within_grace() -> None:
    life = Life(policy())
    life.step("received", RECEIVED)
    assert life.sweep(LEARNT + GRACE) == []
    assert len(life.sweep(LEARNT + GRACE + timedelta(microseconds=1))) == 5


def test_nothing_fires_before_it_is_due() -> None:
    life = Life(policy())
    life.step("received", RECEIVED, learnt_at=RECEIVED)
    assert life.sweep(REMINDER) == []
    assert names(life.sweep(DUE)) == ["ReminderSent"]
    assert life.watch.ripe_at(life.policy) == DUE


@pytest.mark.parametrize(("at", "in_time"), [(RECEIVED, True), (DUE, True), (DUE + timedelta(seconds=1), False)])
def test_evidence_on_the_due_time_is_in_time(at: object, in_time: bool) -> None:
    life = Life(policy())
    life.step("received", RECEIVED)
    [_, stopped] = life.step("contacted", at)  # type: ignore[arg-type]  # a table of instants
    assert isinstance(stopped, ClockStopped)
    assert stopped.in_time is in_time


def test_late_evidence_leaves_what_was_due_before() -> None:
    life = Life(policy())
    life.step("received", RECEIVED)
    life.step("contacted", LEVEL_1 - timedelta(hours=1))
    assert names(life.sweep(FOREVER)) == ["ReminderSent", "DeadlineMissed", "CardIssued"]


def test_evidence_learnt_late_rescinds_exactly_what_it_covers() -> None:
    life = Life(policy())
    life.step("received", RECEIVED)
    fired = {event_id(event): event for event in life.sweep(LEARNT + timedelta(hours=1))}
    life.step("contacted", DUE, learnt_at=LEARNT + timedelta(hours=2))
    [rescinded] = life.sweep(FOREVER)
    assert isinstance(rescinded, MissesRescinded)
    assert [type(fired[w.event]) for w in rescinded.withdrawn] == [
        DeadlineMissed,
        CardIssued,
        CaseEscalated,
        CaseEscalated,
    ]
    assert [(w.kind, w.stage) for w in rescinded.withdrawn] == [
        ("miss", 1),
        ("card", 1),
        ("escalation", 2),
        ("escalation", 3),
    ]
    assert (rescinded.fact, rescinded.evidence_at, rescinded.at) == ("contacted", DUE, LEVEL_2)
    assert life.sweep(FOREVER) == []


def test_evidence_between_levels_leaves_the_lower_one() -> None:
    life = Life(policy())
    life.step("received", RECEIVED)
    life.sweep(LEARNT + timedelta(hours=1))
    life.step("contacted", LEVEL_1 + timedelta(hours=1), learnt_at=LEARNT + timedelta(hours=2))
    [rescinded] = life.sweep(FOREVER)
    assert isinstance(rescinded, MissesRescinded)
    assert [(w.kind, w.stage) for w in rescinded.withdrawn] == [("escalation", 3)]


def test_still_earlier_evidence_rescinds_the_rest() -> None:
    life = Life(policy())
    life.step("received", RECEIVED)
    life.sweep(LEARNT + timedelta(hours=1))
    life.step("contacted", LEVEL_1, learnt_at=LEARNT + timedelta(hours=2))
    life.step("contacted", RECEIVED, learnt_at=LEARNT + timedelta(hours=3))
    rescinded = [event for event in life.sweep(FOREVER) if isinstance(event, MissesRescinded)]
    assert [[w.stage for w in event.withdrawn] for event in rescinded] == [[2, 3], [0, 1, 1]]
    assert [event.in_time for event in life.happened if isinstance(event, ClockStopped)] == [False, True]


def test_external_limit_without_a_date_has_no_clock() -> None:
    life = Life(policy(EXTERNAL))
    assert names(life.step("assigned", RECEIVED)) == ["FactLearnt"]


def test_external_limit_is_due_when_the_issue_says() -> None:
    life = Life(policy(EXTERNAL, calendar="none"), due_at=DUE)
    [_, started] = life.step("assigned", RECEIVED)
    assert isinstance(started, ClockStarted)
    assert (started.due_at, started.calendar, started.limit) == (DUE, None, "external")


def test_work_put_off_for_long_is_still_due_when_the_issue_says() -> None:
    life = Life(policy({**EXTERNAL, "stops": ["result"]}, calendar="none"), due_at=DUE)
    life.step("assigned", RECEIVED)
    assert names(life.step("result", RECEIVED + timedelta(hours=1), outcome="long_term")) == ["FactLearnt"]
    assert "DeadlineMissed" in names(life.sweep(FOREVER))
    stop = life.step("result", RECEIVED + timedelta(hours=2), outcome="solved")[-1]
    assert isinstance(stop, ClockStopped)


def test_each_milestone_has_a_clock_of_its_own() -> None:
    life = Life(policy(MILESTONES))
    life.step("planned", RECEIVED, parts=plan(("trial", "2021-03-15"), ("done", "2021-03-20")))
    assert [(c.name, c.about, c.due_at) for c in life.watch.clocks] == [
        ("milestone:1", "trial", china("2021-03-16T00:00")),
        ("milestone:2", "done", china("2021-03-21T00:00")),
    ]
    [_, stopped] = life.step("milestone", china("2021-03-18T09:00"), about="done")
    assert isinstance(stopped, ClockStopped)
    assert stopped.clock == "milestone:2"
    [missed] = life.sweep(FOREVER)
    assert isinstance(missed, DeadlineMissed)
    assert missed.clock == "milestone:1"


def test_nothing_fires_beyond_observation() -> None:
    life = Life(policy(observed_until="2021-03-17T12:00:00+08:00"))
    life.step("received", RECEIVED)
    fired = life.sweep(FOREVER)
    assert names(fired) == ["ReminderSent", "DeadlineMissed", "CardIssued", "ClockUnobserved"]
    assert isinstance(fired[-1], ClockUnobserved)
    assert fired[-1].at == china("2021-03-17T12:00")
    assert life.sweep(FOREVER) == []


def test_stopped_clock_is_not_unobserved() -> None:
    life = Life(policy(observed_until="2021-03-12T00:00:00+08:00"))
    life.step("received", RECEIVED)
    life.step("contacted", RECEIVED + timedelta(days=1))
    assert life.sweep(FOREVER) == []


def test_reopening_ends_the_clocks_of_its_round() -> None:
    life = Life(policy())
    life.step("received", RECEIVED)
    life.step("reopened", RECEIVED, round=2)
    life.step("received", china("2021-03-22T10:00"), round=2)
    assert [(c.name, c.generation, c.round) for c in life.watch.clocks] == [("contact", 1, 1), ("contact", 2, 2)]
    [_, stopped] = life.step("contacted", china("2021-03-23T10:00"), round=2)
    assert isinstance(stopped, ClockStopped)
    assert stopped.generation == 2


def test_unit_of_a_miss_is_the_lead_that_was_known() -> None:
    answer = {"id": "answer", "starts": "reported", "stops": ["fed_back"], "limit": "5wd"}
    life = Life(policy(answer))
    life.step("assigned", RECEIVED)
    life.step("assigned", RECEIVED, learnt_at=LEARNT + timedelta(days=3), unit="water", round=2)
    [missed] = life.sweep(FOREVER)
    assert isinstance(missed, DeadlineMissed)
    assert missed.unit == "power"


def test_reminder_that_would_precede_its_clock_is_none() -> None:
    life = Life(policy({**CONTACT, "limit": "1wd", "remind": "2wd"}))
    [_, started] = life.step("received", RECEIVED)
    assert isinstance(started, ClockStarted)
    assert [stage.kind for stage in started.stages][:2] == ["miss", "escalation"]
    assert not [event for event in life.sweep(FOREVER) if isinstance(event, ReminderSent)]


def test_clock_that_runs_at_close_out_is_cancelled() -> None:
    life = Life(policy())
    life.step("received", RECEIVED)
    closed = RECEIVED + timedelta(hours=2)
    life.hear(CaseClosedOut("c", 1, "ledger", None, LEARNT, closed))
    [cancelled] = life.sweep(FOREVER)
    assert isinstance(cancelled, ClockCancelled)
    assert (cancelled.reason, cancelled.at) == ("closed_out", closed)


def ended(life: Life, ground: str, at: datetime) -> None:
    """The case comes to an end of some kind, and a year passes."""
    if ground == "closed_out":
        life.hear(CaseClosedOut("c", 1, "ledger", None, at, at))
    else:
        life.step(ground, at, learnt_at=at)
    life.sweep(FOREVER)


GROUNDS = ("closed_out", "returned", "transferred", "merged", "withdrawn")


@pytest.mark.parametrize("ground", GROUNDS)
def test_miss_stands_whatever_ends_the_case(ground: str) -> None:
    """Due on the 16th at 24:00, the first level on the 17th; the case ends on the 18th, before the second."""
    life = Life(policy())
    life.step("received", RECEIVED, learnt_at=RECEIVED)
    at = china("2021-03-18T12:00")
    life.sweep(at)
    ended(life, ground, at)
    [clock] = life.watch.clocks
    assert (clock.status, clock.runs, clock.cancelled_at) == ("missed", False, at)
    fired = [stage.kind for stage in clock.stages if stage.stage in clock.standing]
    assert fired == ["reminder", "miss", "escalation"], "nothing climbs after the end"


@pytest.mark.parametrize("ground", GROUNDS)
def test_clock_not_yet_due_counts_nowhere(ground: str) -> None:
    life = Life(policy())
    life.step("received", RECEIVED, learnt_at=RECEIVED)
    ended(life, ground, china("2021-03-16T12:00"))
    assert [clock.status for clock in life.watch.clocks] == ["cancelled"]


def test_late_evidence_withdraws_an_ended_miss() -> None:
    life = Life(policy())
    life.step("received", RECEIVED, learnt_at=RECEIVED)
    life.sweep(china("2021-03-18T12:00"))
    ended(life, "returned", china("2021-03-18T12:00"))
    assert [clock.status for clock in life.watch.clocks] == ["missed"]
    life.step("contacted", china("2021-03-15T12:00"), learnt_at=china("2021-03-19T12:00"))
    life.sweep(FOREVER)
    assert [clock.status for clock in life.watch.clocks] == ["cancelled"]


def test_end_of_observation_may_have_small_letters() -> None:
    assert policy(observed_until="2021-03-12t00:00:00z") == policy(observed_until="2021-03-12T00:00:00Z")
