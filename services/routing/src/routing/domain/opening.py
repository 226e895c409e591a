"""What follows of itself: a case opens with its issue, starts again when reopened, ends when closed out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.domain import events
from routing.domain.case import Case
from routing.domain.events import Event, Jurisdiction, Obstacle
from routing.domain.programme import Directory, Programme
from routing.domain.rules import Rule, Subject

BY = "rule"


@dataclass(frozen=True, slots=True)
class Report:
    """An issue as intake registered it; one from a ledger has the row's place in `ledger`."""

    issue: str
    programme: str
    programme_version: int
    agency: str
    enterprise: str
    title: str
    text: str | None
    kind: str | None
    jurisdiction: Jurisdiction | None
    batch: str | None
    due_at: datetime | None
    synthetic: bool
    ledger: Mapping[str, Any] | None
    reported_by: str
    at: datetime


def open_case(report: Report, programme: Programme) -> list[Event]:
    """The case, and its kind: as reported, or by the first rule that recognises one."""
    opened = events.CaseOpened(
        case=report.issue,
        programme=report.programme,
        programme_version=report.programme_version,
        agency=report.agency,
        enterprise=report.enterprise,
        title=report.title,
        text=report.text,
        kind=report.kind,
        jurisdiction=report.jurisdiction,
        batch=report.batch,
        due_at=report.due_at,
        synthetic=report.synthetic,
        at=report.at,
    )
    return [opened, *_classified(report, programme)]


def _classified(report: Report, programme: Programme) -> list[Event]:
    if report.kind is not None:
        return [events.CaseClassified(report.issue, report.kind, None, None, report.reported_by, report.at)]
    rule = programme.rules.kind(Subject(None, report.title, report.text))
    if rule is None or rule.kind is None:
        return []
    return [events.CaseClassified(report.issue, rule.kind, rule.id, programme.rules.version, BY, report.at)]


def lead_at_once(case: Case, report: Report, programme: Programme, township: str | None) -> Rule | None:
    """The rule that assigns the case without the office, if the programme wants that.

    Never for an imported row: whether it was assigned, and to whom, is for its ledger to say.
    """
    if report.ledger is not None or not programme.automatic or case.kind is None:
        return None
    return programme.rules.lead(Subject(case.kind, case.title, case.text, township))


def obstacle(rule: Rule, programme: Programme, directory: Directory) -> tuple[str, Obstacle] | None:
    """The unit on which an assignment by the rule fails today, and why; None when nothing is in the way.

    The office is refused the same at the moment it assigns; here nobody is there to be refused.
    """
    if rule.lead in rule.supporting:
        return rule.lead, "lead_supports_itself"
    for unit in (rule.lead, *rule.supporting):
        if unit not in directory.units:
            return unit, "unknown_unit"
        if not directory.fits(unit, programme.unit_kinds):
            return unit, "wrong_kind_of_unit"
    return None


def failed_by_rule(case: Case, rule: Rule, version: int, stuck: tuple[str, Obstacle], at: datetime) -> list[Event]:
    """What is told instead of the assignment: the case stays where it is, and the office assigns it."""
    return [events.AssignmentFailed(case.id, rule.id, version, *stuck, case.round, BY, at)]


def assigned_by_rule(case: Case, rule: Rule, letter: str, at: datetime) -> list[Event]:
    """The assignment that a rule makes."""
    return [events.CaseAssigned(case.id, rule.lead, rule.supporting, letter, None, rule.id, case.round, BY, at)]


def reopen(case: Case, again: int, reason: str | None, letter: str | None, at: datetime) -> list[Event]:
    """Round `again`, with the same units if there were any."""
    reopened = events.CaseReopened(case.id, again, reason, at)
    if case.lead is None:
        return [reopened]
    return [
        reopened,
        events.CaseAssigned(case.id, case.lead, case.supporting, letter, None, None, again, BY, at),
    ]


def conclude(case: Case, at: datetime) -> list[Event]:
    """The end, once."""
    return [] if case.concluded else [events.CaseConcluded(case.id, case.round, at)]
