"""Pause, extension, newer versions, another kind, mergers, returns: what is counted anew, and what stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest

from supervision.domain import errors, leave
from supervision.domain.calendar import Calendar, Year
from supervision.domain.commands import Act, AskExtension, DecideExtension, PauseCase, RaiseCase
from supervision.domain.events import (
    CaseClosedOut,
    CaseEscalated,
    CaseRaised,
    ClockCancelled,
    ClockStarted,
    DeadlineMissed,
    MissesRescinded,
    Part,
    PolicyAdopted,
    Span,
    WatchEvent,
)
from supervision.domain.limits import Counting, parse_limit
from supervision.domain.policy import Policy
from supervision.domain.publication import recompute
from supervision.domain.renewal import Cause, renew
from supervision.domain.trace import trace
from supervision.domain.watch import Watch, apply
from tests.unit.supervision.made import CASE, CONTACT, Life, china, cn, document, names, policy

RECEIVED = china("2021-03-11T09:30")  # a Thursday: 3wd end on Tuesday the 16th
LATER = china("2021-05-03T09:00")
RULES: dict[str, Any] = {
    "pause": {"reasons": [{"id": "enterprise"}], "max": "10wd"},
    "extension": {"ask_before": "1wd", "max": "5wd", "times": 1, "decides": "office"},
}


def act(at: str, learnt_at: datetime = LATER) -> Act:
    return Act("office", china(at), learnt_at)


def received(**changes: Any) -> Life:
    """A case whose contact clock runs, known from its start on."""
    life = Life(policy(**RULES, **changes))
    life.step("received", RECEIVED, learnt_at=RECEIVED)
    return life


def pause(life: Life, at: str, until: str | None = None, learnt: str | None = None) -> list[WatchEvent]:
    day = None if until is None else date.fromisoformat(until)
    signed = act(at, china(learnt or at))
    return life.record(leave.pause(life.watch, PauseCase("enterprise", None, day, signed), life.policy, life.calendar))


def ask(life: Life, at: str, limit: str = "3wd", unit: str = "power") -> list[WatchEvent]:
    wanted = AskExtension("contact", parse_limit(limit), "transformer", unit, act(at, china(at)))
    return life.record(leave.ask_extension(life.watch, wanted, life.policy, life.calendar))


def decide(life: Life, at: str, decision: Any = "granted", limit: str | None = None) -> list[WatchEvent]:
    span = None if limit is None else parse_limit(limit)
    number = len(life.watch.extensions)
    wanted = DecideExtension(number, decision, span, None, frozenset({"office"}), act(at, china(at)))
    return life.record(leave.decide_extension(life.watch, wanted, life.policy, life.calendar))


def given_back(life: Life) -> Life:
    """The first unit returns the case without a decision on its request, and another has it."""
    life.step("returned", china("2021-03-11T13:00"), learnt_at=china("2021-03-11T13:00"))
    for fact, at in (("assigned", "2021-03-12T09:00"), ("received", "2021-03-12T10:00")):
        life.step(fact, china(at), learnt_at=china(at), round=2, unit="bank")
    return life


def due(watch: Watch) -> datetime:
    newest = watch.newest("contact")
    assert newest is not None
    return newest.due_at


# --- pause


@pytest.mark.parametrize(
    ("at", "until", "expected", "why"),
    [
        ("2021-03-12T10:00", "2021-03-14", "2021-03-18T00:00", "over a weekend: Friday 12th is left out"),
        ("2021-03-13T10:00", "2021-03-14", "2021-03-17T00:00", "Saturday and Sunday do not count anyway"),
        ("2021-03-15T08:00", "2021-03-15", "2021-03-18T00:00", "one working day"),
        ("2021-03-11T09:30", "2021-03-17", "2021-03-23T00:00", "from the start: 12th, 15th to 17th left out"),
        ("2021-03-16T23:00", "2021-03-18", "2021-03-20T00:00", "the last day itself is paused at its end"),
    ],
)
def test_pause_leaves_days_out(at: str, until: str, expected: str, why: str) -> None:
    life = received()
    pause(life, at, until)
    assert due(life.watch) == china(expected), why


def test_pause_ends_by_itself() -> None:
    life = received()
    pause(life, "2021-03-12T10:00")
    [paused] = life.watch.pauses
    assert paused.span == Span(china("2021-03-12T10:00"), china("2021-03-27T00:00")), "10 working days, no longer"
    life.sweep(china("2021-03-30T00:00"))
    assert due(life.watch) == china("2021-04-01T00:00")
    assert "DeadlineMissed" not in names(life.happened)
    life.sweep(LATER)
    assert names(life.happened).count("DeadlineMissed") == 1


def test_early_resumption_counts_again_from_its_day() -> None:
    life = received()
    pause(life, "2021-03-12T10:00")
    resumed = leave.resume(life.watch, act("2021-03-15T14:00", china("2021-03-15T14:00")), life.policy, life.calendar)
    life.record(resumed)
    assert due(life.watch) == china("2021-03-18T00:00"), "the 12th is out; 15th, 16th, 17th count"
    assert [clock.generation for clock in life.watch.clocks] == [1, 2, 3]
    assert [clock.cancelled for clock in life.watch.clocks] == ["paused", "paused", None]


def test_pause_is_ended_early_once() -> None:
    """An earlier end told later cannot be recorded beside the first: it has a name to be refused by."""
    life = received()
    pause(life, "2021-03-12T10:00", "2021-03-18")
    life.record(leave.resume(life.watch, act("2021-03-17T09:00"), life.policy, life.calendar))
    with pytest.raises(errors.NotPaused):
        leave.resume(life.watch, act("2021-03-15T09:00"), life.policy, life.calendar)


def test_backdated_pause_makes_a_miss_groundless() -> None:
    life = received()
    life.sweep(china("2021-03-20T00:00"))
    assert names(life.happened).count("DeadlineMissed") == 1
    pause(life, "2021-03-12T10:00", "2021-03-15", learnt="2021-03-20T10:00")
    [rescinded] = [event for event in life.happened if isinstance(event, MissesRescinded)]
    assert {one.kind for one in rescinded.withdrawn} == {"reminder", "miss", "card", "escalation"}
    assert due(life.watch) == china("2021-03-19T00:00")
    life.sweep(LATER)
    assert names(life.happened).count("DeadlineMissed") == 2, "once withdrawn, once at the new due time"


def test_pause_after_a_miss_changes_nothing_of_it() -> None:
    life = received()
    life.sweep(china("2021-03-17T10:00"))
    before = life.watch.clocks
    assert names(pause(life, "2021-03-17T12:00", "2021-03-19")) == ["CasePaused"]
    assert life.watch.clocks == before


@pytest.mark.parametrize("swept", [True, False])
def test_deadline_that_is_over_is_not_moved_by_a_later_cause(swept: bool) -> None:
    """Whether the sweep has been there yet or not: it may be late, as after an outage."""
    life = received()
    if swept:
        life.sweep(china("2021-03-17T08:00"))
    assert names(pause(life, "2021-03-17T09:00", "2021-03-22")) == ["CasePaused"]
    assert adopted(life, version_2(limit="9wd"), "2021-03-17T10:00") == []
    life.sweep(LATER)
    fired = [(type(e).__name__, e.at) for e in life.happened if isinstance(e, DeadlineMissed | CaseEscalated)]
    days = [china(f"2021-03-{day}T00:00") for day in (17, 18, 19)]
    assert fired == list(zip(("DeadlineMissed", "CaseEscalated", "CaseEscalated"), days, strict=True))


def test_hours_leave_out_exactly_the_pause() -> None:
    life = Life(policy({**CONTACT, "limit": "10h", "remind": "1h"}, **RULES))
    life.step("received", RECEIVED, learnt_at=RECEIVED)
    pause(life, "2021-03-11T12:00", "2021-03-11", learnt="2021-03-11T12:00")
    assert due(life.watch) == china("2021-03-12T07:30"), "2.5 hours before, 7.5 after midnight"


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (PauseCase("holiday", None, None, act("2021-03-12T10:00")), errors.UnknownReason),
        (PauseCase("enterprise", None, date(2021, 3, 11), act("2021-03-12T10:00")), errors.PauseTooShort),
        (PauseCase("enterprise", None, date(2021, 4, 30), act("2021-03-12T10:00")), errors.PauseTooLong),
        (PauseCase("enterprise", None, date.max, act("2021-03-12T10:00")), errors.TooFarAhead),
        (PauseCase("enterprise", None, date.min, act("2021-03-12T10:00")), errors.PauseTooShort),
        (PauseCase("enterprise", None, None, act("1970-01-01T10:00")), errors.BackInTime),
    ],
)
def test_pause_is_refused(wanted: PauseCase, refusal: type[errors.Refusal]) -> None:
    life = received()
    with pytest.raises(refusal):
        leave.pause(life.watch, wanted, life.policy, life.calendar)


def test_one_pause_at_a_time_and_none_without_a_rule() -> None:
    life = received()
    pause(life, "2021-03-12T10:00", "2021-03-15")
    with pytest.raises(errors.AlreadyPaused):
        pause(life, "2021-03-13T10:00")
    with pytest.raises(errors.NotPaused):
        leave.resume(life.watch, act("2021-03-17T10:00"), life.policy, life.calendar)
    with pytest.raises(errors.NotInProgramme):
        wanted = PauseCase("enterprise", None, None, act("2021-03-12T10:00"))
        leave.pause(life.watch, wanted, policy(), cn())


# --- extension


def test_granted_extension_puts_the_due_time_off() -> None:
    life = received()
    ask(life, "2021-03-15T10:00")
    decide(life, "2021-03-16T10:00")
    assert due(life.watch) == china("2021-03-20T00:00"), "16th and three working days"
    [started] = [e for e in life.happened if isinstance(e, ClockStarted) and e.generation == 2]
    assert (started.extensions, started.policy_version, started.calendar_version) == (("3wd",), 1, cn().version)


def test_changed_and_refused_extensions() -> None:
    life = received()
    ask(life, "2021-03-15T10:00")
    decide(life, "2021-03-15T12:00", "refused")
    assert due(life.watch) == china("2021-03-17T00:00")
    ask(life, "2021-03-15T13:00")
    decide(life, "2021-03-15T14:00", "changed", "1wd")
    assert due(life.watch) == china("2021-03-18T00:00")


def test_late_decision_on_a_timely_request_withdraws_the_miss() -> None:
    life = received()
    ask(life, "2021-03-15T10:00")
    life.sweep(china("2021-03-17T10:00"))
    assert "DeadlineMissed" in names(life.happened)
    assert names(decide(life, "2021-03-17T12:00"))[:4] == [
        "ExtensionDecided",
        "ClockCancelled",
        "MissesRescinded",
        "ClockStarted",
    ]


def test_extension_is_refused() -> None:
    life = received()
    with pytest.raises(errors.ExtensionTooLate):
        ask(life, "2021-03-16T10:00")
    with pytest.raises(errors.ExtensionTooLong):
        ask(life, "2021-03-15T10:00", "6wd")
    with pytest.raises(errors.UnknownExtension):
        decide(life, "2021-03-15T10:00")
    ask(life, "2021-03-15T10:00")
    with pytest.raises(errors.ExtensionUndecided):
        ask(life, "2021-03-15T10:01")
    with pytest.raises(errors.ChangedToWhat):
        decide(life, "2021-03-15T11:00", "changed")
    decide(life, "2021-03-15T11:00")
    with pytest.raises(errors.ExtensionDecidedAlready):
        decide(life, "2021-03-15T12:00")
    with pytest.raises(errors.ExtendedOftenEnough):
        ask(life, "2021-03-16T10:00")
    with pytest.raises(errors.NotYoursToDecide):
        wanted = DecideExtension(1, "granted", None, None, frozenset({"leader"}), act("2021-03-15T12:00"))
        leave.decide_extension(life.watch, wanted, life.policy, life.calendar)


def test_request_belongs_to_its_round() -> None:
    """What the first unit asked for keeps the second from nothing, and gives it nothing."""
    life = received()
    ask(life, "2021-03-11T12:00")
    given_back(life)
    ask(life, "2021-03-12T12:00", "1wd", unit="bank")
    with pytest.raises(errors.ExtensionUndecided):
        ask(life, "2021-03-12T13:00", "1wd", unit="bank")
    first = DecideExtension(1, "granted", None, None, frozenset({"office"}), act("2021-03-15T09:00"))
    life.record(leave.decide_extension(life.watch, first, life.policy, life.calendar))
    assert (life.watch.newest("contact"), due(life.watch)) == (life.watch.clocks[-1], china("2021-03-18T00:00"))
    decide(life, "2021-03-15T10:00")
    assert due(life.watch) == china("2021-03-19T00:00"), "one working day more"


def test_stopped_clock_is_not_extended() -> None:
    life = received()
    life.step("contacted", china("2021-03-12T10:00"))
    with pytest.raises(errors.ClockNotRunning):
        ask(life, "2021-03-12T11:00")
    with pytest.raises(errors.UnknownClock):
        leave.ask_extension(
            life.watch,
            AskExtension("nothing", parse_limit("1wd"), "x", None, act("2021-03-12T11:00")),
            life.policy,
            life.calendar,
        )


@pytest.mark.parametrize("unit", ["power", "roads", None])
def test_unit_of_the_clock_lead_and_office_ask(unit: str | None) -> None:
    """Received by the power company; the lead is another by now. None is the office."""
    life = received()
    life.step("assigned", RECEIVED, learnt_at=RECEIVED, unit="roads", parts=(Part("bank", unit="bank"),))
    wanted = AskExtension("contact", parse_limit("1wd"), "x", unit, act("2021-03-12T10:00"))
    assert names(leave.ask_extension(life.watch, wanted, life.policy, life.calendar)) == ["ExtensionAsked"]
    with pytest.raises(errors.NotYourClock):
        stranger = replace(wanted, unit="bank")
        leave.ask_extension(life.watch, stranger, life.policy, life.calendar)


# --- what else is counted anew


def adopted(life: Life, newer: Policy, at: str) -> list[WatchEvent]:
    event = PolicyAdopted(life.watch.case, newer.version, china(at), china(at))
    life.record([event])
    life.policy = newer
    return life.record(renew(life.watch, newer, life.calendar, Cause("policy", china(at), china(at), "policy_adopted")))


def version_2(**clock: Any) -> Policy:
    return Policy.of("jinxian", 2, document({**CONTACT, **clock}, **RULES))


def test_newer_version_recounts_what_is_open() -> None:
    life = received()
    cancelled, started = adopted(life, version_2(limit="5wd"), "2021-03-12T10:00")
    assert isinstance(cancelled, ClockCancelled) and cancelled.reason == "policy"
    assert isinstance(started, ClockStarted)
    assert (started.due_at, started.policy_version, started.generation) == (china("2021-03-19T00:00"), 2, 2)


def test_newer_version_never_makes_a_miss_of_the_past() -> None:
    life = received()
    adopted(life, version_2(limit="1wd"), "2021-03-15T10:00")
    assert due(life.watch) == china("2021-03-16T00:00"), "1wd ended on the 12th: it leaves the day"


def test_newer_version_leaves_alone_what_was_missed() -> None:
    life = received()
    life.sweep(china("2021-03-17T10:00"))
    assert adopted(life, version_2(limit="10wd"), "2021-03-17T12:00") == []
    life.sweep(LATER)
    assert names(life.happened).count("CaseEscalated") == 2, "it goes on climbing by the rules of its day"


def test_grade_learnt_later_changes_the_limit() -> None:
    rule = {**CONTACT, "limits": [{"grade": "complex", "limit": "10wd"}]}
    life = Life(policy(rule, grades=[{"id": "complex"}]))
    life.step("received", RECEIVED, learnt_at=RECEIVED)
    life.step("graded", china("2021-03-12T10:00"), learnt_at=china("2021-03-12T10:00"), grade="complex")
    assert due(life.watch) == china("2021-03-26T00:00")
    assert life.watch.told("grade") == "complex"


def test_first_fitting_special_limit_is_taken() -> None:
    specials = [{"kind": "power", "grade": "complex", "limit": "9wd"}, {"kind": "power", "limit": "2wd"}]
    life = Life(policy({**CONTACT, "limits": specials}))
    life.step("classified", RECEIVED, kind="power")
    life.step("received", RECEIVED)
    assert life.watch.clocks[-1].limit == "2wd"


def test_special_report_of_a_grade_climbs_at_once() -> None:
    life = Life(policy(grades=[{"id": "key", "report_to": "county_leader"}]))
    [_, raised] = life.step("graded", RECEIVED, grade="key")
    assert isinstance(raised, CaseRaised)
    assert (raised.level, raised.role, raised.ground, raised.grade) == (2, "county_leader", "grade", "key")
    assert names(life.step("graded", RECEIVED, grade="key")) == ["FactLearnt"], "it is there already"


def test_case_is_raised_one_level_at_a_time_to_the_end() -> None:
    life = received()
    for level in (1, 2):
        [raised] = life.record(leave.raise_case(life.watch, RaiseCase(None, act("2021-03-12T10:00")), life.policy))
        assert isinstance(raised, CaseRaised) and raised.level == level
    with pytest.raises(errors.LadderEnds):
        leave.raise_case(life.watch, RaiseCase(None, act("2021-03-12T11:00")), life.policy)


def test_calendar_amended_within_the_year_recounts_by_events() -> None:
    life = received()
    off = replace(cn(), version=cn().version + 1, published_at=china("2021-03-12T10:00"))
    year = off.years[2021]
    amended: Calendar = replace(off, years={**off.years, 2021: Year(year.off | {date(2021, 3, 15)}, year.work)})
    [cancelled, started] = life.record(recompute(life.watch, life.policy, amended))
    assert isinstance(cancelled, ClockCancelled) and cancelled.reason == "recomputed"
    assert isinstance(started, ClockStarted)
    assert (started.due_at, started.calendar_version) == (china("2021-03-18T00:00"), amended.version)
    assert recompute(life.watch, life.policy, amended) == []


def test_amended_calendar_leaves_an_old_miss_alone() -> None:
    life = received()
    life.sweep(china("2021-03-17T10:00"))
    later = replace(cn(), version=cn().version + 1, published_at=china("2021-04-01T10:00"))
    year = later.years[2021]
    amended = replace(later, years={**later.years, 2021: Year(year.off | {date(2021, 3, 15)}, year.work)})
    assert recompute(life.watch, life.policy, amended) == []


# --- returns, mergers, supporters


def test_return_ends_the_clocks_of_the_round() -> None:
    life = received()
    life.step("returned", china("2021-03-12T10:00"), learnt_at=china("2021-03-12T10:00"))
    assert (life.watch.round, life.watch.course) == (2, 2)
    life.sweep(LATER)
    assert life.watch.clocks[0].cancelled == "returned"
    assert "DeadlineMissed" not in names(life.happened)
    life.step("received", china("2021-03-15T10:00"), learnt_at=china("2021-03-15T10:00"), round=2)
    assert [(clock.generation, clock.round) for clock in life.watch.clocks] == [(1, 1), (2, 2)]


def test_merged_case_stands_still_until_the_merger_is_undone() -> None:
    life = received()
    life.step("merged", china("2021-03-12T10:00"), learnt_at=china("2021-03-12T10:00"))
    life.sweep(china("2021-03-30T00:00"))
    assert life.watch.clocks[0].cancelled == "merged"
    assert life.watch.over
    life.step("unmerged", china("2021-03-30T10:00"), learnt_at=china("2021-03-30T10:00"))
    assert not life.watch.over
    assert due(life.watch) == china("2021-04-02T00:00"), "12th to 29th are left out: 30th, 31st, 1st"
    life.sweep(LATER)
    assert names(life.happened).count("DeadlineMissed") == 1


def test_close_out_ends_clocks_of_a_round_that_is_heard_of_later() -> None:
    """A case that ends with its parts may have gone to another unit meanwhile, which supervision had not heard."""
    life = received()
    life.hear(CaseClosedOut(CASE, 1, "rule", None, china("2021-03-15T12:00"), china("2021-03-15T12:00")))
    life.step("transferred", china("2021-03-15T09:00"), learnt_at=china("2021-03-15T09:00"))
    life.step("received", china("2021-03-15T10:00"), learnt_at=china("2021-03-15T10:00"), round=2)
    life.sweep(LATER)
    assert [clock.cancelled for clock in life.watch.clocks] == ["returned", "closed_out"]
    assert "DeadlineMissed" not in names(life.happened)


def test_withdrawn_case_stays_so_when_its_merger_is_undone() -> None:
    life = received()
    for day, fact in enumerate(("merged", "withdrawn", "unmerged"), start=12):
        life.step(fact, china(f"2021-03-{day}T10:00"), learnt_at=china(f"2021-03-{day}T10:00"))
    assert (life.watch.gone, life.watch.over) == ("withdrawn", True)
    with pytest.raises(errors.NoLongerWorkedOn):
        pause(life, "2021-03-15T10:00")
    life.sweep(LATER)
    assert "DeadlineMissed" not in names(life.happened)


def test_withdrawn_case_has_no_clocks() -> None:
    life = received()
    life.step("withdrawn", china("2021-03-12T10:00"), learnt_at=china("2021-03-12T10:00"))
    life.sweep(LATER)
    assert life.watch.clocks[0].cancelled == "withdrawn"
    with pytest.raises(errors.NoLongerWorkedOn):
        pause(life, "2021-03-15T10:00")


def test_each_supporter_has_a_clock_of_its_own() -> None:
    rule = {"id": "support", "starts": "assigned", "stops": ["supported"], "limit": "3wd", "each": "supporting"}
    life = Life(policy(rule))
    life.step("assigned", RECEIVED, parts=(Part("bank", unit="bank"), Part("school", unit="school")))
    assert [(clock.name, clock.unit) for clock in life.watch.clocks] == [("support:1", "bank"), ("support:2", "school")]
    life.step("supported", china("2021-03-12T10:00"), unit="school", about="school")
    assert [clock.in_time for clock in life.watch.clocks] == [None, True]
    life.sweep(LATER)
    missed = [event.unit for event in life.happened if type(event).__name__ == "DeadlineMissed"]
    assert missed == ["bank"]


# --- quiet hours and trace


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [
        ({"from": "20:00", "to": "08:00"}, "2021-03-16T08:00"),
        ({"from": "00:00", "to": "06:00"}, "2021-03-16T06:00"),
        ({"from": "01:00", "to": "06:00"}, "2021-03-16T00:00"),
    ],
)
def test_reminder_waits_for_the_end_of_the_quiet_hours(quiet: dict[str, str], expected: str) -> None:
    life = Life(policy(quiet=quiet))
    life.step("received", RECEIVED)
    assert life.watch.clocks[0].stages[0].due_at == china(expected)


def test_reminder_comes_before_quiet_hours_that_outlast_the_limit() -> None:
    life = Life(policy({**CONTACT, "limit": "20h", "remind": "1h"}, quiet={"from": "20:00", "to": "08:00"}))
    life.step("received", RECEIVED)
    assert life.watch.clocks[0].due_at == china("2021-03-12T05:30")
    assert life.watch.clocks[0].stages[0].due_at == china("2021-03-11T20:00")


def test_trace_tells_every_interval_and_why() -> None:
    life = received()
    pause(life, "2021-03-12T10:00", "2021-03-12")
    ask(life, "2021-03-15T10:00", "1wd")
    decide(life, "2021-03-15T12:00")
    clock = life.watch.newest("contact")
    assert clock is not None
    told = trace(clock, Counting(cn(), life.policy.zone, clock.pauses))
    assert [(i.cause, i.counted, i.extension) for i in told] == [
        ("receipt", False, None),
        ("paused", False, None),
        ("weekend", False, None),
        ("workday", True, None),
        ("workday", True, 1),
    ]
    assert (told[0].from_at, told[-1].to_at) == (clock.started_at, clock.due_at)
    assert all(a.to_at == b.from_at for a, b in pairwise(told))


def test_folding_what_was_decided_gives_what_was_decided_on() -> None:
    life = received()
    pause(life, "2021-03-12T10:00")
    ask(life, "2021-03-15T10:00")
    decide(life, "2021-03-15T12:00")
    watch = Watch()
    for event in life.happened:
        watch = apply(watch, event)
    assert watch == life.watch
