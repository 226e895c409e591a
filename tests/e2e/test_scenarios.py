"""Every mechanism of the five programmes, and of a sixth that is a folder only, on the running system."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugle.scenarios.command import run
from bugle.scenarios.files import Scenario, read_scenarios
from bugle.scenarios.play import Played
from bugle.stack import System
from bugle.stack.home import ROOT

COUNTS = {"R": 7, "J": 13, "D": 5, "C": 7, "L": 9}
ROWS = [f"{letter}{n}" for letter, count in COUNTS.items() for n in range(1, count + 1)]
SIXTH = Path(__file__).parents[1] / "programmes"
TO_COME = {"C2"}
"""Rows whose mechanism Bugle does not have yet: reports as documents."""

pytestmark = pytest.mark.timeout(300)


def plays(folder: Path) -> list[Scenario]:
    """The scenarios of a folder whose mechanism is there."""
    return [scenario for scenario in read_scenarios(folder) if scenario.row not in TO_COME]


def faults(played: list[Played]) -> list[str]:
    return [f"{one.row}: step {one.step}: {one.fault}" for one in played if not one.passed]


def test_there_is_a_scenario_for_every_row() -> None:
    assert sorted(scenario.row for scenario in read_scenarios(ROOT / "programmes")) == sorted(ROWS)


def test_every_mechanism_acts(system: System) -> None:
    assert faults(run(system, plays(ROOT / "programmes"))) == []


def test_sixth_programme_needs_only_a_folder(system: System) -> None:
    assert faults(run(system, plays(SIXTH))) == []


def test_without_its_key_no_mechanism_acts(system: System) -> None:
    """And not because the programme could no longer be published: the play itself shows what is missing."""
    every = [*plays(ROOT / "programmes"), *plays(SIXTH)]
    played = run(system, every, lambda scenario: scenario.drives, patience=8)
    assert [one.row for one in played if one.passed] == []
    assert [(one.row, one.fault) for one in played if one.step is None] == []


def test_what_is_to_come_does_not_act_yet(system: System) -> None:
    """So that no row stays on the list once its mechanism is there."""
    waiting = [*read_scenarios(ROOT / "programmes"), *read_scenarios(SIXTH)]
    played = run(system, [scenario for scenario in waiting if scenario.row in TO_COME], patience=6)
    assert [one.row for one in played if one.passed] == []
