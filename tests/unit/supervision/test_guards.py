"""Each guard against a known bug, taken away: its test must fail then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from supervision.domain import calendar, clock, facts, limits, policy, renewal, starting, watch
from supervision.domain.events import Span
from tests.unit.supervision import test_known_bugs as bugs

Plant = Callable[[pytest.MonkeyPatch], None]


def _nothing_has_fired(patch: pytest.MonkeyPatch) -> None:
    """A changed clock forgets what fired, and fires for the past too, wherever the case stands."""
    next_of = clock.Clock.next
    patch.setattr(clock.Clock, "next", lambda self, evidence, policy, level: next_of(self, evidence, policy, 0))
    patch.setattr(renewal, "_over", lambda *about: False)
    patch.setattr(renewal, "rescind", lambda watch, of, gone, *about: clock_event(watch, of))


def clock_event(watch: Any, of: Any) -> Any:
    """An event that withdraws nothing."""
    return bugs.PolicyAdopted(watch.case, watch.programme_version, of.started_at, of.started_at)


def _changed_clock_has_no_levels(patch: pytest.MonkeyPatch) -> None:
    found = renewal.without_past
    patch.setattr(renewal, "without_past", lambda *about: replace(found(*about), stages=found(*about).stages[:2]))


def _pauses_are_lost(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(watch.Watch, "spans", property(lambda held: ()))


def _pauses_count_once_they_end(patch: pytest.MonkeyPatch) -> None:
    """Those that have not ended when the rules change are forgotten."""
    spans = watch.Watch.spans.fget  # type: ignore[attr-defined]  # it is a property
    patch.setattr(
        watch.Watch, "spans", property(lambda w: tuple(s for s in spans(w) if w.programme_version == 1 or _brief(s)))
    )


def _brief(span: Span) -> bool:
    return span.to_at - span.from_at < timedelta(days=5)


def _pause_adds_calendar_time(patch: pytest.MonkeyPatch) -> None:
    due = limits.Counting.due

    def added(self: limits.Counting, *about: Any) -> limits.Moment:
        found = due(replace(self, pauses=()), *about)
        return replace(found, at=found.at + sum((p.to_at - p.from_at for p in self.pauses), timedelta()))

    patch.setattr(limits.Counting, "due", added)


def _stopped_clocks_are_counted_anew(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(renewal, "_runs", lambda *about: True)
    patch.setattr(renewal, "_over", lambda *about: False)


def _rules_of_today(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy.Policy, "of_version", lambda self, version: self)


def _any_step_stops(patch: pytest.MonkeyPatch) -> None:
    for module in (watch, facts, starting):
        patch.setattr(module, "stops_clock", lambda *about: True)


def _no_quiet_hours(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy.Quiet, "moved", lambda self, at, *about: at)


def _quiet_by_the_servers_zone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy.Quiet, "_holds", lambda self, clock: False)


def _a_round_is_never_over(patch: pytest.MonkeyPatch) -> None:
    """The second round's fact is taken for the first one's."""
    first = watch.Watch.fact
    patch.setattr(watch.Watch, "first", lambda self, name, round, answer: first(self, name, None))


def _days_off_count(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(calendar.Calendar, "counts", lambda self, day: True)


GUARDS: Mapping[Plant, Callable[[], None]] = {
    _nothing_has_fired: bugs.test_no_level_is_reached_twice,
    _changed_clock_has_no_levels: bugs.test_no_level_is_lost_after_a_change,
    _pauses_are_lost: bugs.test_pause_survives_a_change_of_the_rules,
    _pauses_count_once_they_end: bugs.test_waiting_time_is_left_out_of_a_rule_that_comes_during_the_pause,
    _pause_adds_calendar_time: bugs.test_pause_counts_working_days_as_the_calendar_does,
    _stopped_clocks_are_counted_anew: bugs.test_what_was_closed_stays_judged_by_its_own_rules,
    _rules_of_today: bugs.test_rules_of_today_reach_no_deadline_of_the_past,
    _any_step_stops: bugs.test_escalation_is_not_lost_when_the_case_moves,
    _a_round_is_never_over: bugs.test_reopened_case_starts_its_deadlines_anew,
    _no_quiet_hours: bugs.test_reminder_keeps_to_the_programmes_zone_and_quiet_hours,
    _quiet_by_the_servers_zone: bugs.test_reminder_keeps_to_the_programmes_zone_and_quiet_hours,
    _days_off_count: bugs.test_pause_counts_working_days_as_the_calendar_does,
}


@pytest.mark.parametrize("plant", GUARDS, ids=lambda plant: plant.__name__.strip("_"))
def test_guard_taken_away_is_missed(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    GUARDS[plant]()
    plant(monkeypatch)
    with pytest.raises((AssertionError, ValueError)):
        GUARDS[plant]()
