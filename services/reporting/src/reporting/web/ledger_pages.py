"""The ledger as a page."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from pagekit.sent import sent
from pagekit.session import Visiting, Visitor, refuse_foreign
from reporting.projections.workflow import STATES
from reporting.queries.filters import OF_CASES
from reporting.web import ledger, saved
from reporting.web.opening import Pages, View

MOST_BYTES = 16_384


def add_ledger(router: APIRouter, pages: Pages) -> None:
    """/ledger and the views of it that are kept."""

    @router.get("/ledger")
    def listed(request: Request, who: Visiting) -> Response:
        """Issues by filters, page by page, with chosen columns."""
        with pages.opened(who, request, OF_CASES, *ledger.BESIDES) as view:
            columns = ledger.columns_of(request.query_params.get("columns"))
            dense = request.query_params.get("density") == "dense"
            return view.page(
                "ledger.html",
                page=ledger.page_of(view),
                columns=columns,
                all_columns=ledger.COLUMNS,
                numbers=ledger.NUMBERS,
                days=ledger.DAYS,
                dense=dense,
                states=STATES,
                named=lambda ids, context: [(id, view.words.name(id, context)) for id in ids],
                chosen_kinds=_kinds(view),
                saved=saved.of(view.connection, who.caller),
                query=saved.query_of(request),
            )

    @router.post("/ledger/views")
    async def save(request: Request, who: Visiting) -> Response:
        """The filters and columns of the page are kept under a name."""
        return await run_in_threadpool(_save, request, who, await _fields(request))

    @router.post("/ledger/views/forget")
    async def forget(request: Request, who: Visiting) -> Response:
        """A view that is not wanted any more."""
        return await run_in_threadpool(_forget, request, who, await _fields(request))

    def _save(request: Request, who: Visitor, told: dict[str, str]) -> Response:
        refuse_foreign(request)
        view = saved.checked(told.get("name", ""), told.get("query", ""))
        with pages.desk.keeping(who.caller) as connection:
            saved.keep(connection, who.caller, view)
        return RedirectResponse(f"/ledger?{view.query}", 303)

    def _forget(request: Request, who: Visitor, told: dict[str, str]) -> Response:
        refuse_foreign(request)
        view = saved.checked(told.get("name", ""), told.get("query", ""))
        with pages.desk.keeping(who.caller) as connection:
            saved.forget(connection, who.caller, view.name)
        return RedirectResponse(f"/ledger?{view.query}", 303)


async def _fields(request: Request) -> dict[str, str]:
    """What a form about a view sends."""
    return dict(await sent(request, MOST_BYTES, 10))


def _kinds(view: View) -> list[tuple[str, str]]:
    """The kinds of the programme, by id and in words."""
    kinds = [] if view.programme is None else view.programme.document.get("kinds", [])
    return [(kind["id"], view.words.said(kind)) for kind in kinds]
