"""The page behind a number: what it was counted from, by which rules, and the rows with the events behind each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from reporting.queries.basis import basis
from reporting.queries.because import Events, because, grounds_of
from reporting.queries.behind import Asking, behind, part_given
from reporting.queries.figures import figure
from reporting.queries.filters import OF_CASES
from reporting.queries.named import narrowed, of_asked
from reporting.queries.pressing import OF_DEADLINES
from reporting.web.opening import View

_LISTS = {"cases": ("/ledger", OF_CASES), "clocks": ("/deadlines", OF_DEADLINES)}
"""Where the same rows are a list to work with, and by which filters."""
_WHERE = {"issues_closed": ("state", "closed_out"), "issues_open": ("open", "true")}
"""What a measure counts, as a filter of that list."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A page of the rows. `value`: what the part comes to; `total`: rows behind it; `figure`: all of its numbers;
    `titles`: of the rows' cases, by id.

    `listed`: the list of the same rows, as path and parameters; None where there is none.
    """

    name: str
    kind: str
    formula: str
    part: str | None
    figure: Mapping[str, Any]
    basis: Mapping[str, Any]
    rows: Sequence[Row[Any]]
    events: Sequence[Events]
    titles: Mapping[str, str]
    total: int
    value: int
    next: str | None
    listed: tuple[str, Mapping[str, str]] | None

    def told(self) -> Iterator[tuple[Row[Any], Events]]:
        """Each row with its events."""
        return zip(self.rows, self.events, strict=True)


def explained(view: View, name: str) -> Explained:
    """What the address asks for."""
    asked, given = view.asked, view.request.query_params
    measure = narrowed(of_asked(asked, name))
    part = part_given(measure, given.get("part"))
    asking = Asking(measure, asked.scope, asked.filters, asked.moment, part, given.get("reason"))
    found = behind(view.connection, asking, given.get("after"))
    grounds = grounds_of(measure.grounds, asked.filters)
    return Explained(
        name,
        found.kind,
        measure.formula,
        part,
        figure(view.connection, measure, asked.scope, asked.filters, asked.moment),
        basis(view.connection, asking, asked.filters.get("programme")),
        found.rows,
        because(view.connection, found.kind, found.rows, grounds, asked.moment),
        view.titles({row.case_id for row in found.rows if hasattr(row, "case_id")}),
        found.total,
        found.value,
        found.next,
        _list(name, found.kind, part, asked.filters),
    )


def _list(name: str, kind: str, part: str | None, filters: Mapping[str, str]) -> tuple[str, Mapping[str, str]] | None:
    """The list that shows exactly these rows, where its filters can say which."""
    if name == "climbed" and set(filters) == {"programme", "month"}:
        return "/climbed", filters
    path, known = _LISTS.get(kind, ("", {}))
    if not set(filters) <= set(known) or (part or "denominator") != "denominator":
        return None
    if name in ("issues", "deadlines", "closed_share"):
        return path, filters
    if name not in _WHERE:
        return None
    key, value = _WHERE[name]
    return None if filters.get(key, value) != value else (path, {**filters, key: value})
