"""Decisions: (state, command) → events, pure. Each raises the refusal that applies and then leaves no event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from routing.domain import commands, errors, events
from routing.domain.case import Case, Step
from routing.domain.commands import Act
from routing.domain.programme import Directory, Programme
from routing.domain.text import Text
from routing.domain.times import HORIZON
from routing.domain.workflow import LONG_TERM, allow, allow_move

Events = list[events.Event]


def classify(case: Case, command: commands.Classify, programme: Programme) -> Events:
    """The kind, until the case is assigned; nothing when it is of that kind already."""
    allow(case, Step.CLASSIFIED, command.act.at)
    programme.require_kind(command.kind)
    if case.kind == command.kind:
        return []
    return [events.CaseClassified(case.id, command.kind, None, None, **signed(command.act))]


def assign(case: Case, command: commands.Assign, programme: Programme, directory: Directory) -> Events:
    """One assignment a round, to units of the agency's directory, the lead not supporting itself."""
    assignable(case, command.act.at, programme)
    require_units(command.lead, command.supporting, programme, directory)
    return [
        events.CaseAssigned(
            case=case.id,
            lead=command.lead,
            supporting=command.supporting,
            letter=command.letter,
            meeting=command.meeting,
            rule=command.rule,
            round=case.round,
            **signed(command.act),
        )
    ]


def assignable(case: Case, at: datetime, programme: Programme) -> None:
    """Pass, or raise why nobody may assign the case."""
    allow(case, Step.ASSIGNED, at)
    if programme.returns is not None and case.transfers > programme.returns.max_transfers:
        raise errors.TransferCapReached(Text("The case went to another unit {times} times.", times=case.transfers))


def require_units(lead: str, supporting: Sequence[str], programme: Programme, directory: Directory) -> None:
    """Units of the directory, of kinds that the programme lets lead or support, the lead not supporting itself."""
    directory.require(lead, "lead", programme.unit_kinds)
    for place, unit in enumerate(supporting):
        directory.require(unit, f"supporting/{place}", programme.unit_kinds)
    if lead in supporting:
        raise errors.LeadSupportsItself


def receive(case: Case, command: commands.Receive) -> Events:
    """Once a round, after the assignment."""
    allow(case, Step.RECEIVED, command.act.at)
    return [events.LetterReceived(case.id, command.unit, **signed(command.act))]


def accept(case: Case, command: commands.Accept) -> Events:
    """Once a round, after the receipt."""
    allow(case, Step.ACCEPTED, command.act.at)
    return [events.CaseAccepted(case.id, command.unit, **signed(command.act))]


def contact(case: Case, command: commands.Contact) -> Events:
    """Once a round, after the assignment; waiting for the acceptance would cost the enterprise days."""
    allow(case, Step.CONTACTED, command.act.at, owner=command.unit == case.owner)
    return [events.EnterpriseContacted(case.id, command.unit, command.note, **signed(command.act))]


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
    return [events.CasePlanned(case.id, command.unit, command.milestones, **signed(command.act))]


def report_progress(case: Case, command: commands.ReportProgress) -> Events:
    """As often as there is something to tell, after the acceptance and before the result that ends the work."""
    allow(case, Step.IN_PROGRESS, command.act.at, owner=command.unit == case.owner)
    names = [milestone.name for milestone in case.milestones]
    if command.milestone is not None and command.milestone not in names:
        choose = Text("Choose one of: {choices}.", choices=names)
        raise errors.UnknownMilestone(mend=choose if names else Text("Make a plan first."))
    told = (command.unit, command.note, command.milestone)
    return [events.ProgressReported(case.id, *told, **signed(command.act))]


def report_result(case: Case, command: commands.ReportResult, programme: Programme) -> Events:
    """After the acceptance, or for what was passed on, until one ends the work; "explained" names the policy.

    Put off for long only where the programme has such cases reported on: else nobody would hear of it again.
    """
    allow(case, Step.RESULT_REPORTED, command.act.at)
    if command.outcome == "explained" and not command.policy:
        raise errors.PolicyMissing
    if command.outcome == LONG_TERM and not programme.long_term:
        raise errors.NotInProgramme.of("long_term")
    told = (command.outcome, command.policy, command.note)
    return [events.ResultReported(case.id, command.unit, *told, **signed(command.act))]


def feed_back(case: Case, command: commands.FeedBack) -> Events:
    """Each result once; again only to hand in the copy to the office that was not made then."""
    to_be_fed_back(case, command.act.at, copied=command.copied_to_office)
    return [events.ResultFedBack(case.id, command.unit, command.copied_to_office, **signed(command.act))]


def to_be_fed_back(case: Case, at: datetime, *, copied: bool) -> None:
    """Pass, or raise why there is nothing to feed back; `copied`: to the office too."""
    if copied and Step.FED_BACK in case.done and not case.copied:
        allow_move(case, "copy", at)
    else:
        allow(case, Step.FED_BACK, at)


def signed(act: Act) -> dict[str, Any]:
    """Who said so, when, and why so late: the last fields of every event that somebody caused."""
    return asdict(act)
