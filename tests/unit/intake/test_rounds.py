"""Returns, extensions and reopenings of a ledger row: what is declared, and what cannot have happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from intake.domain.errors import BadHistory, RowChanged
from intake.domain.events import Fact, HistoryDeclared
from intake.domain.issue import Event, Issue, apply, report
from tests.unit.intake.made import ASSIGNED, DIRECTORY, PROGRAMME, ROW, given

DAY = timedelta(days=1)
CLOCKS = [{"id": "settle", "starts": "assigned", "limit": "external"}]
EXTENDING = {"times": 1, "max": "10d", "ask_before": "1d", "decides": "office"}
RETURNS = {"clock": "x", "max_transfers": 1, "reasons": [{"id": "not_ours", "zh": "z", "en": "e"}]}


def fact(name: str, days: float, round: int | None = None, **more: Any) -> Fact:
    return Fact(name, ASSIGNED.at + days * DAY, round=round, **more)


def back(days: float = 1, round: int | None = None, reason: str = "not_ours") -> Fact:
    return fact("returned", days, round, unit="power-company", reason=reason)


RESULT = fact("result", 2, outcome="solved")
UNSATISFIED = fact("verified", 3, satisfaction="unsatisfied")
AGAIN = fact("reopened", 3)
SECOND = fact("assigned", 1, 2, unit="power-company")


def told(*facts: Fact, due: int | None = 5, after: list[Event] | None = None, **document: Any) -> list[Event]:
    programme = replace(PROGRAMME, document={**PROGRAMME.document, "clocks": CLOCKS, **document})
    due_at = None if due is None else ASSIGNED.at + due * DAY
    return report(given(Issue(), apply, after or []), replace(ROW, facts=facts, due_at=due_at), programme, DIRECTORY)


def until(days: int, at: float = 3) -> Fact:
    due_on: date = (ASSIGNED.at + (5 + days) * DAY).date()
    return fact("extended", at, due_on=due_on, reason="r")


def test_rounds_are_declared_in_order() -> None:
    facts = (ASSIGNED, back(), SECOND, *(replace(one, round=2) for one in (RESULT, UNSATISFIED, AGAIN)))
    declared = told(*facts)[-1]
    assert isinstance(declared, HistoryDeclared)
    assert declared.facts == facts


def test_same_rounds_again_change_nothing() -> None:
    facts = (ASSIGNED, RESULT, UNSATISFIED, AGAIN, fact("result", 4, 2, outcome="explained"))
    assert told(*facts, after=told(*facts)) == []


def test_round_that_is_over_stays() -> None:
    facts = (ASSIGNED, RESULT, UNSATISFIED, AGAIN)
    with pytest.raises(RowChanged):
        told(*facts, fact("contacted", 1), after=told(*facts))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ((ASSIGNED, RESULT, back(3)), "history/2/at"),
        ((ASSIGNED, fact("closed_out", 1), back(2)), "history/2/at"),
        ((ASSIGNED, RESULT, UNSATISFIED, AGAIN, fact("closed_out", 4)), "history/3/at"),
        ((ASSIGNED, AGAIN), "history/1/at"),
        ((ASSIGNED, RESULT, replace(UNSATISFIED, satisfaction="satisfied"), AGAIN), "history/3/at"),
        ((ASSIGNED, fact("result", 4, 2, outcome="solved")), "history/1/at"),
        ((ASSIGNED, back(2), SECOND), "history/2/at"),
        ((ASSIGNED, fact("accepted", 3), back(2)), "history/1/at"),
        ((ASSIGNED, RESULT, AGAIN, back(2)), "history/3/at"),
        ((ASSIGNED, replace(RESULT, evidence_at=ASSIGNED.at)), "history/1/evidence_at"),
        ((ASSIGNED, replace(back(), unit=None)), "history/1/unit"),
        ((ASSIGNED, replace(back(), reason=None)), "history/1/reason"),
        ((ASSIGNED, until(0)), "history/1/due_on"),
        ((until(3),), "history/0/at"),
        ((ASSIGNED, replace(until(3), asked_at=ASSIGNED.at + 4 * DAY)), "history/1/asked_at"),
    ],
)
def test_impossible_courses_are_refused(facts: tuple[Fact, ...], field: str) -> None:
    with pytest.raises(BadHistory) as refusal:
        told(*facts)
    assert refusal.value.field == field


def test_programme_binds_returns() -> None:
    with pytest.raises(BadHistory) as unknown:
        told(ASSIGNED, back(reason="other"), returns=RETURNS)
    with pytest.raises(BadHistory) as often:
        told(ASSIGNED, back(), SECOND, back(2, 2), returns=RETURNS)
    assert (unknown.value.field, often.value.field) == ("history/1/reason", "history/3/at")
    assert len(told(ASSIGNED, back(), returns=RETURNS)) == 2


def test_programme_binds_extensions() -> None:
    assert len(told(ASSIGNED, until(10), extension=EXTENDING)) == 2
    for extended, due in ((until(11), 5), (until(3, at=4.5), 5), (until(3, at=7), 5), (until(3), None)):
        with pytest.raises(BadHistory):
            told(ASSIGNED, extended, due=due, extension=EXTENDING)
    with pytest.raises(BadHistory):
        told(ASSIGNED, until(3), clocks=[])


@pytest.mark.parametrize("starts", ["assigned", "reported"])
def test_extension_needs_who_had_it(starts: str) -> None:
    """Whatever its clock counts from: supervision lets an extension wait for the assignment of its round."""
    clocks = [{"id": "settle", "starts": starts, "limit": "external"}]
    assert len(told(ASSIGNED, until(3), clocks=clocks)) == 2
    with pytest.raises(BadHistory):
        told(until(3), clocks=clocks)
