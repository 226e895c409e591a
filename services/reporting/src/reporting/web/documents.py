"""The reports of a programme, period by period, and each as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row

from eventkit.envelope import parse_instant
from reporting.bulletins.kinds import kinds
from reporting.bulletins.sheets import parser
from reporting.issuing import shelf
from reporting.queries.periods import names
from reporting.web.opening import View

MOST = 24
"""Periods that are listed of each report, the newest ones."""
LISTED = 200
"""Issued documents that are listed, the newest ones."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report that the programme orders. `periods`: the newest first; `left_out`: how many older ones there are."""

    rule: Mapping[str, Any]
    periods: Sequence[str]
    left_out: int


def reports_of(view: View) -> list[Report]:
    """All of the programme's reports, with the periods from its beginning until now, or until it was last watched."""
    document = view.of.document
    begun = date.fromisoformat(str(document.get("starts_on", view.now.astimezone(view.zone).date())))
    until = document.get("observed_until")
    last = view.now if until is None else min(view.now, parse_instant(until))
    found = []
    for rule in document.get("reports", ()):
        held = names(rule["every"], begun, last.astimezone(view.zone).date())
        found.append(Report(rule, held[:MOST], max(0, len(held) - MOST)))
    return found


@dataclass(frozen=True, slots=True)
class Issued:
    """A document that was issued. `restated_by`: the edition after it; `restates`: the one before it."""

    row: Row[Any]
    name: Mapping[str, Any]
    restates: Row[Any] | None
    restated_by: Row[Any] | None


def issued_of(view: View) -> list[Issued]:
    """What has been issued for the programme and the visitor may see, the newest first."""
    filters = {"programme": view.of.id}
    rows = shelf.newest(view.connection, view.asked.scope, filters, LISTED)
    by_id = {row.document: row for row in rows}
    after = {row.restates: row for row in rows if row.restates is not None}
    names = names_of(view)

    def told(row: Row[Any]) -> Issued:
        name = names.get(row.kind, {"zh": row.kind, "en": row.kind})
        return Issued(row, name, by_id.get(row.restates), after.get(row.document))

    return [told(row) for row in rows]


def names_of(view: View) -> dict[str, dict[str, Any]]:
    """What the programme's documents are called, by kind."""
    return {kind["id"]: kind for kind in kinds(view.of)}


def as_html(text: str) -> Markup:
    """A report's Markdown as HTML; markup within it is shown, never obeyed."""
    tokens = parser().parse(text)
    for token in tokens:
        if token.attrs.pop("style", None) == "text-align:right":  # a style within the page would be blocked
            token.attrSet("class", "n")
    return Markup(parser().renderer.render(tokens, parser().options, {}))
