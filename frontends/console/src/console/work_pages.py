"""The first page: what is mine and what is due; for whom only reports, what was reported and answered."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from console.actions import said_of
from console.case import READS_ISSUES
from console.names import programmes_of, units_of
from console.rendering import CHINA, draw, reads_lists
from console.visiting import desk_of

STATES = (
    *("reported", "classified", "returned", "assigned", "received", "accepted", "contacted", "planned"),
    *("in_progress", "result_reported", "fed_back", "verified"),
)
"""States in which there is something left to do, as reporting calls them."""
FILTERS = ("state", "title", "enterprise")
"""What the work list may be narrowed by, as reporting calls it: an enterprise by its registered name."""
ANSWERS = ("pending", "closed_out", "reopened")


def add_work(router: APIRouter) -> None:
    """GET /."""

    @router.get("/")
    def work(request: Request) -> Response:
        """The caller's work list."""
        desk = desk_of(request)
        given = request.query_params
        if not reads_lists(desk.caller):
            return _reported(request)
        wanted = {name: given.get(name, "").strip() or None for name in FILTERS}
        page = desk.services.get("reporting", "/work", **wanted, after=given.get("after"), limit=50)
        units = units_of(desk.services, desk.caller.agency or "")
        programmes = {str(of.document["id"]): of for of in programmes_of(desk.services, desk.caller.agency)}
        done = said_of(given.get("done", ""))
        own = desk.caller.department
        return draw(
            request,
            "work.html",
            caller=desk.caller,
            page=page,
            units=units,
            programmes=programmes,
            states=STATES,
            done=done,
            zone=CHINA,
            leads=own is None or any(row["lead"] != own for row in page["items"]),
            suggests=not desk.caller.roles.isdisjoint(READS_ISSUES),
        )


def _reported(request: Request) -> Response:
    """What the agency's frontends have reported, the newest last, with what became of it."""
    desk = desk_of(request)
    answer = request.query_params.get("answer")
    page = desk.services.get(
        "intake",
        "/issues",
        answer=answer if answer in ANSWERS else None,
        after=request.query_params.get("after"),
        order="newest",
        limit=50,
    )
    return draw(request, "reported.html", caller=desk.caller, page=page, answers=ANSWERS)
