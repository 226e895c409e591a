"""What a restatement says of figures: which, from what, to what; and when two documents tell the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from reporting.issuing.changes import changes, figures
from reporting.issuing.freezing import canonical, digest, formulas, same


def rate(numerator: int | None, denominator: int | None, value: float = 0.5) -> dict[str, Any]:
    return {"value": value, "numerator": numerator, "denominator": denominator}


TOLD: dict[str, Any] = {
    "known_until": "2021-11-03T01:00:00Z",
    "units": {"bank": "银行"},
    "kinds": {"finance": {"zh": "融资", "en": "Finance"}},
    "tallies": [{"measure": "issues", "period": 2, "cumulative": 5}],
    "rates": [
        {"rate": "resolution", "period": rate(1, 2), "cumulative": rate(2, 5)},
        {"rate": "composite", "period": rate(None, None, 0.5), "cumulative": rate(None, None, 0.4)},
    ],
    "league": [{"name": "银行", "assigned": 1, "closed": 0, "kept": 1, "due": 2, "score": 98, "rank": 1}],
    "services": [{"zh": "追回款项", "count": {"period": 1, "cumulative": 2}, "amount": {"period": 1, "cumulative": 9}}],
    "supervised": {"total": 1, "items": [{"title": "厂房", "enterprise_name": "甲公司", "events": [{}, {}]}]},
    "gathering": [{"kind": "finance", "department": "bank", "issues": 1, "open": 1, "unsatisfied": 0}],
    "owed": [{"title": "走访", "fulfilled": 1, "late": 0, "missed": 0, "open": 0}],
}


def test_every_part_has_figures() -> None:
    sections = {figure.section for figure, _ in figures(TOLD)}
    assert len(sections) == 7
    held = {tuple(figure): value for figure, value in figures(TOLD)}
    assert held["Rates", "Resolution rate", "This period"] == "1 / 2"
    assert held["Rates", "Weighed together", "Up to its end"] == 0.4
    assert held["Departments", "银行", "Deadlines kept / due"] == "1 / 2"
    assert held["Where issues gather", "融资 银行", "Open"] == 1
    assert held["Supervision list", "甲公司 厂房", "Listed"] == 2


def test_changed_figure_is_named() -> None:
    after = {**TOLD, "tallies": [{"measure": "issues", "period": 3, "cumulative": 5}]}
    assert changes(TOLD, after) == [
        {"section": "Overview", "item": "Issues reported", "column": "This period", "from": 2, "to": 3}
    ]


def test_line_that_goes_or_comes() -> None:
    after = {**TOLD, "supervised": {"total": 0, "items": []}}
    found = {(one["item"], one["from"], one["to"]) for one in changes(TOLD, after)}
    assert found == {("", 1, 0), ("甲公司 厂房", 2, None)}
    assert {(one["from"], one["to"]) for one in changes(after, TOLD)} == {(0, 1), (None, 2)}


def test_other_words_are_told() -> None:
    [one] = changes(TOLD, {**TOLD, "kinds": {"finance": {"zh": "融资", "en": "Money"}}})
    assert (one["section"], one["from"], one["to"]) == ("Text", None, None)


def test_same_whenever_drawn_up() -> None:
    assert same(TOLD, {**TOLD, "known_until": "2021-12-01T00:00:00Z"})
    assert not same(TOLD, {**TOLD, "units": {}})


def test_canonical_text_is_one() -> None:
    at = datetime(2021, 11, 3, 1, tzinfo=UTC)
    here = at.astimezone(timezone(timedelta(hours=8)))
    assert canonical({"b": here, "a": [1, None, "中"]}) == '{"a":[1,null,"中"],"b":"2021-11-03T09:00:00+08:00"}'
    assert canonical({"b": 1, "a": at}) == canonical({"a": at, "b": 1}) == '{"a":"2021-11-03T01:00:00Z","b":1}'
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_formulas_have_a_version() -> None:
    assert len(formulas()) == 16
