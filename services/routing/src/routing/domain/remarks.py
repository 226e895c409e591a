"""What is said of a case beside its course: grade, root cause, a supporter's word."""

from __future__ import annotations

from datetime import datetime

from routing.domain import commands, errors, events
from routing.domain.case import Case
from routing.domain.decisions import Events, signed
from routing.domain.programme import Programme
from routing.domain.rules import Rule
from routing.domain.text import Text
from routing.domain.workflow import allow_move


def grade(case: Case, command: commands.Grade, programme: Programme) -> Events:
    """Until there is a final result; nothing when it is of that grade already."""
    grades = grades_of(case, command.act.at, programme)
    if command.grade not in grades:
        raise errors.UnknownGrade(mend=Text("Choose one of: {choices}.", choices=sorted(grades)))
    if case.grade == command.grade:
        return []
    return [events.CaseGraded(case.id, command.grade, None, **signed(command.act))]


def grades_of(case: Case, at: datetime, programme: Programme) -> frozenset[str]:
    """The grades there are, or raise why the case may not be graded."""
    if programme.grades is None:
        raise errors.NotInProgramme.of("grades")
    allow_move(case, "grade", at)
    return programme.grades


def graded_by(case: Case, rule: Rule | None, act: commands.Act) -> Events:
    """The grade that a rule gives a case which has none."""
    if rule is None or rule.grade is None or case.grade is not None:
        return []
    return [events.CaseGraded(case.id, rule.grade, rule.id, act.by, act.at)]


def name_cause(case: Case, command: commands.NameCause, programme: Programme) -> Events:
    """At any time before the close-out; the last word counts."""
    causes = causes_of(case, command.act.at, programme)
    if command.cause not in causes:
        raise errors.UnknownCause(mend=Text("Choose one of: {choices}.", choices=sorted(causes)))
    return [events.CauseNamed(case.id, command.cause, command.note, **signed(command.act))]


def causes_of(case: Case, at: datetime, programme: Programme) -> frozenset[str]:
    """The causes there are, or raise why none may be named."""
    if programme.causes is None:
        raise errors.NotInProgramme.of("causes")
    allow_move(case, "cause", at)
    return programme.causes


def report_support(case: Case, command: commands.ReportSupport) -> Events:
    """By a supporting unit, once a round."""
    to_be_supported(case, command.act.at, command.unit)
    return [events.SupportReported(case.id, command.unit, command.note, **signed(command.act))]


def to_be_supported(case: Case, at: datetime, unit: str | None) -> None:
    """Pass, or raise why the unit has nothing to say."""
    allow_move(case, "support", at)
    if unit not in case.supporting:
        raise errors.NotSupporting
    if unit in case.supported:
        raise errors.SupportAlreadyReported
