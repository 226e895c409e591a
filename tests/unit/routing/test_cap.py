"""Whatever is done in whatever order: a case goes round as often as its programme allows, and then stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given as cases_of
from hypothesis import strategies as st

from routing.domain import commands, decisions, errors, events, following, handing_over, opening
from routing.domain.case import Case
from routing.domain.decisions import Events
from tests.unit.routing import made
from tests.unit.routing.made import CASE, DIRECTORY, LEAD, OTHER, PROGRAMME, SUPPORT, act, given, hours

CAP = 2
UNITS = (LEAD, SUPPORT, OTHER)
Move = Callable[[Case, str, float], Events]


def assign(case: Case, unit: str, at: float) -> Events:
    wanted = commands.Assign(unit, (), f"letter {at}", None, None, act(hours(at)))
    return decisions.assign(case, wanted, PROGRAMME, DIRECTORY)


def give_back(case: Case, unit: str, at: float) -> Events:
    return handing_over.give_back(case, commands.Return(case.lead or unit, "not_ours", None, act(hours(at))), PROGRAMME)


def transfer(case: Case, unit: str, at: float) -> Events:
    wanted = commands.Reassign(unit, (), f"letter {at}", None, act(hours(at)))
    return handing_over.transfer(case, wanted, PROGRAMME, DIRECTORY)


def arbitrate(case: Case, unit: str, at: float) -> Events:
    wanted = commands.Reassign(unit, (), f"letter {at}", None, act(hours(at)))
    return handing_over.arbitrate(case, wanted, PROGRAMME, DIRECTORY)


def limit(case: Case, unit: str, at: float) -> Events:
    return following.limit_returning(case, "return", case.round, case.lead, hours(at + 2), PROGRAMME, hours(at))


MOVES: dict[str, Move] = {
    "assign": assign,
    "return": give_back,
    "transfer": transfer,
    "arbitrate": arbitrate,
    "limit": limit,
    "receive": lambda case, unit, at: decisions.receive(case, commands.Receive(unit, act(hours(at)))),
    "accept": lambda case, unit, at: decisions.accept(case, commands.Accept(unit, act(hours(at)))),
    "reopen": lambda case, unit, at: opening.reopen(case, case.round + 1, None, None, hours(at)),
    "merge": lambda case, unit, at: following.merge(case, made.OTHER_CASE, hours(at)),
    "unmerge": lambda case, unit, at: following.unmerge(case, made.OTHER_CASE, hours(at)),
    "pass_on": lambda case, unit, at: handing_over.pass_on(
        case, commands.PassOn("city", None, act(hours(at))), PROGRAMME
    ),
}


@cases_of(st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.sampled_from(UNITS)), max_size=40))
def test_no_order_of_moves_passes_the_cap(moves: list[tuple[str, str]]) -> None:
    past: list[events.Event] = list(made.GIVEN["classified"])
    for n, (move, unit) in enumerate(moves, start=2):
        case = given(past)
        try:
            decided = MOVES[move](case, unit, n)
        except errors.Refusal:
            continue
        judge(case, decided)
        past += decided
    case = given(past)
    went = [event for event in past if isinstance(event, events.CaseReturned | events.CaseTransferred)]
    assert case.transfers == len(went) <= CAP + 1


def judge(before: Case, decided: Events) -> None:
    """No further unit past the cap or after the arbitration, and no return past its limit."""
    arbitrated = any(isinstance(event, events.CaseArbitrated) for event in decided)
    for event in decided:
        if isinstance(event, events.CaseAssigned) and event.lead != before.lead:
            assert arbitrated or (before.transfers <= CAP and not before.final)
        if isinstance(event, events.CaseArbitrated):
            assert before.transfers > 0
        if isinstance(event, events.CaseReturned):
            assert not before.final
            assert before.return_by is None or event.at <= before.return_by
    assert not (arbitrated and before.final)


def test_what_was_passed_on_is_not_arbitrated() -> None:
    """No unit could take it on afterwards: the body outside has it."""
    with pytest.raises(errors.PassedOn):
        arbitrate(given(made.GIVEN["passed_on"]), OTHER, 4)


def test_merging_forgets_no_transfer() -> None:
    past: list[events.Event] = [*made.GIVEN["assigned"]]
    for n, unit in enumerate((OTHER, SUPPORT), start=3):
        past += transfer(given(past), unit, n)
    past += [events.CaseMerged(CASE, made.OTHER_CASE, hours(6)), events.CaseUnmerged(CASE, made.OTHER_CASE, hours(7))]
    with pytest.raises(errors.TransferCapReached):
        transfer(given(past), LEAD, 8)
