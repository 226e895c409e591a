"""The five programmes watch who signs for a letter, from the end of their imported ledgers on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bugle.demo.command import PROGRAMMES
from bugle.importing.folder import read_folder
from supervision.domain.events import CardIssued, CaseEscalated, ClockStarted, DeadlineMissed, Part
from supervision.domain.policy import Policy
from tests.unit.supervision.made import ROOT, Life


def shipped(programme: str) -> tuple[Policy, datetime]:
    """A programme as an office takes it over, unobserved no longer, and the end of its imported ledger."""
    folder = read_folder(ROOT / "programmes" / programme)
    taken = Policy.of(programme, folder.programme["version"], folder.programme)
    assert taken.observed_until is not None
    return replace(taken, observed_until=None), taken.observed_until


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_letter_that_nobody_signs_for_is_missed(programme: str) -> None:
    taken, end = shipped(programme)
    life, at = Life(taken), end + timedelta(days=14, hours=10)
    life.step("assigned", at, learnt_at=at, parts=(Part("bank", unit="bank"),))
    life.sweep(at + timedelta(days=60))
    missed = [e for e in life.happened if isinstance(e, DeadlineMissed)]
    assert [(e.clock, e.unit) for e in missed] == [("receipt", "power")]
    assert [(e.clock, e.colour) for e in life.happened if isinstance(e, CardIssued)] == [("receipt", "yellow")]
    assert [e.level for e in life.happened if isinstance(e, CaseEscalated)] == [*taken.ladder]


@pytest.mark.parametrize("programme", PROGRAMMES)
@pytest.mark.parametrize("fact", ["received", "accepted", "result"])
def test_letter_that_is_taken_up_is_not_missed(programme: str, fact: str) -> None:
    taken, end = shipped(programme)
    life, at = Life(taken), end + timedelta(days=14, hours=10)
    life.step("assigned", at, learnt_at=at)
    life.step(fact, at + timedelta(hours=2), learnt_at=at + timedelta(hours=2), outcome="solved")
    assert [c.status for c in life.watch.clocks if c.name == "receipt"] == ["met"]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_imported_ledger_has_no_deadline_of_receipt(programme: str) -> None:
    """It does not tell of every letter who signed for it, and when: no miss is made up."""
    taken, end = shipped(programme)
    life = Life(taken)
    begun = life.step("assigned", end - timedelta(microseconds=1))
    assert "receipt" not in [event.clock for event in begun if isinstance(event, ClockStarted)]
    [start] = [e for e in Life(taken).step("assigned", end) if isinstance(e, ClockStarted) and e.clock == "receipt"]
    assert start.started_at == end
