"""The figures that pages show: each with what it was counted from, and where the list behind it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reporting.queries.figures import figure, figures
from reporting.queries.measure import Measure
from reporting.queries.measures import RATES
from reporting.queries.pressing import PRESSING
from reporting.queries.weighing import composite, weighed
from reporting.web.opening import View

_SHARES: dict[str, tuple[Measure, int | None]] = {"closed_share": (PRESSING["closed_share"], None)}
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


def rates(view: View, names: Iterable[str] | None = None) -> list[Rate]:
    """These rates, or all, as they stand at the view's moment."""
    known = rates_of(view)
    chosen = known if names is None else {name: (known | _SHARES)[name] for name in names}
    measures = {name: measure for name, (measure, _) in chosen.items()}
    told = figures(view.connection, measures, view.asked.scope, _filters(view, *measures.values()), view.asked.moment)
    kept = ("value", "numerator", "denominator", "exclusions", "synthetic")
    return [
        Rate(name, measure.formula, **{key: told[name][key] for key in kept}, weight=weight)
        for name, (measure, weight) in chosen.items()
    ]


def counted(view: View, measure: Measure, group_by: str | None = None) -> dict[str, Any]:
    """A measure by the filters of the view, as the API counts it."""
    return figure(view.connection, measure, view.asked.scope, _filters(view, measure), view.asked.moment, group_by)


def _filters(view: View, *measures: Measure) -> dict[str, str]:
    """The filters of the view that all of these know."""
    asked = view.asked.filters
    return {name: value for name, value in asked.items() if all(name in one.filters for one in measures)}


def mean(rates: list[Rate]) -> Mapping[str, Any] | None:
    """The programme's composite of these; None where it weighs nothing."""
    weighed_ones = {one.name: {"value": one.value, "weight": one.weight} for one in rates if one.weight is not None}
    return composite(weighed_ones) if weighed_ones else None
