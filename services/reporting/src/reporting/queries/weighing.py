"""The rates that a programme weighs 三率: its weights and exclusions over the general measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import FromClause, and_, not_, or_

from reporting.queries.measure import Measure, Test, apart
from reporting.queries.measures import RATES

Document = Mapping[str, Any]

WEIGHED = {"response": "contact_in_time", "resolution": "resolution", "satisfaction": "satisfaction"}
"""The general rate behind each that a programme may weigh."""
_GROUNDS: Mapping[str, tuple[str, ...]] = {
    "merged": ("merged_into",),
    "withdrawn": ("withdrawn",),
    "long_term": ("outcome",),
    "explained": ("outcome",),
    "passed_on": ("jurisdiction", "passed_to"),
}
_TESTS: Mapping[str, Test] = {
    "merged": lambda rows: rows.c.merged,
    "withdrawn": lambda rows: rows.c.withdrawn,
    "long_term": lambda rows: rows.c.outcome.is_not_distinct_from("long_term"),
    "explained": lambda rows: rows.c.outcome.is_not_distinct_from("explained"),
    "passed_on": lambda rows: rows.c.passed_on,
}
"""By what a programme document may exclude."""
_KEPT: Mapping[str, Test] = {"satisfaction": lambda rows: rows.c.satisfaction.is_not_distinct_from("unsatisfied")}
"""What stays in a rate whatever becomes of the case: nobody gets rid of a bad answer by putting its case off."""


def weighed(document: Document) -> dict[str, tuple[Measure, int]]:
    """The programme's rates by id, each as a measure with its weight; empty where it weighs none.

    Excluded cases leave numerator and denominator; one that is excluded twice counts under the first reason named. An
    unsatisfied answer that no other has followed stays in the rate of satisfaction.
    Of the response rate, which counts clocks, these are the clocks of excluded cases, whatever they ended as.
    """
    return {
        rate["id"]: (_excluding(rate["id"], rate.get("exclude", ())), rate["weight"])
        for rate in document.get("appraisal", {}).get("rates", ())
    }


def _excluding(rate: str, reasons: Any) -> Measure:
    measure = RATES[WEIGHED[rate]]
    own = {reason: _of_rate(rate, _TESTS[reason]) for reason in reasons}
    general = {reason: test for reason, test in measure.excluded.items() if reason not in own}

    def counts(rows: FromClause) -> Any:
        held = measure.denominator
        given = [test(rows) for test in own.values()]
        return and_(True if held is None else held(rows), not_(or_(False, *given)))

    grounds = dict.fromkeys([*measure.grounds, *(trait for reason in reasons for trait in _GROUNDS[reason])])
    return replace(measure, denominator=counts, excluded=apart(own | general), grounds=tuple(grounds))


def _of_rate(rate: str, test: Test) -> Test:
    """The exclusion as this rate knows it: without what it keeps."""
    kept = _KEPT.get(rate)
    return test if kept is None else lambda rows: and_(test(rows), not_(kept(rows)))


def composite(rates: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The weighed mean of the rates that have a value; `of` names them, `weight` is what they weigh together."""
    told = {name: rate for name, rate in rates.items() if rate["value"] is not None}
    weight = sum(rate["weight"] for rate in told.values())
    value = sum(rate["weight"] * rate["value"] for rate in told.values()) / weight if weight else None
    return {"value": None if value is None else round(value, 6), "weight": weight, "of": sorted(told)}
