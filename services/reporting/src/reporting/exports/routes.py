"""The addresses of files: GET /v1/exports/… for programs, /exports/… for the pages' links."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from eventkit.catalogues import ON_PAPER, accepted
from eventkit.http.parameters import BY_PATH
from pagekit.session import Visiting
from reporting.exports.files import Exports, Order
from reporting.exports.formats import Ending
from reporting.exports.naming import LISTINGS, listing_of
from reporting.exports.numbers import COUNTED
from reporting.queries.desk import At, Who, parameters, reads
from reporting.queries.filters import Condition
from reporting.queries.named import FIGURES
from reporting.queries.programme_routes import OF_PROGRAMME

Language = Literal["zh", "en"]
_NAMES = (*LISTINGS, *(f"{COUNTED}{name}" for name in FIGURES))
_FILTERS: dict[str, Condition] = OF_PROGRAMME | {
    name: condition for listed in _NAMES for name, condition in listing_of(listed).filters.items()
}
"""All that some list takes; a list refuses those of others."""


def export_routes(exports: Exports) -> APIRouter:
    """The API's."""
    router = reads()

    @router.get("/exports/{list}", response_class=Response, openapi_extra=parameters(_FILTERS) | {BY_PATH: True})
    def export(
        list: str,
        request: Request,
        who: Who,
        format: Ending = "csv",
        columns: Annotated[str | None, Query(description="Commas between; without any all columns")] = None,
        lang: Language | None = None,
        at: At = None,
        period: Annotated[str | None, Query(description="2021-05, 2021-Q2 or 2021")] = None,
        part: str | None = None,
        reason: str | None = None,
        group_by: str | None = None,
        way: str | None = None,
        issue: Annotated[str | None, Query(description="Of events and contributions: one issue's alone")] = None,
    ) -> Response:
        """A whole list as a file: CSV and Excel for people, in words; Parquet for programs, as it is stored.

        All rows are of one moment; the headers Bugle-Rows, Bugle-Known-Until and Bugle-Complete tell of it.
        """
        language = lang or accepted(request.headers.get("accept-language"), ON_PAPER)
        return exports.make(Order(who, request, list, format, language))

    return router


def add_export_pages(router: APIRouter, exports: Exports) -> None:
    """The pages'."""

    @router.get("/exports/{list}")
    def export(list: str, request: Request, who: Visiting, format: Ending = "csv") -> Response:
        """A list as a file, by the filters of the page that it stands on."""
        return exports.make(Order(who.caller, request, list, format))
