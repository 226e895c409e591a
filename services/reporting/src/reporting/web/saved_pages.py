"""What the ledger's page sends to keep a view or to forget one."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from eventkit.caller import Caller
from pagekit.sent import sent
from pagekit.session import Visiting, Visitor, refuse_foreign
from reporting.web import saved
from reporting.web.opening import Pages

MOST_BYTES = 16_384
FIELDS = 10

Deed = Callable[[Connection, Caller, saved.Saved], None]


def add_saved(router: APIRouter, pages: Pages) -> None:
    """/ledger/views and /ledger/views/forget; both lead back to the ledger."""

    @router.post("/ledger/views")
    async def save(request: Request, who: Visiting) -> Response:
        """The filters and columns of the page are kept under a name."""
        return await run_in_threadpool(_do, pages, request, who, await sent(request, MOST_BYTES, FIELDS), saved.keep)

    @router.post("/ledger/views/forget")
    async def forget(request: Request, who: Visiting) -> Response:
        """A view that is not wanted any more."""
        return await run_in_threadpool(_do, pages, request, who, await sent(request, MOST_BYTES, FIELDS), saved.forget)


def _do(pages: Pages, request: Request, who: Visitor, fields: list[tuple[str, str]], deed: Deed) -> Response:
    refuse_foreign(request)
    told = dict(fields)
    view = saved.checked(told.get("name", ""), told.get("query", ""))
    with pages.desk.keeping(who.caller) as connection:
        deed(connection, who.caller, view)
    return RedirectResponse(f"/ledger?{view.query}", 303)
