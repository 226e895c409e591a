"""Commands that hand a case over, and those that say something of it beside its course."""

from __future__ import annotations

from collections.abc import Callable

from eventkit.commands import Command, Done
from eventkit.session import Session
from routing.application import access
from routing.application.handlers import acted, directory_of, record
from routing.application.ports import Desk
from routing.domain import commands, handing_over, remarks
from routing.domain.case import Case
from routing.domain.commands import Reassign
from routing.domain.decisions import Events
from routing.domain.programme import Directory, Programme
from routing.domain.workflow import allow_move

Reassigning = Callable[[Case, Reassign, Programme, Directory], Events]


def return_case(desk: Desk, session: Session, command: Command) -> Done:
    """Give the case back to the office, with a reason."""
    case, programme, act = acted(desk, session, command)
    unit, data = access.acting_unit(case, command.caller), command.data
    wanted = commands.Return(unit, data["reason"], data.get("note"), act)
    return record(desk, session, command, handing_over.give_back(case, wanted, programme))


def transfer(desk: Desk, session: Session, command: Command) -> Done:
    """Give the case to another lead unit, by a new letter, as often as the programme allows."""
    return _reassign(desk, session, command, "transfer", handing_over.transfer)


def arbitrate(desk: Desk, session: Session, command: Command) -> Done:
    """Decide finally who leads, by a new letter."""
    return _reassign(desk, session, command, "arbitrate", handing_over.arbitrate)


def _reassign(desk: Desk, session: Session, command: Command, move: str, decide: Reassigning) -> Done:
    case, programme, act = acted(desk, session, command)
    allow_move(case, move, act.at)  # before the letter is drawn, which makes others wait
    data = command.data
    wanted = Reassign(
        lead=data["lead"],
        supporting=tuple(data.get("supporting", ())),
        letter=desk.letters.draw(session, programme, programme.year(act.at), case.id),
        note=data.get("note"),
        act=act,
    )
    return record(desk, session, command, decide(case, wanted, programme, directory_of(desk, session, case.agency)))


def pass_on(desk: Desk, session: Session, command: Command) -> Done:
    """Pass the issue on to a body outside; it is still tracked, and the office answers for it."""
    case, programme, act = acted(desk, session, command)
    wanted = commands.PassOn(command.data["body"], command.data.get("note"), act)
    return record(desk, session, command, handing_over.pass_on(case, wanted, programme))


def report_support(desk: Desk, session: Session, command: Command) -> Done:
    """Tell the lead what the supporting department has to say."""
    case, _, act = acted(desk, session, command)
    unit = access.acting_unit(case, command.caller, supporting=True)
    wanted = commands.ReportSupport(unit, command.data.get("note"), act)
    return record(desk, session, command, remarks.report_support(case, wanted))


def grade(desk: Desk, session: Session, command: Command) -> Done:
    """Say of which grade the case is; its limits follow."""
    case, programme, act = acted(desk, session, command)
    return record(desk, session, command, remarks.grade(case, commands.Grade(command.data["grade"], act), programme))


def name_cause(desk: Desk, session: Session, command: Command) -> Done:
    """Say what lies behind the issue."""
    case, programme, act = acted(desk, session, command)
    wanted = commands.NameCause(command.data["cause"], command.data.get("note"), act)
    return record(desk, session, command, remarks.name_cause(case, wanted, programme))
