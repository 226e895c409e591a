"""The ledger as a table: which columns, which filters, which page, and how many there are in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries.issues import ledger_of, ledger_rows
from reporting.queries.measures import MEASURES
from reporting.web.figures import counted
from reporting.web.opening import View
from reporting.web.paging import split, window_of

COLUMNS = (
    *("row", "title", "enterprise", "kind", "lead", "state", "reported_at", "assigned_at", "contacted_at", "result_at"),
    *(
        "closed_at",
        "outcome",
        "satisfaction",
        "misses",
        "cards",
        "level",
        "supporting",
        "letter",
        "batch",
        "jurisdiction",
    ),
    *("round", "transfers", "programme"),
)
"""Columns that there are, in their order."""
USUAL = ("title", "enterprise", "kind", "lead", "state", "reported_at", "closed_at", "misses", "cards")
NUMBERS = frozenset({"misses", "cards", "level", "round", "transfers"})
DAYS = frozenset({"reported_at", "assigned_at", "contacted_at", "result_at", "closed_at"})
WITHOUT_FIELD = ("reported", "closed", "township", "batch", "synthetic")
"""Filters for which the form has no field."""
DENSITIES = ("roomy", "dense")
BESIDES = ("after", "columns", "density")


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of the ledger. `total`: of all pages; `next`: the cursor of the page after, None on the last."""

    rows: Sequence[Mapping[str, Any]]
    total: int
    next: str | None
    names: Mapping[str, str]
    """Of enterprises, by id."""


def columns_of(given: str | None, of_one: bool = True) -> tuple[str, ...]:
    """The columns that an address asks for, in the ledger's order; Faulty for one that there is not. `of_one`: the rows
    are of one programme, which then needs no column."""
    if given is None:
        return USUAL if of_one else (*USUAL, "programme")
    wanted = given.split(",")
    if unknown := [name for name in wanted if name not in COLUMNS]:
        problem = Text("{name!r} is no column", name=unknown[0])
        mend = Text("use some of {known}", known=list(COLUMNS))
        raise Faulty([FieldProblem("columns", problem, mend)])
    return tuple(name for name in COLUMNS if name in wanted)


def page_of(view: View) -> Page:
    """The page that the view's address asks for."""
    asked = view.asked
    window = window_of(view.request, datetime, UUID)
    found = ledger_rows(asked, window)
    shown, following = split(found, window, lambda row: (row.reported_at, row.case_id))
    held = ledger_of(view.connection, [row.case_id for row in shown], asked.moment)
    rows = [held[row.case_id] for row in shown]
    total = counted(view, MEASURES["issues"])["value"]
    return Page(rows, total, following, view.words.enterprises([row["enterprise"] for row in rows]))
