"""Issues and their deadlines as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reporting.exports.cells import Row
from reporting.exports.listing import Chunks, Listing, fixed, streamed
from reporting.queries.filters import OF_CASES
from reporting.queries.issues import as_dict, ledger_of, ledger_query
from reporting.queries.pressing import OF_DEADLINES
from reporting.web import deadlines, ledger
from reporting.web.opening import View
from reporting.web.programme_pages import LONG_TERM

LEDGER = ("case_id", *ledger.COLUMNS, "enterprise_id", "synthetic")
DEADLINES = (
    *("case_id", "row", "title", "enterprise", "clock", "generation", "status", "due_day", "due_at", "started_at"),
    *("stopped_at", "provisional", "unit", "kind", "lead", "state", "programme", "synthetic"),
)


def _issues(view: View, filters: Mapping[str, str]) -> Chunks:
    moment = view.asked.moment
    for chunk in streamed(view.connection, *ledger_query(view.asked.scope, filters, moment)):
        held = ledger_of(view.connection, [row.case_id for row in chunk], moment)
        yield named(view, (held[row.case_id] for row in chunk))


def named(view: View, rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Rows about cases with the enterprise's name for its id, and the number that a ledger gave the case."""
    listed = list(rows)
    names = view.words.enterprises([row["enterprise"] for row in listed if row["enterprise"]])
    return [
        {
            **row,
            "row": row.get("ledger_row"),
            "enterprise_id": row["enterprise"],
            "enterprise": names.get(row["enterprise"], row["enterprise"]),
        }
        for row in listed
    ]


def _deadlines(view: View) -> Chunks:
    for chunk in streamed(view.connection, *deadlines.query(view, view.asked.filters)):
        told = view.titles([row.case_id for row in chunk])
        days = (row.last_at.astimezone(view.cells.zone).date() for row in chunk)
        rows = (
            as_dict(row) | {"title": told[row.case_id], "due_day": day} for row, day in zip(chunk, days, strict=True)
        )
        yield named(view, rows)


def _long_term(view: View) -> Chunks:
    return _issues(view, {**view.asked.filters, **LONG_TERM})


ISSUES: Mapping[str, Listing] = {
    "ledger": Listing(fixed(*LEDGER), lambda view: _issues(view, view.asked.filters), OF_CASES, of_programme=False),
    "long-term": Listing(
        fixed(*LEDGER),
        _long_term,
        {name: one for name, one in OF_CASES.items() if name not in LONG_TERM},
        of_programme=False,
    ),
    "deadlines": Listing(fixed(*DEADLINES), _deadlines, OF_DEADLINES, of_programme=False),
}
