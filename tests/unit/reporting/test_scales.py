"""Other points and weights: what may be asked, and the document as it would be."""

from __future__ import annotations

from typing import Any

import pytest

from eventkit.problems import Faulty
from reporting.queries.appraisal import capped
from reporting.whatif.scales import pairs, scales

DOCUMENT: dict[str, Any] = {
    "title": {"zh": "四进四问"},
    "appraisal": {
        "department": {
            "base": 100,
            "items": [{"id": "miss", "points": -2, "cap": 10}, {"id": "card", "points": -1}],
        },
        "rates": [{"id": "resolution", "weight": 40, "exclude": ["merged"]}, {"id": "satisfaction", "weight": 60}],
    },
}


def faults(points: dict[str, str], weights: dict[str, str], document: dict[str, Any] = DOCUMENT) -> list[str]:
    with pytest.raises(Faulty) as raised:
        scales(document, points, weights)
    return [fault.field for fault in raised.value.faults]


def test_asked_numbers_alone_differ() -> None:
    told = scales(DOCUMENT, {"miss": "-4"}, {"resolution": "50"}).altered(DOCUMENT)
    assert [item["points"] for item in told["appraisal"]["department"]["items"]] == [-4, -1]
    assert told["appraisal"]["department"]["items"][0]["cap"] == 10
    assert told["appraisal"]["rates"] == [
        {"id": "resolution", "weight": 50, "exclude": ["merged"]},
        {"id": "satisfaction", "weight": 60},
    ]
    assert told["title"] == DOCUMENT["title"]


def test_where_nothing_can_differ_the_mend_is_to_leave_it_out() -> None:
    with pytest.raises(Faulty) as raised:
        scales({}, {"luck": "1"}, {})
    [fault] = raised.value.faults
    assert str(fault.mend) == "leave it out"


def test_programme_without_appraisal_stays() -> None:
    assert scales({}, {}, {}).altered({}) == {"appraisal": {}}


@pytest.mark.parametrize(
    ("points", "weights", "named"),
    [
        ({"luck": "1"}, {}, ["points.luck"]),
        ({"miss": "many", "card": "1.5"}, {}, ["points.miss", "points.card"]),
        ({"miss": "100001"}, {"resolution": "101"}, ["points.miss", "weights.resolution"]),
        ({}, {"satisfaction": "-1"}, ["weights.satisfaction"]),
        ({}, {"resolution": "0", "satisfaction": "0"}, ["weights.resolution"]),
    ],
)
def test_wrong_numbers_are_all_named(points: dict[str, str], weights: dict[str, str], named: list[str]) -> None:
    assert faults(points, weights) == named


def test_points_need_an_appraisal() -> None:
    assert faults({"miss": "1"}, {"resolution": "1"}, {}) == ["points.miss", "weights.resolution"]


@pytest.mark.parametrize("given", ["miss", "miss:", ":4", "miss:1,", "miss=1"])
def test_unreadable_pairs_are_refused(given: str) -> None:
    with pytest.raises(Faulty):
        pairs(given, "points")


@pytest.mark.parametrize(("count", "points"), [(1, -2), (5, -10), (6, -10)])
def test_cap_holds_either_way(count: int, points: int) -> None:
    item = DOCUMENT["appraisal"]["department"]["items"][0]
    assert capped(item, count) == points
    assert capped({**item, "points": 2}, count) == -points
