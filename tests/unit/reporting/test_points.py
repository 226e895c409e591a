"""Which events of a department an item of its appraisal counts."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from bugle.stack.home import ROOT
from reporting.queries.appraisal import asked_for
from reporting.queries.fired import Fired
from tests.unit.reporting.made import day

ITEM = {"event": "result_reported", "per_case": 1, "where": {"outcome": ["solved", "explained"]}}


def result(number: int, outcome: str, case: str = "one") -> Fired:
    return Fired(f"{case} {number}", "result_reported", day(number), case, "park", {"outcome": outcome}, {})


def places(item: dict[str, Any], *events: Fired) -> list[str]:
    return [one.event_id for one in asked_for(item, events)]


def test_any_of_several_values_counts() -> None:
    told = (result(1, "long_term"), result(2, "solved"), result(3, "explained"), result(4, "explained", "two"))
    assert places(ITEM, *told) == ["one 2", "two 4"]
    assert places({**ITEM, "where": {"outcome": "explained"}}, *told) == ["one 3", "two 4"]
    assert places({**ITEM, "where": {"outcome": ["solved"], "rule": "session"}}, *told) == []


@pytest.mark.parametrize("outcome", ["solved", "explained"])
def test_rongchang_scores_what_ends_cases(outcome: str) -> None:
    document = tomllib.loads((ROOT / "programmes/rongchang/programme.toml").read_text())
    [item] = [one for one in document["appraisal"]["department"]["items"] if one["id"] == "result"]
    assert places(item, result(1, "long_term"), result(40, "long_term"), result(180, outcome)) == ["one 180"]
