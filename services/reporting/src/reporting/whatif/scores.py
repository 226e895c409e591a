"""Scores and ranks of departments, and the mean of the weighed rates, under other points and weights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from reporting.bulletins.departments import league, ranked, unit_names
from reporting.bulletins.tallies import Reported, Told
from reporting.queries.appraisal import capped
from reporting.queries.weighing import composite, weighed
from reporting.whatif.scales import Document, Scales, items_of, rates_of


def scores(of: Reported, scales: Scales) -> list[Told]:
    """Departments by the rank they would have: `unit`, `name`, and `score` and `rank` `before` and `after`.

    Of the events that occurred in the period; ranks as in the league table: by score, then by deadlines kept.
    """
    items = {item["id"]: item for item in items_of(scales.altered(of.document))}
    rows = league(of, events=False)
    after = ranked([row | {"score": _score(row, items)} for row in rows])
    before = {row["unit"]: row for row in rows}
    return [_moved(row, before[row["unit"]], "score") for row in after]


def _score(row: Told, items: Mapping[str, Mapping[str, Any]]) -> int | None:
    if row["score"] is None:
        return None
    told = {one["id"]: one for one in row["points"]}
    return int(row["score"] + sum(capped(items[id], one["count"]) - one["points"] for id, one in told.items()))


def means(of: Reported, scales: Scales) -> Told:
    """The weighed mean before and after: of the programme, and of departments by the rank they would have.

    A department's own: the issues that it leads, and the deadlines that it had, in the period.
    """
    altered = scales.altered(of.document)
    whole, parts = _rates(of)
    before, after = (_means(parts, document) for document in (of.document, altered))
    names = unit_names(of)
    rows = [{"unit": unit, "name": names.get(unit, unit), **told} for unit, told in after.items()]
    held = {unit: {"unit": unit, **told} for unit, told in before.items()}
    return {
        "rates": [
            {"rate": now["id"], "value": whole[now["id"]]["value"], "before": was["weight"], "after": now["weight"]}
            for was, now in zip(rates_of(of.document), rates_of(altered), strict=True)
        ],
        "before": _mean(whole, of.document),
        "after": _mean(whole, altered),
        "departments": [_moved(row, held[row["unit"]], "mean") for row in sorted(rows, key=_order)],
    }


def _rates(of: Reported) -> tuple[dict[str, Told], dict[str, dict[str, Told]]]:
    """Each rate of the whole programme, and of each department."""
    whole: dict[str, Told] = {}
    parts: defaultdict[str, dict[str, Told]] = defaultdict(dict)
    for name, (measure, _) in weighed(of.document).items():
        group = "unit" if measure.by_clock else "department"
        whole[name] = of.figure(measure, group, within=of.period)
        for one in whole[name]["groups"]:
            if one[group] is not None:
                parts[one[group]][name] = one
    return whole, parts


def _means(parts: Mapping[str, Mapping[str, Told]], document: Document) -> dict[str, Told]:
    found = {unit: _mean(rates, document) for unit, rates in parts.items()}
    given = [mean for mean in found.values() if mean is not None]
    return {
        unit: {"mean": mean, "rank": None if mean is None else 1 + sum(other > mean for other in given)}
        for unit, mean in found.items()
    }


def _mean(rates: Mapping[str, Told], document: Document) -> float | None:
    weights = {one["id"]: one["weight"] for one in rates_of(document)}
    value: float | None = composite({name: {**told, "weight": weights[name]} for name, told in rates.items()})["value"]
    return value


def _order(row: Told) -> tuple[Any, ...]:
    return row["rank"] is None, row["rank"], row["unit"]


def _moved(after: Told, before: Told, what: str) -> Told:
    return {
        "unit": after["unit"],
        "name": after["name"],
        "before": {what: before[what], "rank": before["rank"]},
        "after": {what: after[what], "rank": after["rank"]},
    }
