"""The page of a programme: its rates, numbers, teams, officials' duties, and its lists."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import Subquery

from pagekit.session import Visiting
from reporting.queries import lists
from reporting.queries.basis import programme_basis
from reporting.queries.cadres import cadres
from reporting.queries.coverage import because_of, coverage, in_way, responsible, tiers
from reporting.queries.figures import figure
from reporting.queries.measures import MEASURES
from reporting.web import overview
from reporting.web.figures import counted, mean, rates
from reporting.web.opening import AT, Pages, View
from reporting.web.paging import split, window_of

LONG_TERM = {"outcome": "long_term", "open": "true"}
"""Issues that are tracked long term, by the ledger's filters."""


def add_programme(router: APIRouter, pages: Pages) -> None:
    """/programme, /coverage and /lists/…"""
    _add_page(router, pages)
    _add_coverage(router, pages)
    _add_lists(router, pages)


def _add_page(router: APIRouter, pages: Pages) -> None:
    @router.get("/programme")
    def programme(request: Request, who: Visiting) -> Response:
        """Everything that is counted in a programme."""
        with pages.of_programme(who, request, AT, "month") as view:
            of = view.of
            month = request.query_params.get("month") or overview.trend(view)[-1].name
            weighed = rates(view)
            held = of.period(month, field="month")
            owed = cadres(view.connection, view.asked.scope, of.id, of.document, held, view.asked.moment)
            return view.page(
                "programme.html",
                rates=weighed,
                mean=mean(weighed),
                numbers=[(name, counted(view, one)["value"]) for name, one in MEASURES.items()],
                coverage=coverage(view.connection, _responsible(view), of.document),
                tiers=tiers(view.connection, of.id, view.asked.moment),
                owed=owed,
                month=month,
                long_term=_long_term(view),
                handled=list(lists.HANDLED),
                may_ask=view.asked.scope.department is None,
            )


def _responsible(view: View) -> Subquery:
    of, asked = view.of, view.asked
    return responsible(asked.scope, of.id, of.agency, of.document, asked.moment)


def _add_coverage(router: APIRouter, pages: Pages) -> None:
    @router.get("/coverage")
    def covered(request: Request, who: Visiting, way: str | None = None) -> Response:
        """Enterprises by who is responsible for them, page by page."""
        with pages.of_programme(who, request, AT, "way", "after") as view:
            held = _responsible(view)
            wanted = in_way(held, view.of.document, way)
            window = window_of(request, str, UUID)
            found = view.connection.execute(window.select(wanted, held.c.name, held.c.enterprise_id)).all()
            rows, following = split(found, window, lambda row: (row.name, row.enterprise_id))
            told = coverage(view.connection, held, view.of.document)
            grounds = because_of(view.connection, rows, view.of.id, view.asked.moment)
            basis = programme_basis(view.connection, view.of.id)
            shown = list(zip(rows, grounds, strict=True))
            return view.page("coverage.html", rows=shown, next=following, way=way, coverage=told, basis=basis)


def _long_term(view: View) -> int:
    filters, asked = {"programme": view.of.id, **LONG_TERM}, view.asked
    return int(figure(view.connection, MEASURES["issues"], asked.scope, filters, asked.moment)["value"])


def _add_lists(router: APIRouter, pages: Pages) -> None:
    @router.get("/lists/{list}")
    def listing(list: str, request: Request, who: Visiting) -> Response:
        """A list of the programme, page by page."""
        with pages.of_programme(who, request, AT, "after") as view:
            named = lists.named(view.of.document, list)
            window = window_of(request, *named.listing.key_types)
            about = (view.asked.scope, view.of.id, view.of.agency, window, view.asked.moment)
            found = lists.listed(view.connection, named.listing, *about)
            rows, following = split(found, window, partial(lists.key_of, named.listing))
            return view.page("list.html", named=named, rows=rows, next=following)
