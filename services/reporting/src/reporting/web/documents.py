"""What has been issued for a programme, page by page, and a document as a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import Row

from reporting.bulletins.kinds import kinds
from reporting.bulletins.sheets import parser
from reporting.issuing import shelf
from reporting.web.opening import View
from reporting.web.paging import split, window_of

FILTERS = ("kind",)
"""Parameters of the list that say which documents."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A document that was issued. `restated_by`: the edition after it; `restates`: the one before it."""

    row: Row[Any]
    name: Mapping[str, Any]
    restates: Row[Any] | None
    restated_by: Row[Any] | None


def issued_of(view: View) -> tuple[list[Issued], str | None]:
    """A page of what has been issued for the programme and the visitor may see, the newest first; the cursor of the
    next page."""
    filters = {"programme": view.of.id}
    filters |= {name: value for name in FILTERS if (value := view.request.query_params.get(name))}
    window = replace(window_of(view.request, datetime, UUID), newest=True)
    scope, as_of = view.asked.scope, view.asked.as_of
    found = shelf.listed(view.connection, scope, filters, as_of, window)
    rows, following = split(found, window, lambda row: (row.issued_at, row.document))
    editions = [*rows, *shelf.linked(view.connection, scope, as_of, rows)]
    by_id = {row.document: row for row in editions}
    after = {row.restates: row for row in editions if row.restates is not None}
    names = names_of(view)

    def told(row: Row[Any]) -> Issued:
        name = names.get(row.kind, {"zh": row.kind, "en": row.kind})
        return Issued(row, name, by_id.get(row.restates), after.get(row.document))

    return [told(row) for row in rows], following


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
