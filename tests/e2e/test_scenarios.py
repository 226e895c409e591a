"""Every mechanism of the five programmes, and of a sixth that is a folder only, on the running system."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugle.scenarios.command import run
from bugle.scenarios.files import read_scenarios
from bugle.scenarios.play import Played
from bugle.stack import System
from bugle.stack.home import ROOT

COUNTS = {"R": 7, "J": 13, "D": 5, "C": 7, "L": 9}
ROWS = [f"{letter}{n}" for letter, count in COUNTS.items() for n in range(1, count + 1)]
SIXTH = Path(__file__).parents[1] / "programmes"
pytestmark = pytest.mark.timeout(300)


def faults(played: list[Played]) -> list[str]:
    return [f"{one.row}: step {one.step}: {one.fault}" for one in played if not one.passed]


def test_there_is_a_scenario_for_every_row() -> None:
    assert sorted(scenario.row for scenario in read_scenarios(ROOT / "programmes")) == sorted(ROWS)


def test_every_mechanism_acts(system: System) -> None:
    played = run(system, read_scenarios(ROOT / "programmes"))
    assert faults(played) == []
    assert [one.row for one in played if not one.events or not one.refused] == []


def test_sixth_programme_needs_only_a_folder(system: System) -> None:
    assert faults(run(system, read_scenarios(SIXTH))) == []


def test_without_its_key_no_mechanism_acts(system: System) -> None:
    """And not because the programme could no longer be published: the play itself shows what is missing."""
    every = [*read_scenarios(ROOT / "programmes"), *read_scenarios(SIXTH)]
    played = run(system, every, lambda scenario: scenario.drives, patience=8)
    assert [one.row for one in played if one.passed] == []
    assert [(one.row, one.fault) for one in played if one.step is None] == []
