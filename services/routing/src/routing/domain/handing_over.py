"""Handing a case over: return 退单, transfer 转办, arbitration 裁定, and passing on to a body outside."""

from __future__ import annotations

from datetime import datetime

from routing.domain import commands, errors, events
from routing.domain.case import Case
from routing.domain.decisions import Events, require_units, signed
from routing.domain.programme import Directory, Programme, Returns
from routing.domain.text import Text
from routing.domain.workflow import allow_move


def give_back(case: Case, command: commands.Return, programme: Programme) -> Events:
    """By the lead, before it accepts and until the limit is over, for a reason of the programme."""
    rules = returnable(case, command.act.at, programme)
    if command.reason not in rules.reasons:
        raise errors.UnknownReason(mend=Text("Choose one of: {choices}.", choices=sorted(rules.reasons)))
    return [
        events.CaseReturned(
            case.id,
            command.unit,
            command.reason,
            command.note,
            case.round + 1,
            case.transfers + 1,
            **signed(command.act),
        )
    ]


def returnable(case: Case, at: datetime, programme: Programme) -> Returns:
    """The programme's rules, or raise why the lead may not return the case."""
    rules = _rules(programme)
    allow_move(case, "return", at)
    _not_final(case)
    if case.return_by is not None and at > case.return_by:
        raise errors.ReturnTooLate(Text("It could be returned until {until}.", until=case.return_by.isoformat()))
    return rules


def transfer(case: Case, command: commands.Reassign, programme: Programme, directory: Directory) -> Events:
    """By the office, until there is a final result, as often as the programme allows."""
    transferable(case, command.act.at, programme)
    if command.lead == case.lead:
        raise errors.LeadsAlready
    require_units(command.lead, command.supporting, programme, directory)
    moved = (case.lead, command.lead, case.transfers + 1, case.round + 1, command.note)
    transferred = events.CaseTransferred(case.id, *moved, **signed(command.act))
    return [transferred, _assigned(case, command)]


def transferable(case: Case, at: datetime, programme: Programme) -> None:
    """Pass, or raise why the office may not transfer the case."""
    rules = _rules(programme)
    allow_move(case, "transfer", at)
    _not_final(case)
    if case.transfers >= rules.max_transfers:
        raise errors.TransferCapReached(Text("The case went to another unit {times} times.", times=case.transfers))


def arbitrate(case: Case, command: commands.Reassign, programme: Programme, directory: Directory) -> Events:
    """By the office, once and for all, after a return or transfer: afterwards nobody returns or transfers the case."""
    arbitrable(case, command.act.at, programme)
    require_units(command.lead, command.supporting, programme, directory)
    decided = events.CaseArbitrated(case.id, command.lead, command.note, case.round + 1, **signed(command.act))
    return [decided, _assigned(case, command)]


def arbitrable(case: Case, at: datetime, programme: Programme) -> None:
    """Pass, or raise why the office has nothing to decide."""
    _rules(programme)
    allow_move(case, "arbitrate", at)
    _not_final(case)
    if case.passed_to is not None:
        raise errors.PassedOn
    if not case.transfers:
        raise errors.NothingDisputed


def pass_on(case: Case, command: commands.PassOn, programme: Programme) -> Events:
    """To a body that the programme names, before any unit has the case; the office goes on tracking it."""
    bodies = to_be_passed_on(case, command.act.at, programme)
    if command.body not in bodies:
        raise errors.UnknownBody(mend=Text("Choose one of: {choices}.", choices=sorted(bodies)))
    return [events.CasePassedOn(case.id, command.body, command.note, **signed(command.act))]


def to_be_passed_on(case: Case, at: datetime, programme: Programme) -> frozenset[str]:
    """The bodies there are, or raise why the case may not be passed on."""
    if programme.bodies is None:
        raise errors.NotInProgramme.of("passing_on")
    allow_move(case, "pass_on", at)
    if case.passed_to is not None:
        raise errors.PassedOn
    return programme.bodies


def _assigned(case: Case, command: commands.Reassign) -> events.CaseAssigned:
    return events.CaseAssigned(
        case=case.id,
        lead=command.lead,
        supporting=command.supporting,
        letter=command.letter,
        meeting=None,
        rule=None,
        round=case.round + 1,
        **signed(command.act),
    )


def _rules(programme: Programme) -> Returns:
    if programme.returns is None:
        raise errors.NotInProgramme.of("returns")
    return programme.returns


def _not_final(case: Case) -> None:
    if case.final:
        raise errors.DecisionIsFinal
