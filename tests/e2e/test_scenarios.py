"""Every mechanism of the five programmes, and of a sixth that is a folder only, on the running system."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest

from bugle.scenarios.command import run
from bugle.scenarios.files import read_scenarios
from bugle.scenarios.play import Played
from bugle.stack import System
from bugle.stack.home import ROOT

COUNTS = {"R": 7, "J": 13, "D": 5, "C": 7, "L": 9}
ROWS = [f"{letter}{n}" for letter, count in COUNTS.items() for n in range(1, count + 1)]
SIXTH = Path(__file__).parents[1] / "programmes"
pytestmark = pytest.mark.timeout(480)


def faults(played: list[Played]) -> list[str]:
    return [f"{one.row}: step {one.step}: {one.fault}" for one in played if not one.passed]


def test_there_is_a_scenario_for_every_row() -> None:
    assert sorted(scenario.row for scenario in read_scenarios(ROOT / "programmes")) == sorted(ROWS)


@pytest.fixture(scope="module")
def whole(system: System) -> list[Played]:
    """Every play with its programme as it is."""
    return run(system, read_scenarios(ROOT / "programmes"), patience=60)


def test_every_mechanism_acts(whole: list[Played]) -> None:
    assert faults(whole) == []
    assert [one.row for one in whole if not one.events or not one.refused] == []


@pytest.fixture(scope="module")
def sixth(system: System) -> list[Played]:
    """The plays of the sixth programme as it is."""
    return run(system, read_scenarios(SIXTH), patience=60)


def test_sixth_programme_needs_only_a_folder(sixth: list[Played]) -> None:
    assert faults(sixth) == []


def test_without_its_key_no_mechanism_acts(system: System, whole: list[Played], sixth: list[Played]) -> None:
    """A play passes as it is, and without its key fails at the very step, for the very event, that the key drives."""
    assert faults([*whole, *sixth]) == []
    every = [*read_scenarios(ROOT / "programmes"), *read_scenarios(SIXTH)]
    played = run(system, every, lambda scenario: scenario.drives, patience=4, at_once=10)
    assert [(one.row, one.fault) for one in played if one.broken or one.step is None] == []
    elsewhere = [
        f"{one.row}: step {one.step}, lacks {one.lacks}, not {scenario.driven}: {one.fault}"
        for one, scenario in zip(played, every, strict=True)
        if (one.step, one.lacks) != scenario.driven
    ]
    assert elsewhere == []


def test_a_service_that_is_behind_says_nothing_of_the_mechanism(system: System) -> None:
    """What routing has not heard of yet is not found there, long after reporting knows it."""
    [scenario] = [one for one in read_scenarios(ROOT / "programmes") if one.row == "R1"]
    system.stop(["routing-worker"])
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(run, system, [scenario], patience=1)
        try:
            sleep(12)
            assert not playing.done(), playing.result()
        finally:
            system.start(["routing-worker"])
        assert faults(playing.result()) == []
