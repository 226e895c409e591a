"""The pages of reports."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pagekit.addresses import address
from pagekit.session import Visiting, refuse_foreign
from reporting.bulletins.drawing import draw, title_of
from reporting.bulletins.kinds import drawn, matter
from reporting.issuing import shelf
from reporting.issuing.acts import Order, issue
from reporting.issuing.routes import ISSUERS, file_response
from reporting.web.documents import FILTERS, as_html, issued_of, names_of
from reporting.web.drafts import MOST, editions, instant, offer, papers_of, reports_of
from reporting.web.opening import Pages
from reporting.web.paging import PAGED


def add_documents(router: APIRouter, pages: Pages, templates: Path | None) -> None:
    """/documents, /documents/…, /issued/…; `templates`: the office's folder of Word templates."""
    _add_drafts(router, pages)
    _add_issued(router, pages)

    @router.post("/documents/{report}")
    def issue_document(
        report: str, request: Request, who: Visiting, period: str | None = None, about: str | None = None
    ) -> Response:
        """Issue the draft of this page."""
        refuse_foreign(request)
        who.caller.needs(ISSUERS)
        order = Order(matter(report, period, about), who.caller.sub, templates)
        with pages.of_programme(who, request, "period", "about") as view:
            id = issue(view.of, order)
            view.connection.commit()
            return RedirectResponse(address(f"/issued/{id}", {"programme": view.of.id}), 303)


def _add_drafts(router: APIRouter, pages: Pages) -> None:

    @router.get("/documents")
    def listed(request: Request, who: Visiting) -> Response:
        """What has been issued, page by page, and what can be drawn up."""
        with pages.of_programme(who, request, *FILTERS, *PAGED) as view:
            issued, following = issued_of(view)
            return view.page(
                "documents.html",
                kinds=names_of(view),
                issued=issued,
                next=following,
                reports=reports_of(view),
                papers=papers_of(view),
                most=MOST,
            )

    @router.get("/documents/{report}")
    def one(
        report: str, request: Request, who: Visiting, period: str | None = None, about: str | None = None
    ) -> Response:
        """A report of one period, or what is about a meeting or a case."""
        named = matter(report, period, about)
        with pages.of_programme(who, request, "period", "about") as view:
            told = drawn(view.of, named)
            language, zone = view.words.language, view.of.zone
            text = draw({"told": told.content}, language, zone)
            standing, since = editions(view, named, told)
            offered = offer(view, told, since or standing)
            doing = {"standing": standing, "since": since, "offer": offered, "instant": instant(view.known)}
            shown = {"report": told.content["report"], "title": period or title_of(told.content, zone)[language]}
            return view.page("document.html", **shown, text=as_html(text), **doing)


def _add_issued(router: APIRouter, pages: Pages) -> None:
    @router.get("/issued/{document}")
    def issued(document: UUID, request: Request, who: Visiting) -> Response:
        """A document as it was issued."""
        with pages.of_programme(who, request) as view:
            row = shelf.found(view.connection, view.asked.scope, str(document))
            file, _ = shelf.file_of(view.connection, row.document, view.words.language, "md")
            return view.page(
                "issued.html", document=row, text=as_html(file.decode()), kind=names_of(view).get(row.kind)
            )

    @router.get("/issued/{document}/{format}")
    def file(document: UUID, format: Literal["md", "docx", "pdf"], request: Request, who: Visiting) -> Response:
        """Its file, in the language of the page."""
        with pages.of_programme(who, request) as view:
            row, language = shelf.found(view.connection, view.asked.scope, str(document)), view.words.language
            held, digest = shelf.file_of(view.connection, row.document, language, format)
            return file_response(row, held, digest, language, format)
