"""Decisions: (state, command) → events, pure. Each raises the refusal that applies and then leaves no event."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from routing.domain import commands, errors, events
from routing.domain.case import Case, Step
from routing.domain.commands import Act
from routing.domain.programme import Directory, Programme
from routing.domain.workflow import allow

Events = list[events.Event]

HORIZON = timedelta(days=7306)
"""20 years, with the leap days: how far ahead a plan reaches."""


def classify(case: Case, command: commands.Classify, programme: Programme) -> Events:
    """The kind, until the case is assigned; nothing when it is of that kind already."""
    allow(case, Step.CLASSIFIED, command.act.at)
    programme.require_kind(command.kind)
    if case.kind == command.kind:
        return []
    return [events.CaseClassified(case.id, command.kind, None, None, **_signed(command.act))]


def assign(case: Case, command: commands.Assign, directory: Directory) -> Events:
    """One assignment a round, to units of the agency's directory, the lead not supporting itself."""
    allow(case, Step.ASSIGNED, command.act.at)
    directory.require(command.lead, "lead")
    for place, unit in enumerate(command.supporting):
        directory.require(unit, f"supporting/{place}")
    if command.lead in command.supporting:
        raise errors.LeadSupportsItself
    return [
        events.CaseAssigned(
            case=case.id,
            lead=command.lead,
            supporting=command.supporting,
            letter=command.letter,
            meeting=command.meeting,
            rule=command.rule,
            round=case.round,
            **_signed(command.act),
        )
    ]


def receive(case: Case, command: commands.Receive) -> Events:
    """Once a round, after the assignment."""
    allow(case, Step.RECEIVED, command.act.at)
    return [events.LetterReceived(case.id, command.unit, **_signed(command.act))]


def accept(case: Case, command: commands.Accept) -> Events:
    """Once a round, after the receipt."""
    allow(case, Step.ACCEPTED, command.act.at)
    return [events.CaseAccepted(case.id, command.unit, **_signed(command.act))]


def contact(case: Case, command: commands.Contact) -> Events:
    """Once a round, after the assignment; waiting for the acceptance would cost the enterprise days."""
    allow(case, Step.CONTACTED, command.act.at)
    return [events.EnterpriseContacted(case.id, command.unit, command.note, **_signed(command.act))]


def plan(case: Case, command: commands.Plan, programme: Programme) -> Events:
    """Once a round, after the acceptance; milestones have names of their own and lie ahead, within 20 years."""
    allow(case, Step.PLANNED, command.act.at)
    if len({milestone.name for milestone in command.milestones}) < len(command.milestones):
        raise errors.DuplicateMilestone
    today = command.act.at.astimezone(programme.zone).date()
    for place, milestone in enumerate(command.milestones):
        if milestone.due_on < today:
            raise errors.MilestoneInThePast(field=f"milestones/{place}/due_on")
        if milestone.due_on > today + HORIZON:
            raise errors.MilestoneTooFar(field=f"milestones/{place}/due_on")
    return [events.CasePlanned(case.id, command.unit, command.milestones, **_signed(command.act))]


def report_progress(case: Case, command: commands.ReportProgress) -> Events:
    """As often as there is something to tell, after the acceptance and before the result."""
    allow(case, Step.IN_PROGRESS, command.act.at)
    names = [milestone.name for milestone in case.milestones]
    if command.milestone is not None and command.milestone not in names:
        raise errors.UnknownMilestone(mend=f"Choose one of: {', '.join(names)}." if names else "Make a plan first.")
    signed = _signed(command.act)
    return [events.ProgressReported(case.id, command.unit, command.note, command.milestone, **signed)]


def report_result(case: Case, command: commands.ReportResult) -> Events:
    """Once a round, after the acceptance; "explained" names the policy."""
    allow(case, Step.RESULT_REPORTED, command.act.at)
    if command.outcome == "explained" and not command.policy:
        raise errors.PolicyMissing
    told = (command.outcome, command.policy, command.note)
    return [events.ResultReported(case.id, command.unit, *told, **_signed(command.act))]


def feed_back(case: Case, command: commands.FeedBack) -> Events:
    """Once a round, after the result."""
    allow(case, Step.FED_BACK, command.act.at)
    return [events.ResultFedBack(case.id, command.unit, command.copied_to_office, **_signed(command.act))]


def _signed(act: Act) -> dict[str, Any]:
    return asdict(act)
