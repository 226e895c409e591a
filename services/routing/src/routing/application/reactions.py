"""What routing does about intake's and supervision's events: load, decide, record."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from eventkit.envelope import Envelope
from eventkit.errors import NotYet
from eventkit.session import Session
from routing.application.following import opened
from routing.application.handlers import directory_of, known_programme
from routing.application.incoming import (
    CaseClosedOut,
    DirectoryPublished,
    EnterpriseRegistered,
    HistoryDeclared,
    ProgrammePublished,
    ReopeningOrdered,
)
from routing.application.ports import Desk
from routing.domain import history, opening, remarks
from routing.domain.case import Case, apply
from routing.domain.commands import Act
from routing.domain.decisions import Events
from routing.domain.opening import Report
from routing.domain.programme import Programme
from routing.domain.rules import Rule


def keep_programme(desk: Desk, session: Session, event: Envelope, told: ProgrammePublished) -> None:
    """Copy the version."""
    desk.programmes.add(session, told.programme, told.version, told.document)


def keep_directory(desk: Desk, session: Session, event: Envelope, told: DirectoryPublished) -> None:
    """Copy the version."""
    units = [{"id": unit.id, "kind": unit.kind} for unit in told.units]
    desk.directories.add(session, told.agency, told.version, units)


def keep_enterprise(desk: Desk, session: Session, event: Envelope, told: EnterpriseRegistered) -> None:
    """Keep where the enterprise lies."""
    desk.townships.add(session, told.enterprise, told.agency, told.township)


def open_case(desk: Desk, session: Session, event: Envelope, told: Report) -> None:
    """Open the case of an issue, classify it as far as it can be, and assign it where the programme wants that."""
    if session.get(desk.cases, told.issue).opened:
        return
    programme = known_programme(desk, session, told.programme, told.programme_version)
    decided = opening.open_case(told, programme)
    case = Case()
    for step in decided:
        case = apply(case, step)
    township = desk.townships.get(session, told.enterprise) if programme.rules.placed else None
    rule = opening.lead_at_once(case, told, programme, township)
    if rule is not None:
        decided += remarks.graded_by(case, rule, Act(opening.BY, told.at))
        decided += _by_rule(desk, session, case, programme, rule, told.at)
    _record(desk, session, event, told.issue, decided)


def _by_rule(desk: Desk, session: Session, case: Case, programme: Programme, rule: Rule, at: datetime) -> Events:
    """The assignment by the rule, or why it failed: a later directory may have dropped a unit that the rule names."""
    _require_units(desk, session, case.agency, {rule.lead, *rule.supporting})
    stuck = opening.obstacle(rule, programme, directory_of(desk, session, case.agency))
    if stuck is not None:
        return opening.failed_by_rule(case, rule, programme.rules.version, stuck, at)
    letter = desk.letters.draw(session, programme, programme.year(at), case.id)
    return opening.assigned_by_rule(case, rule, letter, at)


def declare_history(desk: Desk, session: Session, event: Envelope, told: HistoryDeclared) -> None:
    """Record what the ledger tells of routing's steps, all at once."""
    case = opened(desk, session, told.issue)
    units = {unit for fact in history.of_routing(told.facts) for unit in fact.units}
    if units:
        _require_units(desk, session, case.agency, units)
    _record(desk, session, event, told.issue, history.declare(case, told.facts))


def reopen_case(desk: Desk, session: Session, event: Envelope, told: ReopeningOrdered) -> None:
    """Start the next round, with a new letter to the same units. What a ledger reopened its history tells here too."""
    if told.by == history.BY:
        return
    case = opened(desk, session, told.case)
    letter = None
    if case.lead is not None:
        programme = known_programme(desk, session, case.programme, case.programme_version)
        letter = desk.letters.draw(session, programme, programme.year(told.at), case.id)
    _record(desk, session, event, told.case, opening.reopen(case, told.round, told.reason, letter, told.at))


def conclude_case(desk: Desk, session: Session, event: Envelope, told: CaseClosedOut) -> None:
    """End the case, in the round that was closed out: supervision may have read a ledger's history first."""
    case = opened(desk, session, told.case)
    if case.round < told.round:
        raise NotYet(_round_token(told.case, told.round))
    _record(desk, session, event, told.case, opening.conclude(case, told.at))


def _round_token(case: str, round: int) -> str:
    return f"round:{case}:{round}"


def _require_units(desk: Desk, session: Session, agency: str, units: Collection[str]) -> None:
    """Intake has checked the units against its directory, so one that is unknown here is still on its way."""
    directory = desk.directories.ever(session, agency)
    if directory is None:
        raise NotYet(f"directory:{agency}")
    missing = sorted(set(units) - directory.units.keys())
    if missing:
        raise NotYet(f"unit:{agency}:{missing[0]}")


def _record(desk: Desk, session: Session, event: Envelope, case: str, decided: Events) -> None:
    session.record(desk.cases, case, decided, key=case, cause=event.id, traceparent=event.traceparent)


def provides(event: Envelope) -> Iterable[str]:
    """The tokens of which an applied event is the answer."""
    match event.type:
        case "bugle.intake.programme_published.v1":
            told = event.json()
            return [f"programme:{told['programme']}:{told['version']}"]
        case "bugle.intake.directory_published.v1" | "bugle.intake.directory_published.v2":
            told = event.json()
            return [f"directory:{told['agency']}", *(f"unit:{told['agency']}:{unit['id']}" for unit in told["units"])]
        case "bugle.intake.issue_reported.v1":
            return [f"case:{event.key}"]
        case "bugle.intake.history_declared.v2":
            ends = [fact for fact in event.json()["facts"] if fact["fact"] in history.ENDS]
            return [_round_token(event.key, (end.get("round") or 1) + 1) for end in ends]
    return []
