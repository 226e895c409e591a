"""What is offered is what would not be refused: every command in every state, and by every part in the case."""

from __future__ import annotations

import pytest

from eventkit.caller import Caller
from routing.application.moves import moves
from routing.domain import commands, errors, handing_over, remarks
from routing.domain.case import STATES, Case
from routing.domain.decisions import Events
from routing.domain.moves import GUARDS, Mover, possible
from tests.unit.routing.made import DIRECTORY, GIVEN, LEAD, OTHER, PROGRAMME, SUPPORT, act, given, hours, when

NOW = hours(20)


def decided(name: str, case: Case) -> Events:
    """The decision of a command with a form filled in rightly."""
    signed = act(NOW)
    reassigned = commands.Reassign(OTHER if case.lead != OTHER else LEAD, (), "letter 9", None, signed)
    match name:
        case "return_case":
            return handing_over.give_back(case, commands.Return(LEAD, "not_ours", None, signed), PROGRAMME)
        case "transfer":
            return handing_over.transfer(case, reassigned, PROGRAMME, DIRECTORY)
        case "arbitrate":
            return handing_over.arbitrate(case, reassigned, PROGRAMME, DIRECTORY)
        case "pass_on":
            return handing_over.pass_on(case, commands.PassOn("city", None, signed), PROGRAMME)
        case "report_support":
            return remarks.report_support(case, commands.ReportSupport(SUPPORT, None, signed))
        case "grade":
            return remarks.grade(case, commands.Grade("complex", signed), PROGRAMME)
        case "name_cause":
            return remarks.name_cause(case, commands.NameCause("process", None, signed), PROGRAMME)
    return when(name, case, NOW)


def accepted(name: str, case: Case) -> bool:
    try:
        decided(name, case)
    except errors.Refusal:
        return False
    return True


@pytest.mark.parametrize("state", ["", *STATES])
@pytest.mark.parametrize("name", GUARDS)
def test_offered_is_what_is_accepted(name: str, state: str) -> None:
    case = given(GIVEN[state])
    unit = SUPPORT if name == "report_support" else LEAD
    assert possible(name, case, Mover(unit, PROGRAMME, NOW)) == accepted(name, case)


def offered(state: str, department: str | None, *roles: str) -> list[str]:
    caller = Caller("x", "jinxian", department, None, frozenset(roles))
    return moves(given(GIVEN[state]), PROGRAMME, caller, NOW)


def test_each_is_offered_its_own() -> None:
    assert offered("classified", None, "office") == [
        "classify",
        "assign",
        "pass_on",
        "grade",
        "name_cause",
    ]
    assert offered("received", LEAD, "department") == ["accept", "contact", "return_case", "name_cause"]
    assert offered("received", SUPPORT, "department") == ["report_support", "name_cause"]
    assert offered("received", None, "leader") == []
    assert offered("result_reported", None, "office") == ["name_cause"]
    assert offered("passed_on", None, "office") == ["report_result", "grade", "name_cause"]


def test_department_in_the_office_has_both() -> None:
    assert {"transfer", "accept"} <= set(offered("received", LEAD, "office", "department"))
