"""What is said of a case beside its course: grade, root cause, a supporter's word."""

from __future__ import annotations

from routing.domain import commands, errors, events
from routing.domain.case import Case
from routing.domain.decisions import Events, signed
from routing.domain.programme import Programme
from routing.domain.rules import Rule
from routing.domain.text import Text
from routing.domain.workflow import allow_move


def grade(case: Case, command: commands.Grade, programme: Programme) -> Events:
    """Until there is a result; nothing when it is of that grade already."""
    if programme.grades is None:
        raise errors.NotInProgramme.of("grades")
    allow_move(case, "grade", command.act.at)
    if command.grade not in programme.grades:
        raise errors.UnknownGrade(mend=Text("Choose one of: {choices}.", choices=sorted(programme.grades)))
    if case.grade == command.grade:
        return []
    return [events.CaseGraded(case.id, command.grade, None, **signed(command.act))]


def graded_by(case: Case, rule: Rule | None, act: commands.Act) -> Events:
    """The grade that a rule gives a case which has none."""
    if rule is None or rule.grade is None or case.grade is not None:
        return []
    return [events.CaseGraded(case.id, rule.grade, rule.id, act.by, act.at)]


def name_cause(case: Case, command: commands.NameCause, programme: Programme) -> Events:
    """At any time before the close-out; the last word counts."""
    if programme.causes is None:
        raise errors.NotInProgramme.of("causes")
    allow_move(case, "cause", command.act.at)
    if command.cause not in programme.causes:
        raise errors.UnknownCause(mend=Text("Choose one of: {choices}.", choices=sorted(programme.causes)))
    return [events.CauseNamed(case.id, command.cause, command.note, **signed(command.act))]


def report_support(case: Case, command: commands.ReportSupport) -> Events:
    """By a supporting unit, once a round."""
    allow_move(case, "support", command.act.at)
    if command.unit not in case.supporting:
        raise errors.NotSupporting
    if command.unit in case.supported:
        raise errors.SupportAlreadyReported
    return [events.SupportReported(case.id, command.unit, command.note, **signed(command.act))]
