"""The counts and rates of a report: what the period brought, and how it stood at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from reporting.queries.figures import figure
from reporting.queries.filters import Filters
from reporting.queries.measure import Measure
from reporting.queries.measures import MEASURES, RATES
from reporting.queries.moments import Moment
from reporting.queries.periods import Period, before
from reporting.queries.programme_routes import OfProgramme
from reporting.queries.scope import Scope
from reporting.queries.weighing import composite, weighed

Told = dict[str, Any]
COUNTED = (
    *("issues", "letters", "issues_closed", "issues_open"),
    *("enterprises", "enterprises_visited", "enterprises_with_issues", "teams"),
)
"""The measures of a report's overview, in its order."""
_STANDING = frozenset({"issues_open", "enterprises"})
"""What stands at the end of a period rather than happening within it."""
_DISTINCT = frozenset({"enterprises_visited", "enterprises_with_issues"})
"""Counts of different things: how many rows behind them are generated says nothing of these."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report is about. `document`: of the programme's newest version.

    `moment`: how things stand in it, where that is not the end of the period; `filters`: by which it counts alone.
    """

    connection: Connection
    scope: Scope
    programme: str
    agency: str
    document: Mapping[str, Any]
    period: Period
    moment: Moment | None = None
    filters: Filters = field(default_factory=dict)

    @classmethod
    def within(cls, of: OfProgramme, period: Period) -> Reported:
        """The programme of a request, in a period."""
        return cls(of.asked.connection, of.asked.scope, of.id, of.agency, of.document, period)

    def figure(
        self, measure: Measure, group_by: str | None = None, *, within: Period | None = None, end: Period | None = None
    ) -> Told:
        """A measure of the programme at the end of the period (or of `end`), counted `within` one or from the start."""
        moment = self.moment or Moment(None, (end or within or self.period).end)
        filters = {**self.filters, "programme": self.programme}
        return figure(self.connection, measure, self.scope, filters, moment, group_by, within)


def tallies(of: Reported) -> list[Told]:
    """`measure`, `period` (None: it only stands at a moment), `cumulative` and how much of that is `synthetic`."""
    return [_tally(of, name) for name in COUNTED]


def _tally(of: Reported, name: str) -> Told:
    standing = of.figure(MEASURES[name])
    period = None if name in _STANDING else of.figure(MEASURES[name], within=of.period)["value"]
    synthetic = None if name in _DISTINCT else standing["synthetic"]
    return {"measure": name, "period": period, "cumulative": standing["value"], "synthetic": synthetic}


def rates(of: Reported) -> list[Told]:
    """The rates that the programme weighs, else the general ones: of the period, of the one before, and cumulative.

    Each of these has value, numerator, denominator and exclusions. With weights, the last entry is `composite`.
    """
    chosen = weighed(of.document)
    measures = {name: rate for name, (rate, _) in chosen.items()} or RATES
    previous = before(of.period)
    told: list[Told] = [
        {
            "rate": name,
            "weight": chosen[name][1] if name in chosen else None,
            "period": of.figure(rate, within=of.period),
            "previous": of.figure(rate, within=previous),
            "cumulative": of.figure(rate),
        }
        for name, rate in measures.items()
    ]
    return [*told, _composite(told)] if chosen else told


def _composite(told: Iterable[Told]) -> Told:
    parts = ("period", "previous", "cumulative")
    means = {
        part: composite({one["rate"]: {**one[part], "weight": one["weight"]} for one in told})
        | {"numerator": None, "denominator": None, "exclusions": {}}
        for part in parts
    }
    return {"rate": "composite", "weight": means["cumulative"]["weight"], **means}


def services(of: Reported) -> list[Told]:
    """What helpers did, by the kinds of the programme: counts and amounts in CNY, of the period and cumulative."""
    kinds = of.document.get("services", ())
    found = {
        (measure, part): _by(of.figure(MEASURES[measure], "kind", within=within), "kind")
        for measure in ("service_count", "service_amount")
        for part, within in (("period", of.period), ("cumulative", None))
    }
    return [
        {
            "service": kind["id"],
            "zh": kind["zh"],
            "en": kind["en"],
            "count": {part: found["service_count", part].get(kind["id"], 0) for part in ("period", "cumulative")},
            "amount": {part: found["service_amount", part].get(kind["id"], 0) for part in ("period", "cumulative")}
            if kind.get("amount")
            else None,
        }
        for kind in kinds
    ]


def _by(told: Told, group: str) -> dict[str | None, int]:
    return {one[group]: one["value"] for one in told["groups"]}
