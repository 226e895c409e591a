"""The figures that pages show: each with what it was counted from, and where the list behind it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reporting.queries.figures import figure
from reporting.queries.measure import Measure
from reporting.queries.measures import RATES
from reporting.queries.pressing import PRESSING
from reporting.queries.weighing import composite, weighed
from reporting.web.opening import View

_SHARES: Mapping[str, tuple[Measure, int | None]] = {"closed_share": (PRESSING["closed_share"], None)}
"""Ratios that no programme weighs and no table of rates lists."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A ratio. `weight`: of the programme's composite, None outside it."""

    name: str
    formula: str
    value: float | None
    numerator: int
    denominator: int
    exclusions: Mapping[str, int]
    synthetic: int
    weight: int | None = None


def rates_of(view: View) -> dict[str, tuple[Measure, int | None]]:
    """The rates that a programme weighs, before the general ones that it does not."""
    document = {} if view.programme is None else view.programme.document
    own: dict[str, tuple[Measure, int | None]] = dict(weighed(document))
    return own | {name: (rate, None) for name, rate in RATES.items() if name not in own}


def rate(view: View, name: str) -> Rate:
    """A rate as it stands at the view's moment."""
    measure, weight = _SHARES.get(name) or rates_of(view)[name]
    told = counted(view, measure)
    kept = ("value", "numerator", "denominator", "exclusions", "synthetic")
    return Rate(name, measure.formula, **{key: told[key] for key in kept}, weight=weight)


def counted(view: View, measure: Measure, group_by: str | None = None) -> dict[str, Any]:
    """A measure by the filters of the view, as the API counts it."""
    filters = {name: value for name, value in view.asked.filters.items() if name in measure.filters}
    return figure(view.connection, measure, view.asked.scope, filters, view.asked.moment, group_by)


def mean(rates: list[Rate]) -> Mapping[str, Any] | None:
    """The programme's composite of these; None where it weighs nothing."""
    weighed_ones = {one.name: {"value": one.value, "weight": one.weight} for one in rates if one.weight is not None}
    return composite(weighed_ones) if weighed_ones else None
