"""Commands of the office and the departments: load, decide, record."""

from __future__ import annotations

from datetime import date
from typing import Any

from eventkit.commands import Command, Done
from eventkit.errors import NotYet
from eventkit.session import Session
from routing.application import access
from routing.application.ports import Desk
from routing.domain import commands, decisions, times
from routing.domain.case import Case, Step
from routing.domain.commands import Act
from routing.domain.decisions import Events
from routing.domain.errors import NoRuleMatches
from routing.domain.events import Milestone
from routing.domain.programme import Directory, Programme
from routing.domain.rules import Subject
from routing.domain.workflow import allow


def classify(desk: Desk, session: Session, command: Command) -> Done:
    """Say of which kind the case is, until it is assigned."""
    case, programme, act = _case(desk, session, command)
    wanted = commands.Classify(command.data["kind"], act)
    return _record(desk, session, command, decisions.classify(case, wanted, programme))


def assign(desk: Desk, session: Session, command: Command) -> Done:
    """Give the case to a lead unit, named or found by the programme's rules, by a letter with the next number."""
    case, programme, act = _case(desk, session, command)
    allow(case, Step.ASSIGNED, act.at)  # before the letter is drawn, which makes others wait
    lead, supporting, rule = _units(case, programme, command.data)
    wanted = commands.Assign(
        lead=lead,
        supporting=supporting,
        letter=desk.letters.draw(session, programme, programme.year(act.at), case.id),
        meeting=command.data.get("meeting"),
        rule=rule,
        act=act,
    )
    directory = desk.directories.newest(session, case.agency) or Directory(case.agency, frozenset())
    return _record(desk, session, command, decisions.assign(case, wanted, directory))


def receive(desk: Desk, session: Session, command: Command) -> Done:
    """Record that the letter has arrived."""
    case, _, act = _case(desk, session, command)
    unit = access.acting_unit(case, command.caller)
    return _record(desk, session, command, decisions.receive(case, commands.Receive(unit, act)))


def accept(desk: Desk, session: Session, command: Command) -> Done:
    """Take the case on."""
    case, _, act = _case(desk, session, command)
    unit = access.acting_unit(case, command.caller)
    return _record(desk, session, command, decisions.accept(case, commands.Accept(unit, act)))


def contact(desk: Desk, session: Session, command: Command) -> Done:
    """Record the first contact with the enterprise."""
    case, _, act = _case(desk, session, command)
    wanted = commands.Contact(access.acting_unit(case, command.caller), command.data.get("note"), act)
    return _record(desk, session, command, decisions.contact(case, wanted))


def plan(desk: Desk, session: Session, command: Command) -> Done:
    """Lay down the timetable."""
    case, programme, act = _case(desk, session, command)
    milestones = tuple(
        Milestone(line["name"], date.fromisoformat(line["due_on"])) for line in command.data["milestones"]
    )
    wanted = commands.Plan(access.acting_unit(case, command.caller), milestones, act)
    return _record(desk, session, command, decisions.plan(case, wanted, programme))


def report_progress(desk: Desk, session: Session, command: Command) -> Done:
    """Tell how far the work is; a supporting department may do that too."""
    case, _, act = _case(desk, session, command)
    unit = access.acting_unit(case, command.caller, supporting=True)
    wanted = commands.ReportProgress(unit, command.data.get("note"), command.data.get("milestone"), act)
    return _record(desk, session, command, decisions.report_progress(case, wanted))


def report_result(desk: Desk, session: Session, command: Command) -> Done:
    """Tell how the work ended."""
    case, _, act = _case(desk, session, command)
    unit, data = access.acting_unit(case, command.caller), command.data
    wanted = commands.ReportResult(unit, data["outcome"], data.get("policy"), data.get("note"), act)
    return _record(desk, session, command, decisions.report_result(case, wanted))


def feed_back(desk: Desk, session: Session, command: Command) -> Done:
    """Record that the enterprise, and the office if so, has the result."""
    case, _, act = _case(desk, session, command)
    unit = access.acting_unit(case, command.caller)
    wanted = commands.FeedBack(unit, command.data.get("copied_to_office", False), act)
    return _record(desk, session, command, decisions.feed_back(case, wanted))


def _case(desk: Desk, session: Session, command: Command) -> tuple[Case, Programme, Act]:
    """The case as far as the caller may move it, its programme, and who acts when."""
    case = access.seen(session.get(desk.cases, command.data["case"]), command.caller)
    programme = known_programme(desk, session, case.programme, case.programme_version)
    act = times.act(
        command.caller.sub,
        command.occurred_at,
        command.received_at,
        backdating_days=programme.backdating_days,
        reason=command.data.get("reason"),
        office="office" in command.caller.roles,
    )
    return case, programme, act


def known_programme(desk: Desk, session: Session, programme: str, version: int) -> Programme:
    """The version of the programme; NotYet until it has arrived."""
    found = desk.programmes.get(session, programme, version)
    if found is None:
        raise NotYet(f"programme:{programme}:{version}")
    return found


def _units(case: Case, programme: Programme, data: dict[str, Any]) -> tuple[str, tuple[str, ...], str | None]:
    """Lead, supporters and the rule that chose them, unless the office did."""
    if "lead" in data:
        return data["lead"], tuple(data.get("supporting", ())), None
    rule = programme.rules.lead(Subject(case.kind, case.title, case.text))
    if rule is None:
        raise NoRuleMatches
    return rule.lead, tuple(data.get("supporting", rule.supporting)), rule.id


def _record(desk: Desk, session: Session, command: Command, decided: Events) -> Done:
    id = command.data["case"]
    session.record(desk.cases, id, decided, key=id, cause=command.id, traceparent=command.traceparent)
    body = {"case": id, **show(session.get(desk.cases, id))}
    return Done(body, status=201 if decided else 200, location=f"/v1/cases/{id}")


def show(case: Case) -> dict[str, Any]:
    """Where the case stands, as answers tell it."""
    return {
        "state": case.state,
        "round": case.round,
        "kind": case.kind,
        "lead": case.lead,
        "supporting": list(case.supporting),
        "letter": case.letter,
    }
