"""The numbers themselves, and the rows that each of them counted, as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reporting.exports.cells import Row
from reporting.exports.issues import named
from reporting.exports.listing import Chunks, Listing, fixed, streamed
from reporting.queries.behind import Asking, part_given, query
from reporting.queries.filters import OF_CASES
from reporting.queries.hotspots import GROUPS, checked_groups, hotspots
from reporting.queries.issues import as_dict
from reporting.queries.measures import MEASURES
from reporting.queries.named import general, narrowed, of_asked
from reporting.queries.programme_routes import OF_SCORES
from reporting.web.figures import counted as figure
from reporting.web.figures import rates
from reporting.web.opening import View
from reporting.web.overview import trend

COUNTED = "counted."
"""Before the name of a measure: the rows that it counted."""
_OF_CASE = (
    *("row", "title", "enterprise", "kind", "lead", "supporting", "state", "outcome", "satisfaction", "closed_at"),
    *("batch", "jurisdiction", "programme", "synthetic"),
)
OF_KIND: Mapping[str, tuple[str, ...]] = {
    "cases": ("case_id", "reported_at", *_OF_CASE),
    "letters": ("letter", "assigned_at", "unit", "case_id", "event_id", "reported_at", *_OF_CASE),
    "clocks": (
        *("case_id", "clock", "generation", "due_at", "status", "started_at", "stopped_at", "unit", "reported_at"),
        *_OF_CASE,
    ),
    "visits": ("visit_id", "visited_at", "enterprise", "mode", "purposes", "batch", "note", "programme", "synthetic"),
    "services": (
        *("record_id", "served_at", "service", "unit", "enterprise", "count", "amount", "batch", "note", "programme"),
        "synthetic",
    ),
    "enterprises": ("enterprise_id", "name", "tier", "industry", "township", "registered_at", "synthetic"),
    "pairs": ("team_id", "team", "tier", "formed_at", "ended_at", "enterprise", "batch", "programme", "synthetic"),
    "teams": ("team_id", "team", "tier", "formed_at", "ended_at", "batch", "programme", "synthetic"),
    "batches": ("batch", "named_at", "source", "programme", "synthetic"),
    "climbs": ("case_id", "climbed_at", "level", "event_id", "reported_at", *_OF_CASE),
}
"""Columns by the kind of what a number counts."""
_RENAMED = {"services": {"service": "kind"}, "pairs": {"team": "name"}, "teams": {"team": "name"}}
"""Columns that have another name in the table."""


def counted_listing(name: str) -> Listing:
    """The rows behind a number; UnknownMeasure when there is none."""

    def columns(view: View) -> tuple[str, ...]:
        asking = _asking(view, name)
        return (*OF_KIND[query(asking).kind], *(("exclusion",) if asking.part == "excluded" else ()))

    filters = narrowed(general(name)).filters
    return Listing(columns, lambda view: _counted(view, name), filters, ("part", "reason"), of_programme=False)


def _asking(view: View, name: str) -> Asking:
    asked, given = view.asked, view.request.query_params
    measure = narrowed(of_asked(asked, name))
    part = part_given(measure, given.get("part"))
    return Asking(measure, asked.scope, asked.filters, asked.moment, part, given.get("reason"))


def _counted(view: View, name: str) -> Chunks:
    of = query(_asking(view, name))
    renamed = _RENAMED.get(of.kind, {})
    for chunk in streamed(view.connection, of.wanted, of.key):
        rows: list[dict[str, Any]] = [as_dict(row) for row in chunk]
        told = view.titles([row["case_id"] for row in rows if "case_id" in row])
        for row in rows:
            row.update({name: row[column] for name, column in renamed.items()})
            row.update(title=told.get(row.get("case_id", "")), exclusion=row.get("reason"))
        yield named(view, rows) if "enterprise" in of.rows.c else rows


def _numbers(view: View) -> Chunks:
    yield [
        {"measure": name, "value": figure(view, one)["value"], "formula": view.words.formula(one.formula)}
        for name, one in MEASURES.items()
    ]


def _rates(view: View) -> Chunks:
    found = rates(view)
    yield [
        {
            "measure": one.name,
            "share": one.value,
            "numerator": one.numerator,
            "denominator": one.denominator,
            "excluded": sum(one.exclusions.values()),
            "weight": one.weight,
            "synthetic_count": one.synthetic,
            "formula": view.words.formula(one.formula),
        }
        for one in found
    ]


def _trend(view: View) -> Chunks:
    yield [{"month": one.name, "reported": one.reported, "closed_out": one.closed} for one in trend(view)]


def _groups(view: View) -> list[str]:
    return checked_groups(view.request.query_params.get("group_by", ",".join(GROUPS)))


def _hotspots(view: View) -> Chunks:
    asked = view.asked
    found = hotspots(asked.connection, asked.scope, asked.filters, asked.moment, _groups(view), None)
    yield list(_of_programme(view, found))


def _of_programme(view: View, found: list[dict[str, Any]]) -> Iterator[Row]:
    """Kinds and units have names within one programme only."""
    own = {} if view.programme is None else {"programme": view.of.id, "agency": view.of.agency}
    return ({**row, "synthetic_count": row["synthetic"], **own} for row in found)


NUMBERS: Mapping[str, Listing] = {
    "numbers": Listing(fixed("measure", "value", "formula"), _numbers),
    "rates": Listing(
        fixed(
            *("measure", "share", "numerator", "denominator", "excluded", "weight", "synthetic_count", "formula"),
        ),
        _rates,
        OF_CASES,
        of_programme=False,
    ),
    "trend": Listing(fixed("month", "reported", "closed_out"), _trend, OF_SCORES),
    "hotspots": Listing(
        lambda view: (*_groups(view), "issues", "open", "unsatisfied", "synthetic_count"),
        _hotspots,
        OF_CASES,
        ("group_by",),
        of_programme=False,
    ),
}
