"""The pages behind numbers: what was counted, and deadlines."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from pagekit.session import Visiting
from reporting.queries.basis import programme_basis
from reporting.queries.named import general, narrowed
from reporting.queries.pressing import OF_DEADLINES
from reporting.queries.programme_routes import OF_SCORES
from reporting.web import deadlines
from reporting.web.behind import explained
from reporting.web.chips import chips
from reporting.web.figures import mean, rates
from reporting.web.opening import AT, Pages
from reporting.web.paging import split, window_of
from reporting.web.points import places_of, scored
from reporting.web.rendering import CARRIED

_NO_FILTERS = (*CARRIED, "part", "after", "lang")
"""Parameters of a number's page that say nothing of its rows."""


def add_numbers(router: APIRouter, pages: Pages) -> None:
    """/counted/…, /deadlines, /climbed, /points and /mean."""
    _add_counted(router, pages)
    _add_deadlines(router, pages)
    _add_climbed(router, pages)
    _add_points(router, pages)
    _add_mean(router, pages)


def _add_counted(router: APIRouter, pages: Pages) -> None:
    @router.get("/counted/{measure}")
    def counted(measure: str, request: Request, who: Visiting) -> Response:
        """What a number is counted from and by which rules, and its rows, each with the events behind it."""
        with pages.opened(who, request, narrowed(general(measure)).filters, AT, "part", "reason", "after") as view:
            found = explained(view, measure)
            names = view.words.enterprises(
                [row.enterprise for row in found.rows if hasattr(row, "enterprise") and row.enterprise]
            )
            filters = {name: value for name, value in request.query_params.items() if name not in _NO_FILTERS}
            return view.page("counted.html", behind=found, names=names, chips=chips(view, filters, names))


def _add_deadlines(router: APIRouter, pages: Pages) -> None:
    @router.get("/deadlines")
    def due(request: Request, who: Visiting) -> Response:
        """Deadlines by status, unit and day, the earliest first."""
        with pages.opened(who, request, OF_DEADLINES, AT, "after") as view:
            window = window_of(request, datetime, UUID, str, int)
            rows, total = deadlines.listed(view, view.asked.filters, window)
            shown, following = split(rows, window, lambda row: (row.due_at, row.case_id, row.clock, row.generation))
            return view.page(
                "deadlines.html",
                rows=shown,
                total=total,
                next=following,
                names=view.words.enterprises([row.enterprise for row in shown]),
                titles=view.titles({row.case_id for row in shown}),
            )


def _add_climbed(router: APIRouter, pages: Pages) -> None:
    @router.get("/climbed")
    def climbed(request: Request, who: Visiting, month: str = "") -> Response:
        """Issues that climbed to a leader in a month."""
        with pages.of_programme(who, request, AT, "month") as view:
            items, _ = deadlines.climbed(view, month)
            return view.page("climbed.html", period=view.of.period(month), items=items)


def _add_points(router: APIRouter, pages: Pages) -> None:
    @router.get("/points")
    def points(request: Request, who: Visiting, unit: str = "", month: str = "") -> Response:
        """What gave and took points from a department in a month, event by event."""
        with pages.opened(who, request, OF_SCORES, AT, "unit", "month") as view:
            view.needs_programme()
            told = scored(view, month)
            row = next((one for one in told["items"] if one["unit"] == unit), None)
            events = [id for item in (row["items"] if row else ()) for id in item["events"]]
            return view.page(
                "points.html",
                unit=view.words.unit(unit, view.of.agency),
                period=view.of.period(month),
                row=row,
                base=told["base"],
                titles={item["id"]: item for item in told.get("formula", ())},
                places=places_of(view, events),
            )


def _add_mean(router: APIRouter, pages: Pages) -> None:
    @router.get("/mean")
    def weighed_mean(request: Request, who: Visiting) -> Response:
        """The rates that a programme weighs, and their mean."""
        with pages.of_programme(who, request, AT) as view:
            held = rates(view)
            return view.page(
                "mean.html", rates=held, mean=mean(held), basis=programme_basis(view.connection, view.of.id)
            )
