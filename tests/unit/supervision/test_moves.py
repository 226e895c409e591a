"""What is offered with a watched case: what the decision of that name would not refuse, to whom may give it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from eventkit.caller import Caller
from supervision.application.moves import ROLES, Mover, blocked, extensions_view, moves_view
from supervision.bootstrap import book, make_context
from supervision.domain.errors import NotVerified
from tests.unit.supervision.made import Life, china
from tests.unit.supervision.test_decisions import FED_BACK, fed_back, verified
from tests.unit.supervision.test_leave import ask, decide, due, pause, received


def offered(life: Life, at: datetime, *roles: str, department: str | None = None) -> dict[str, Any]:
    caller = Caller("x", "jinxian", department, None, frozenset(roles))
    return moves_view(life.watch, Mover.of(caller, life.policy, life.calendar, at))


def test_roles_are_those_of_the_book() -> None:
    told = {entry.name: set(entry.roles) for entry in book(make_context()) if entry.name in ROLES}
    assert told == {name: set(roles) for name, roles in ROLES.items()}


def test_running_deadline_may_be_extended() -> None:
    life, at = received(), china("2021-03-12T09:00")
    told = offered(life, at, "department", department="power")
    assert (told["moves"], told["extendable"]) == (["raise_case", "ask_extension"], ["contact"])
    assert offered(life, at, "department", department="bank")["extendable"] == []
    assert offered(life, china("2021-03-16T09:00"), "department", department="power")["extendable"] == []
    assert offered(life, at, "leader") == {"moves": [], "extendable": [], "decidable": []}


def test_asked_extension_may_be_decided_once() -> None:
    life, at = received(), china("2021-03-12T10:00")
    ask(life, "2021-03-12T09:00")
    told = offered(life, at, "office")
    assert (told["decidable"], told["extendable"]) == ([1], [])
    assert {"decide_extension", "pause_case"} <= set(told["moves"]) and "resume_case" not in told["moves"]
    assert offered(life, at, "leader")["decidable"] == []


def test_whoever_decides_is_told_why_and_until_when() -> None:
    def told(*roles: str, department: str | None = None) -> tuple[Any, Any]:
        caller = Caller("x", "jinxian", department, None, frozenset(roles))
        [one] = extensions_view(life.watch, Mover.of(caller, life.policy, life.calendar, china("2021-03-12T10:00")))
        return one["reason"], one["due_if_granted"]

    life = received()
    before = life.watch
    ask(life, "2021-03-12T09:00", "2wd")
    assert told("leader") == told("department", department="power") == (None, None)
    said = told("office")
    decide(life, "2021-03-12T11:00")
    assert said == ("transformer", due(life.watch)) and due(life.watch) > due(before)
    assert told("office") == (None, None), "it is decided"


def test_paused_case_may_be_resumed() -> None:
    life = received()
    pause(life, "2021-03-12T09:00")
    told = offered(life, china("2021-03-12T10:00"), "office")["moves"]
    assert "resume_case" in told and "pause_case" not in told


def test_case_is_verified_then_closed_out() -> None:
    life = fed_back()
    assert "verify" in offered(life, FED_BACK, "office")["moves"]
    assert "close_out" not in offered(life, FED_BACK, "office")["moves"]
    verified(life, days=1)
    after = offered(life, china("2021-03-25T10:00"), "office")["moves"]
    assert "close_out" in after and "verify" not in after


def test_office_is_told_what_close_out_waits_for() -> None:
    def why(*roles: str) -> dict[str, type]:
        caller = Caller("x", "jinxian", None, None, frozenset(roles))
        told = blocked(life.watch, Mover.of(caller, life.policy, life.calendar, china("2021-03-25T10:00")))
        return {name: type(refusal) for name, refusal in told.items()}

    life = fed_back()
    assert (why("office"), why("leader")) == ({"close_out": NotVerified}, {})
    verified(life, days=1)
    assert why("office") == {}
