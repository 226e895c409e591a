"""The GET route of cards and supervision letters."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from eventkit.paging import Window, keyset, page
from reporting.queries import reproofs
from reporting.queries.desk import PAGING, At, Desk, Who, parameters, reads
from reporting.queries.reproofs import OF_REPROOFS


def reproof_routes(desk: Desk) -> APIRouter:
    """GET /cards-and-letters."""
    router, known = reads(), dict(OF_REPROOFS)

    @router.get("/cards-and-letters", response_class=Response, openapi_extra=parameters(known))
    def issued(
        request: Request, who: Who, window: Annotated[Window, Depends(keyset(datetime, UUID))], at: At = None
    ) -> Response:
        """Cards for missed deadlines and duties, and supervision letters, the newest first: to whom each was issued,
        why, by whom, and whether it was answered or withdrawn. A department sees what was issued to it."""
        with desk.asked(who, request, known, *PAGING) as asked:
            of = (asked.connection, asked.scope)
            rows = reproofs.page_of(*of, asked.filters, asked.moment, window)
            told = {row["event_id"]: row for row in reproofs.told(*of, rows, asked.moment)}
            key, item = lambda row: (row.issued_at, row.event_id), lambda row: told[row.event_id]
            return asked.answer(page(rows, window, key=key, item=item))

    return router
