"""The page of cards and supervision letters, and how many of them stand in a month."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from pagekit.session import Visiting
from reporting.queries import reproofs
from reporting.queries.reproofs import OF_REPROOFS
from reporting.web.opening import AT, Pages, View
from reporting.web.paging import PAGED, split, window_of

COUNTED = 10_000
"""The page counts no further; it would cost more than the page itself."""


def add_reproofs(router: APIRouter, pages: Pages) -> None:
    """/cards-and-letters."""

    @router.get("/cards-and-letters")
    def issued(request: Request, who: Visiting) -> Response:
        """What was issued to departments, the newest first."""
        with pages.opened(who, request, OF_REPROOFS, AT, *PAGED) as view:
            of = (view.connection, view.asked.scope)
            window = window_of(request, datetime, UUID)
            found = reproofs.page_of(*of, view.asked.filters, view.asked.moment, window)
            shown, following = split(found, window, lambda row: (row.issued_at, row.event_id))
            return view.page(
                "reproofs.html",
                rows=reproofs.told(*of, shown, view.asked.moment),
                total=reproofs.count(*of, view.asked.filters, view.asked.moment, COUNTED + 1),
                counted=COUNTED,
                next=following,
            )


def standing_in(view: View, month: str) -> int:
    """How many of the month were not withdrawn, by the view's filters; as many as the page lists."""
    asked, wanted = view.asked, {"issued": month, "withdrawn": "false"}
    return reproofs.count(view.connection, asked.scope, {**asked.filters, **wanted}, asked.moment)
