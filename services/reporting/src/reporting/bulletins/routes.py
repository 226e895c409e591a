"""The GET routes of drafts: what documents there are, and each as it would be issued now."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine

from eventkit.catalogues import ON_PAPER, accepted
from reporting.bulletins.drawing import draw
from reporting.bulletins.kinds import drawn, kinds, matter
from reporting.queries.desk import Desk, Who, parameters, reads
from reporting.queries.programme_routes import OF_PROGRAMME, of_programme

Language = Literal["zh", "en"]


def document_routes(engine: Engine) -> APIRouter:
    """All of them, over an engine that stays the caller's."""
    router, desk = reads(), Desk(engine)

    @router.get("/documents", response_class=Response, openapi_extra=parameters(OF_PROGRAMME, "programme"))
    def list_kinds(request: Request, who: Who) -> Response:
        """What documents the programme has: the reports that it orders, by month, quarter or year, and others."""
        with of_programme(desk, who, request) as of:
            return of.asked.answer({"items": kinds(of)})

    @router.get("/documents/{report}", response_class=Response, openapi_extra=parameters(OF_PROGRAMME, "programme"))
    def document(
        report: str,
        request: Request,
        who: Who,
        period: str | None = None,
        about: str | None = None,
        lang: Language | None = None,
        format: Literal["markdown", "json"] = "markdown",
    ) -> Response:
        """A draft of a report of the programme over one of its periods, or of what is `about` a meeting or a case.

        As Markdown in Chinese unless `lang` or Accept-Language says otherwise, or as the figures behind it in JSON.
        What has been issued stands under /issued and does not change.
        """
        named = matter(report, period, about)
        with of_programme(desk, who, request, "period", "about", "lang", "format") as of:
            told = drawn(of, named)
            if format == "json":
                return of.asked.answer(told.content)
            language = lang or accepted(request.headers.get("accept-language"), ON_PAPER)
            text = draw({"told": told.content}, language, of.zone)
            return Response(text, media_type="text/markdown; charset=utf-8", headers={
                "Content-Language": language,
                "Vary": "Accept-Language",
                "Content-Disposition": f'inline; filename="{of.id}-{report}-{named.about}.{language}.md"',
            })  # fmt: skip

    return router
