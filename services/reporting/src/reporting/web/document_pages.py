"""The pages of reports."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from pagekit.session import Visiting
from reporting.bulletins.drawing import draw
from reporting.bulletins.routes import told_of
from reporting.web.documents import as_html, reports_of
from reporting.web.opening import Pages


def add_documents(router: APIRouter, pages: Pages) -> None:
    """/documents and /documents/…"""

    @router.get("/documents")
    def listed(request: Request, who: Visiting) -> Response:
        """The reports that the programme orders, period by period."""
        with pages.of_programme(who, request) as view:
            return view.page("documents.html", reports=reports_of(view))

    @router.get("/documents/{report}")
    def one(report: str, request: Request, who: Visiting, period: str = "") -> Response:
        """A report of one period."""
        with pages.of_programme(who, request, "period") as view:
            told, held = told_of(view.of, report, period)
            text = draw(told, held, view.words.language)
            return view.page("document.html", report=told["report"], period=held.name, text=as_html(text))
