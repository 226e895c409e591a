"""What a command may carry."""

from __future__ import annotations

from datetime import date

import pytest

from routing.domain import commands, decisions, errors
from routing.domain.events import Milestone, Outcome
from routing.domain.programme import Programme
from tests.unit.routing import made

SIGNED = made.act(made.hours(12))


def test_unknown_kind_names_known_ones() -> None:
    with pytest.raises(errors.UnknownKind) as refused:
        decisions.classify(made.given((made.OPENED,)), commands.Classify("weather", SIGNED), made.PROGRAMME)
    assert refused.value.field == "kind"
    assert refused.value.mend == "Choose one of: finance, land, power."


def test_same_kind_again_is_nothing() -> None:
    case = made.given(made.GIVEN["classified"])
    assert decisions.classify(case, commands.Classify("power", SIGNED), made.PROGRAMME) == []


@pytest.mark.parametrize(
    ("lead", "supporting", "field"),
    [
        ("nobody", (), "lead"),
        (made.LEAD, (made.OTHER, "nobody"), "supporting/1"),
        (made.LEAD, (made.LEAD,), "supporting"),
    ],
)
def test_assignment_needs_known_units(lead: str, supporting: tuple[str, ...], field: str) -> None:
    wanted = commands.Assign(lead, supporting, "letter 1", None, None, SIGNED)
    with pytest.raises(errors.Refusal) as refused:
        decisions.assign(made.given(made.GIVEN["classified"]), wanted, made.PROGRAMME, made.DIRECTORY)
    assert (refused.value.field, refused.value.status) == (field, 422)


def test_milestones_have_own_names() -> None:
    twice = commands.Plan(made.LEAD, (made.MILESTONE, made.MILESTONE), SIGNED)
    with pytest.raises(errors.DuplicateMilestone):
        decisions.plan(made.given(made.GIVEN["contacted"]), twice, made.PROGRAMME)


def test_milestone_day_is_local() -> None:
    """At 17:00 UTC on the 10th it is the 11th in Shanghai: the 10th has passed there, the 11th has not."""
    case, signed = made.given(made.GIVEN["contacted"]), made.act(made.hours(15))
    today = commands.Plan(made.LEAD, (Milestone("today", date(2021, 3, 11)),), signed)
    assert decisions.plan(case, today, made.PROGRAMME)
    past = commands.Plan(made.LEAD, (made.MILESTONE, Milestone("past", date(2021, 3, 10))), signed)
    with pytest.raises(errors.MilestoneInThePast) as refused:
        decisions.plan(case, past, made.PROGRAMME)
    assert refused.value.field == "milestones/1/due_on"


@pytest.mark.parametrize("due_on", [date.max, date(2041, 3, 14)])
def test_milestone_lies_within_twenty_years(due_on: date) -> None:
    """Beyond, the day after it may not exist."""
    far = commands.Plan(made.LEAD, (Milestone("far", due_on),), SIGNED)
    with pytest.raises(errors.MilestoneTooFar) as refused:
        decisions.plan(made.given(made.GIVEN["contacted"]), far, made.PROGRAMME)
    assert (refused.value.field, refused.value.status) == ("milestones/0/due_on", 422)


def test_progress_names_planned_milestone() -> None:
    case = made.given(made.GIVEN["planned"])
    assert decisions.report_progress(case, commands.ReportProgress(made.LEAD, None, "变压器到货", SIGNED))
    with pytest.raises(errors.UnknownMilestone):
        decisions.report_progress(case, commands.ReportProgress(made.LEAD, None, "通电", SIGNED))


def result(outcome: Outcome, policy: str | None = None, programme: Programme = made.PROGRAMME) -> object:
    case = made.given(made.GIVEN["accepted"])
    return decisions.report_result(case, commands.ReportResult(made.LEAD, outcome, policy, None, SIGNED), programme)


def test_explanation_rests_on_policy() -> None:
    with pytest.raises(errors.PolicyMissing):
        result("explained")
    assert result("explained", "国发〔2020〕1号")


def test_work_is_put_off_only_where_it_is_reported_on() -> None:
    with pytest.raises(errors.NotInProgramme) as refused:
        result("long_term")
    assert refused.value.field == "long_term"
    reported_on = Programme.of("jinxian", 3, {**made.DOCUMENT, "long_term": {"every": "month"}})
    assert result("long_term", programme=reported_on)


def test_reason_travels_with_event() -> None:
    late = commands.Act("officer", made.hours(12), "no network")
    [event] = decisions.contact(made.given(made.GIVEN["accepted"]), commands.Contact(made.LEAD, None, late))
    assert event.backdating_reason == "no network"  # type: ignore[union-attr]
