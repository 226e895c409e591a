"""Reporting an issue or a visit."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from console.coming_in import Coming
from console.forms import Typed, data_of
from console.rendering import draw
from console.reporting_forms import ISSUE, ISSUES, REGISTERING, VISIT
from console.sending import ADD, key_of, received
from console.services import Away, Refused
from console.visiting import Desk, desk_of, reporting_desk_of
from console.visits import record_visit

OFFERED = 20
"""Names of enterprises that are offered at a time."""


def add_reporting(router: APIRouter) -> None:
    """/report, /visit and what helps to fill them in."""

    @router.get("/report")
    def issue(request: Request) -> Response:
        """The form of one issue."""
        return Coming.new(reporting_desk_of(request), "issue.html", ISSUE, None).draw(request)

    @router.post("/report")
    async def report(request: Request) -> Response:
        """Report it."""

        def handle(desk: Desk, typed: Typed) -> Response:
            return _report(request, Coming(desk, "issue.html", ISSUE, None, typed))

        return await received(request, ISSUE, None, handle)

    @router.get("/visit")
    def visit(request: Request) -> Response:
        """The form of a visit and its issues."""
        return Coming.new(reporting_desk_of(request), "visit.html", VISIT, ISSUES).draw(request)

    @router.post("/visit")
    async def record(request: Request) -> Response:
        """Record the visit, then its issues."""

        def handle(desk: Desk, typed: Typed) -> Response:
            return record_visit(request, Coming(desk, "visit.html", VISIT, ISSUES, typed))

        return await received(request, VISIT, ISSUES, handle)

    @router.get("/register")
    def enterprise(request: Request) -> Response:
        """The form of an enterprise that is not registered yet."""
        return Coming.new(reporting_desk_of(request), "register.html", REGISTERING, None).draw(request)

    @router.post("/register")
    async def register(request: Request) -> Response:
        """Register it."""

        def handle(desk: Desk, typed: Typed) -> Response:
            return _register(request, Coming(desk, "register.html", REGISTERING, None, typed))

        return await received(request, REGISTERING, None, handle)

    @router.get("/enterprises")
    def enterprises(request: Request) -> Response:
        """Names that fit what has been typed so far, as options; asked for by htmx."""
        part = request.query_params.get("enterprise", "").strip()[:200]
        services = desk_of(request).services
        found = services.get("intake", "/enterprises", name=part, limit=OFFERED)["items"] if part else []
        return draw(request, "enterprises.html", names=[row["name"] for row in found])


def _report(request: Request, coming: Coming) -> Response:
    if ADD in coming.typed:  # a draft is taken up again
        return coming.draw(request)
    body = data_of(ISSUE, coming.typed, coming.zone)
    try:
        sent = coming.desk.services.send("intake", "/issues", body, key=key_of(coming.typed))
    except (Away, Refused) as error:
        return coming.draw(request, error)
    return RedirectResponse(f"/cases/{sent.body['id']}?done=reported", 303)


def _register(request: Request, coming: Coming) -> Response:
    if ADD in coming.typed:
        return coming.draw(request)
    body = {"agency": coming.desk.caller.agency, **data_of(REGISTERING, coming.typed, coming.zone)}
    try:
        coming.desk.services.send("intake", "/enterprises", body, key=key_of(coming.typed))
    except (Away, Refused) as error:
        return coming.draw(request, error)
    return draw(request, "registered.html", 201, caller=coming.desk.caller, name=body["name"])
