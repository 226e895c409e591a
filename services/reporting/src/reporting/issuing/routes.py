"""Issuing documents, and what has been issued."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Engine

from eventkit.auth import require
from eventkit.caller import Caller
from eventkit.catalogues import ON_PAPER, accepted
from eventkit.http.answers import json_response
from eventkit.paging import Window, keyset, page
from reporting.bulletins.kinds import matter
from reporting.bulletins.routes import Language
from reporting.issuing import shelf
from reporting.issuing.acts import Order, issue
from reporting.issuing.printing import FORMATS
from reporting.queries.desk import Desk, Who, parameters
from reporting.queries.filters import equals
from reporting.queries.programme_routes import OF_PROGRAMME, of_programme

ISSUERS = ("office", "operator")
Issuer = Annotated[Caller, Depends(require(*ISSUERS))]
FILTERS = OF_PROGRAMME | {name: equals(name) for name in ("kind", "about")}


def issuing_routes(engine: Engine, templates: Path | None) -> APIRouter:
    """All of them. `templates`: the office's folder of Word templates."""
    router, desk = APIRouter(tags=["documents"]), Desk(engine)
    _add_issue(router, desk, templates)
    _add_reads(router, desk)
    return router


def _add_issue(router: APIRouter, desk: Desk, templates: Path | None) -> None:
    @router.post(
        "/documents/{report}",
        status_code=201,
        response_class=Response,
        openapi_extra=parameters(OF_PROGRAMME, "programme"),
    )
    def issue_document(
        report: str,
        request: Request,
        who: Issuer,
        period: str | None = None,
        about: str | None = None,
        as_of: str | None = None,
    ) -> Response:
        """Issue the report over a period that is over, or what is `about` a meeting that was held or a case.

        Again: a restatement, if what it tells has changed.

        As known by now, or at the end of the day, or at the instant, that `as_of` names.
        """
        order = Order(matter(report, period, about), who.sub, templates)
        with of_programme(desk, who, request, "period", "about") as of:
            id = issue(of, order)
            assert id is not None
            told = _whole(of.asked.connection, shelf.found(of.asked.connection, of.asked.scope, id))
            of.asked.connection.commit()
        answer = json_response(told, status=201)
        answer.headers["Location"] = f"/v1/issued/{id}"
        return answer


def _add_reads(router: APIRouter, desk: Desk) -> None:
    @router.get("/issued", response_class=Response, openapi_extra=parameters(FILTERS))
    def list_issued(
        request: Request,
        who: Who,
        window: Annotated[Window, Depends(keyset(datetime, UUID))],
        as_of: str | None = None,
    ) -> Response:
        """What has been issued, in that order; with `as_of`, what had been by then. `kind`: the report; `about`: its
        period, meeting or case.
        """
        with desk.asked(who, request, FILTERS, "limit", "after") as asked:
            rows = shelf.listed(asked.connection, asked.scope, asked.filters, asked.as_of, window)
            return json_response(page(rows, window, key=lambda row: (row.issued_at, row.document), item=shelf.as_told))

    @router.get("/issued/{document}", response_class=Response)
    def get_issued(document: UUID, request: Request, who: Who) -> Response:
        """A document: what it tells, from which prefix of the logs and by which rules, what it restates and why."""
        with desk.asked(who, request, {}) as asked:
            return json_response(_whole(asked.connection, shelf.found(asked.connection, asked.scope, str(document))))

    @router.get("/issued/{document}/{format}", response_class=Response)
    def get_file(
        document: UUID, format: Literal["md", "docx", "pdf"], request: Request, who: Who, lang: Language | None = None
    ) -> Response:
        """A document as Markdown, Word or PDF: the same bytes each time, in Chinese unless another is asked for."""
        language = lang or accepted(request.headers.get("accept-language"), ON_PAPER)
        with desk.asked(who, request, {}, "lang") as asked:
            row = shelf.found(asked.connection, asked.scope, str(document))
            file, digest = shelf.file_of(asked.connection, str(document), language, format)
            return file_response(row, file, digest, language, format)


def file_response(row: Any, file: bytes, digest: str, language: str, format: str) -> Response:
    """A file under a name that tells what it is."""
    name = f"{row.programme}-{row.kind}-{row.about}-{row.edition}.{language}.{format}"
    return Response(file, media_type=FORMATS[format], headers={
        "Content-Language": language,
        "Content-Disposition": f'attachment; filename="{name}"',
        "ETag": f'"{digest}"',
        "Vary": "Accept-Language",
    })  # fmt: skip


def _whole(connection: Any, row: Any) -> dict[str, Any]:
    id = row.document
    return shelf.with_content(row, shelf.content_of(connection, id), shelf.files_of(connection, id))
