"""Faults planted in the services, each of which the machine must find: a watchman who never barks is none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from eventkit import processing
from eventkit.ids import uid
from eventkit.memory import MemoryTransaction
from routing.domain import following, workflow
from routing.domain.case import Step
from routing.domain.workflow import Gate
from supervision.application import context, reactions
from supervision.domain import clock, decisions, naming, policy, renewal, sweep, watch
from tests.unit.life.machine import WholeLife

Plant = Callable[[pytest.MonkeyPatch], None]
LIVES = settings(
    max_examples=150,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def levels_fire_twice(patch: pytest.MonkeyPatch) -> None:
    """And under ids of their own, so that the store does not notice."""
    numbers, fire = count(), sweep._fire
    patch.setattr(naming, "event_id", lambda event: uid("planted", next(numbers)))
    patch.setattr(sweep, "_fire", lambda *about: [*fire(*about), *fire(*about)])


def pause_is_lost_with_a_newer_version(patch: pytest.MonkeyPatch) -> None:
    spans = watch.Watch.spans.fget  # type: ignore[attr-defined]  # it is a property
    patch.setattr(watch.Watch, "spans", property(lambda held: spans(held) if held.programme_version == 1 else ()))


def levels_climb_from_the_top(patch: pytest.MonkeyPatch) -> None:
    rule = policy._rule

    def turned(told: Any, roles: Any) -> Any:
        held = rule(told, roles)
        return replace(held, steps=held.steps[::-1])

    patch.setattr(policy, "_rule", turned)


def late_evidence_withdraws_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clock.Clock, "_rescissions", lambda self, evidence: iter(()))


def redelivered_events_are_applied_again(patch: pytest.MonkeyPatch) -> None:
    def all_fresh(self: MemoryTransaction, consumer: str, ids: Collection[UUID]) -> set[UUID]:
        return set(ids)

    patch.setattr(MemoryTransaction, "receive", all_fresh)
    patch.setattr(processing, "CONFLICTS", 0)  # what cannot be recorded twice is parked at once


def classified_after_the_assignment(patch: pytest.MonkeyPatch) -> None:
    gate = Gate(Step.OPENED, ())
    patch.setitem(workflow.GATES, Step.CLASSIFIED, gate)  # type: ignore[arg-type]  # a Mapping to others


def merged_after_the_result(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(following, "_too_far_on", lambda case: None)


def overdue_clock_is_moved(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(renewal, "_over", lambda *about: False)


def merged_time_is_missed_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(renewal.Cause, "since", lambda self, watch, clock: self.at)


def merger_of_a_withdrawn_case_is_undone(patch: pytest.MonkeyPatch) -> None:
    undone = lambda self, fact: fact.name == "merged" and self.fact("unmerged", None) is not None  # noqa: E731
    patch.setattr(watch.Watch, "_undone", undone)


def what_takes_long_meets_its_day(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(watch, "LONG_TERM", "never")


def case_without_a_result_is_closed_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(watch.Watch, "solved_parts", frozenset({"a part"}))


def what_takes_long_is_closed_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decisions, "LONG_TERM", "never")


def final_result_is_worked_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(workflow, "_opened_by_long_term", lambda case, what, gate: Gate(gate.needs, ()))


def missing_copy_is_overlooked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decisions, "_copied", lambda watch: True)


def return_begins_no_round(patch: pytest.MonkeyPatch) -> None:
    for module in (watch, reactions):
        patch.setattr(module, "MOVED_ON", ())


def withdrawn_case_keeps_its_clocks(patch: pytest.MonkeyPatch) -> None:
    ends = watch.Watch._ends
    patch.setattr(watch.Watch, "_ends", lambda self, *about: about[1].name != "withdrawn" and ends(self, *about))


def end_of_a_clock_takes_its_miss_back(patch: pytest.MonkeyPatch) -> None:
    status = clock.Clock.status.fget  # type: ignore[attr-defined]  # it is a property
    forgetful = property(lambda held: "cancelled" if held.cancelled is not None else status(held))
    patch.setattr(clock.Clock, "status", forgetful)


def newer_version_is_slept_through(patch: pytest.MonkeyPatch) -> None:
    row = context.Context._row
    patch.setattr(context.Context, "_row", lambda self, session, watch, newest: row(self, session, watch, None))


def days_off_are_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("supervision.domain.calendar.Calendar.counts", lambda self, day: day.weekday() < 5)


PLANTED: Sequence[Plant] = (
    levels_fire_twice,
    pause_is_lost_with_a_newer_version,
    levels_climb_from_the_top,
    late_evidence_withdraws_nothing,
    redelivered_events_are_applied_again,
    classified_after_the_assignment,
    merged_after_the_result,
    overdue_clock_is_moved,
    merged_time_is_missed_twice,
    merger_of_a_withdrawn_case_is_undone,
    what_takes_long_meets_its_day,
    case_without_a_result_is_closed_out,
    what_takes_long_is_closed_out,
    final_result_is_worked_on,
    missing_copy_is_overlooked,
    return_begins_no_round,
    withdrawn_case_keeps_its_clocks,
    end_of_a_clock_takes_its_miss_back,
    newer_version_is_slept_through,
    days_off_are_counted,
)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_planted_fault_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(WholeLife, settings=LIVES)
