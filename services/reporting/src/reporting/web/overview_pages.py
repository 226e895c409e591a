"""The pages that answer first: all programmes at a glance, and the overview of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pagekit.addresses import address
from pagekit.session import Visiting
from reporting.queries.measures import MEASURES
from reporting.queries.programme_routes import OF_PROGRAMME, OF_SCORES
from reporting.web import overview
from reporting.web.charts import trend_chart
from reporting.web.deadlines import breaking
from reporting.web.figures import counted, rates
from reporting.web.opening import AT, Pages, View
from reporting.web.rendering import CARRIED
from reporting.web.reproofs import standing_in

FIRST = ("closed_share", "resolution", "satisfaction", "on_time")
"""The figures that stand first."""


def add_overview(router: APIRouter, pages: Pages) -> None:
    """/ and /overview."""

    @router.get("/")
    def home(request: Request, who: Visiting) -> Response:
        """All programmes of the caller; where there is but one, its overview."""
        with pages.opened(who, request, OF_PROGRAMME, AT) as view:
            if len(view.words.programmes) == 1 and "programme" not in view.asked.filters:
                [only] = view.words.programmes
                return RedirectResponse(address("/overview", {**request.query_params, "programme": only}), 303)
            return view.page("programmes.html", rows=at_a_glance(view))

    @router.get("/overview")
    def one(request: Request, who: Visiting) -> Response:
        """How a programme stands."""
        with pages.opened(who, request, OF_SCORES, AT, "place", "places") as view:
            if view.programme is None:
                return RedirectResponse(address("/", dict(request.query_params)), 303)
            return _overview(view)


def at_a_glance(view: View) -> list[dict[str, Any]]:
    """How each programme stands that the caller may see."""
    found = {
        column: {one["programme"]: one["value"] for one in counted(view, MEASURES[name], "programme")["groups"]}
        for column, name in _GLANCE.items()
    }
    rows = []
    for id, held in view.words.programmes.items():
        counts = {column: groups.get(id, 0) for column, groups in found.items()}
        share = counts["closed_out"] / counts["issues"] if counts["issues"] else None
        starts = held.document.get("starts_on")
        rows.append({"programme": id, "agency": held.agency, "starts_on": starts, **counts, "share_closed": share})
    return rows


_GLANCE = {
    "with_issues": "enterprises_with_issues",
    "issues": "issues",
    "closed_out": "issues_closed",
    "open": "issues_open",
}
"""Columns of all programmes at a glance, by the measures that count them."""


def _overview(view: View) -> Response:
    months = overview.trend(view)
    period, league = overview.standing(view, months[-1].name)
    place = view.request.query_params.get("place")
    place = place if place in overview.PLACES else overview.PLACES[0]
    names = (view.words.name("issues", "measure") or "", view.words.name("issues_closed", "measure") or "")
    unit = view.words.name("issues", "counted") or ""
    return view.page(
        "overview.html",
        figures=rates(view, FIRST),
        months=months,
        chart=trend_chart(months, names, unit),
        breaking=breaking(view, months[-1].name),
        reproofs=standing_in(view, months[-1].name),
        league=league,
        alone=view.asked.scope.department is not None,
        period=period,
        grid=overview.grid(view, place, view.request.query_params.get("places") == "all"),
        place=place,
        places=overview.PLACES,
        cell=_cells(view, place),
        every=overview.EVERY,
    )


def _cells(view: View, place: str) -> Callable[[object, object], str]:
    """Makes the address behind a cell of the grid."""

    def cell(kind: object, where: object) -> str:
        given = {name: value for name, value in (("kind", kind), (place, where)) if value is not overview.EVERY}
        lacking = ",".join(name for name, value in given.items() if value is None)
        kept = {name: view.request.query_params.get(name) for name in (*CARRIED, "synthetic")}
        return address("/counted/issues", kept | given | {"without": lacking})

    return cell
