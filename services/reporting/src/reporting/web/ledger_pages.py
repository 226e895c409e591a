"""The ledger as a page."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from pagekit.session import Visiting
from reporting.projections.workflow import STATES
from reporting.queries.filters import OF_CASES
from reporting.web import ledger, saved
from reporting.web.chips import chips
from reporting.web.opening import AT, Pages, View


def add_ledger(router: APIRouter, pages: Pages) -> None:
    """/ledger."""

    @router.get("/ledger")
    def listed(request: Request, who: Visiting) -> Response:
        """Issues by filters, page by page, with chosen columns."""
        with pages.opened(who, request, OF_CASES, AT, *ledger.BESIDES) as view:
            columns = ledger.columns_of(request.query_params.get("columns"), view.programme is not None)
            dense = request.query_params.get("density") == "dense"
            filters = view.asked.filters
            more = {name: filters[name] for name in ledger.WITHOUT_FIELD if name in filters}
            return view.page(
                "ledger.html",
                chips=chips(view, more, {}),
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


def _kinds(view: View) -> list[tuple[str, str]]:
    """The kinds of the programme, by id and in words."""
    kinds = [] if view.programme is None else view.programme.document.get("kinds", [])
    return [(kind["id"], view.words.said(kind)) for kind in kinds]
