"""Commands of the office and the departments: load, decide, record."""

from __future__ import annotations

from datetime import date
from typing import Any

from eventkit.commands import Command, Done
from eventkit.errors import NotYet
from eventkit.session import Session
from routing.application import access
from routing.application.ports import Desk
from routing.domain import commands, decisions, remarks, times
from routing.domain.case import Case, Step
from routing.domain.commands import Act
from routing.domain.decisions import Events
from routing.domain.errors import NoRuleMatches, UnknownProgramme
from routing.domain.events import Milestone
from routing.domain.programme import Directory, Programme
from routing.domain.rules import Rule, Subject
from routing.domain.workflow import allow


def classify(desk: Desk, session: Session, command: Command) -> Done:
    """Say of which kind the case is, until it is assigned."""
    case, programme, act = acted(desk, session, command)
    wanted = commands.Classify(command.data["kind"], act)
    return record(desk, session, command, decisions.classify(case, wanted, programme))


def assign(desk: Desk, session: Session, command: Command) -> Done:
    """Give the case to a lead unit, named or found by the programme's rules, by a letter with the next number."""
    case, programme, act = acted(desk, session, command)
    allow(case, Step.ASSIGNED, act.at)  # before the letter is drawn, which makes others wait
    decided = assigned(desk, session, case, programme, command.data, act)
    return record(desk, session, command, decided)


def assigned(desk: Desk, session: Session, case: Case, programme: Programme, data: dict[str, Any], act: Act) -> Events:
    """The assignment, with the grade that its rule gives, if a rule chose."""
    lead, supporting, rule = _units(desk, session, case, programme, data)
    wanted = commands.Assign(
        lead=lead,
        supporting=supporting,
        letter=desk.letters.draw(session, programme, programme.year(act.at), case.id),
        meeting=data.get("meeting"),
        rule=None if rule is None else rule.id,
        act=act,
    )
    graded = remarks.graded_by(case, rule, act)
    return [*graded, *decisions.assign(case, wanted, programme, directory_of(desk, session, case.agency))]


def directory_of(desk: Desk, session: Session, agency: str) -> Directory:
    """The agency's units of today; an empty directory when none has arrived."""
    return desk.directories.newest(session, agency) or Directory(agency, {})


def receive(desk: Desk, session: Session, command: Command) -> Done:
    """Record that the letter has arrived."""
    case, _, act = acted(desk, session, command)
    unit = access.acting_unit(case, command.caller)
    return record(desk, session, command, decisions.receive(case, commands.Receive(unit, act)))


def accept(desk: Desk, session: Session, command: Command) -> Done:
    """Take the case on."""
    case, _, act = acted(desk, session, command)
    unit = access.acting_unit(case, command.caller)
    return record(desk, session, command, decisions.accept(case, commands.Accept(unit, act)))


def contact(desk: Desk, session: Session, command: Command) -> Done:
    """Record the first contact with the enterprise."""
    case, _, act = acted(desk, session, command)
    unit = access.acting_unit(case, command.caller, owner=True)
    wanted = commands.Contact(unit, command.data.get("note"), act)
    return record(desk, session, command, decisions.contact(case, wanted))


def plan(desk: Desk, session: Session, command: Command) -> Done:
    """Lay down the timetable."""
    case, programme, act = acted(desk, session, command)
    milestones = tuple(
        Milestone(line["name"], date.fromisoformat(line["due_on"])) for line in command.data["milestones"]
    )
    wanted = commands.Plan(access.acting_unit(case, command.caller), milestones, act)
    return record(desk, session, command, decisions.plan(case, wanted, programme))


def report_progress(desk: Desk, session: Session, command: Command) -> Done:
    """Tell how far the work is; a supporting department may do that too."""
    case, _, act = acted(desk, session, command)
    unit = access.acting_unit(case, command.caller, supporting=True, owner=True)
    wanted = commands.ReportProgress(unit, command.data.get("note"), command.data.get("milestone"), act)
    return record(desk, session, command, decisions.report_progress(case, wanted))


def report_result(desk: Desk, session: Session, command: Command) -> Done:
    """Tell how the work ended."""
    case, programme, act = acted(desk, session, command)
    unit, data = access.answering_unit(case, command.caller), command.data
    wanted = commands.ReportResult(unit, data["outcome"], data.get("policy"), data.get("note"), act)
    return record(desk, session, command, decisions.report_result(case, wanted, programme))


def feed_back(desk: Desk, session: Session, command: Command) -> Done:
    """Record that the enterprise, and the office if so, has the result."""
    case, _, act = acted(desk, session, command)
    unit = access.answering_unit(case, command.caller)
    wanted = commands.FeedBack(unit, command.data.get("copied_to_office", False), act)
    return record(desk, session, command, decisions.feed_back(case, wanted))


def acted(desk: Desk, session: Session, command: Command) -> tuple[Case, Programme, Act]:
    """The case as far as the caller may move it, its programme, and who acts when."""
    case = access.seen(session.get(desk.cases, command.data["case"]), command.caller)
    return case, *acted_on(desk, session, command, case)


def acted_on(desk: Desk, session: Session, command: Command, case: Case) -> tuple[Programme, Act]:
    """The programme of a case, and who acts when."""
    programme = known_programme(desk, session, case.programme, case.programme_version)
    return programme, act_of(command, programme)


def act_of(command: Command, programme: Programme) -> Act:
    """Who acts when; raises what `times.act` raises."""
    return times.act(
        command.caller.sub,
        command.occurred_at,
        command.received_at,
        backdating_days=programme.backdating_days,
        reason=command.data.get("reason"),
        office="office" in command.caller.roles,
    )


def known_newest(desk: Desk, session: Session, programme: str) -> Programme:
    """The newest version of the programme; UnknownProgramme until one has arrived."""
    found = desk.programmes.newest(session, programme)
    if found is None:
        raise UnknownProgramme
    return found


def known_programme(desk: Desk, session: Session, programme: str, version: int) -> Programme:
    """The version of the programme; NotYet until it has arrived."""
    found = desk.programmes.get(session, programme, version)
    if found is None:
        raise NotYet(f"programme:{programme}:{version}")
    return found


def _units(
    desk: Desk, session: Session, case: Case, programme: Programme, data: dict[str, Any]
) -> tuple[str, tuple[str, ...], Rule | None]:
    """Lead, supporters and the rule that chose them, unless the office did."""
    if "lead" in data:
        return data["lead"], tuple(data.get("supporting", ())), None
    township = desk.townships.get(session, case.enterprise) if programme.rules.placed else None
    rule = programme.rules.lead(Subject(case.kind, case.title, case.text, township))
    if rule is None:
        raise NoRuleMatches
    return rule.lead, tuple(data.get("supporting", rule.supporting)), rule


def record(desk: Desk, session: Session, command: Command, decided: Events) -> Done:
    """Take decided events into the case and say where it stands."""
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
        "grade": case.grade,
        "owner": case.owner,
        "passed_to": case.passed_to,
        "cause": case.cause,
        "transfers": case.transfers,
        "merged_into": case.merged_into,
    }
