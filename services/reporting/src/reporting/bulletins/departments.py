"""The league table of departments: what each was given, closed out and kept in time, its score and its rank."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from reporting.bulletins.tallies import Reported, Told
from reporting.queries import appraisal
from reporting.queries.measure import Measure
from reporting.queries.measures import MEASURES, RATES
from reporting.queries.scores import scores as scores_alone
from reporting.read_model.tables import units


def league(of: Reported, events: bool = True) -> list[Told]:
    """Departments by rank; equal ones share it. Score first, then share of deadlines kept; without either the rank is
    None. `points`: the appraisal's items, with the `events` behind them where these are wanted."""
    until = of.period.until(None if of.moment is None else of.moment.before)
    appraise = appraisal.departments if events else scores_alone
    appraised = appraise(of.connection, of.scope, of.programme, of.document, until, of.filters)
    scores = {one["unit"]: one for one in appraised["items"]}
    assigned = _groups(of, MEASURES["letters"], "unit")
    closed = _groups(of, MEASURES["issues_closed"], "department")
    on_time = {one["unit"]: one for one in of.figure(RATES["on_time"], "unit", within=of.period)["groups"]}
    names = unit_names(of)
    titles = {item["id"]: {"zh": item["zh"], "en": item["en"]} for item in appraised.get("formula", ())}
    rows = [
        {
            "unit": unit,
            "name": names.get(unit, unit),
            "assigned": assigned.get(unit, 0),
            "closed": closed.get(unit, 0),
            "kept": on_time.get(unit, {}).get("numerator", 0),
            "due": on_time.get(unit, {}).get("denominator", 0),
            "score": scores.get(unit, {}).get("score", appraised["base"]),
            "points": [{**titles[item["id"]], **item} for item in scores.get(unit, {}).get("items", [])],
        }
        for unit in sorted({*scores, *assigned, *closed, *on_time} - {None})
    ]
    return ranked(rows)


def _groups(of: Reported, measure: Measure, group: str) -> dict[str, int]:
    return {one[group]: one["value"] for one in of.figure(measure, group, within=of.period)["groups"]}


def unit_names(of: Reported) -> dict[str, str]:
    """What the agency's directory calls its units."""
    rows = select(units.c.unit_id, units.c.name).where(units.c.agency == of.agency)
    return {row.unit_id: row.name for row in of.connection.execute(rows)}


def ranked(rows: Sequence[Told]) -> list[Told]:
    """Departments with their ranks, the first first; of `unit`, `score`, `kept` and `due`."""
    ordered = sorted(rows, key=lambda row: (_merit(row) is None, *(-part for part in _merit(row) or ()), row["unit"]))
    placed: list[Told] = []
    for place, row in enumerate(ordered, start=1):
        tied = placed and _merit(placed[-1]) == _merit(row)
        rank = None if _merit(row) is None else placed[-1]["rank"] if tied else place
        placed.append({**row, "rank": rank})
    return placed


def _merit(row: Told) -> tuple[float, float] | None:
    """What departments are compared by; None where there is nothing to compare. Of equal scores, one that had no
    deadline to keep stands behind those that kept some."""
    share = row["kept"] / row["due"] if row["due"] else None
    if row["score"] is None and share is None:
        return None
    return row["score"] or 0, -1.0 if share is None else share
