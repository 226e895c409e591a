"""A case: how it stands, what may be done with it now, and the form of each of these."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from console.actions import ACTIONS, Action, said_of
from console.asking import Asked, ask, send, send_again
from console.case import CaseView, UnknownCase, case_of
from console.choices import FIXED
from console.forms import Typed
from console.rendering import draw
from console.reporting_forms import REPORTED
from console.sending import received
from console.visiting import Desk, desk_of
from eventkit.errors import Problem
from pagekit.rendering import SWAPPED


class NoSuchAction(Problem):
    """There is no such form."""

    slug = "not-found"
    status = 404


def _id(case: str) -> str:
    try:
        return str(UUID(case))
    except ValueError:
        raise UnknownCase from None


CaseId = Annotated[str, Depends(_id)]
"""Whatever is no id is no case's."""


def add_cases(router: APIRouter) -> None:
    """/cases/…"""

    @router.get("/cases/{case}")
    def case(case: CaseId, request: Request) -> Response:
        """How it stands and what may be done; whose last act ended their part in it goes on to the work list."""
        desk = desk_of(request)
        name = request.query_params.get("done", "")
        done = REPORTED if name == "reported" else said_of(name)
        try:
            view = case_of(desk.services, desk.caller, case)
        except UnknownCase:
            if name not in ACTIONS:
                raise
            return RedirectResponse(f"/?done={name}", 303)
        return draw(request, "case.html", caller=desk.caller, view=view, done=done, fixed=FIXED)

    @router.get("/cases/{case}/opening")
    def opening(case: CaseId, request: Request) -> Response:
        """Asked for by htmx while routing does not know the case: has the page drawn again once it does."""
        desk = desk_of(request)
        view = case_of(desk.services, desk.caller, case)
        headers = {"HX-Refresh": "true"} if view.course is not None else {}
        return Response(status_code=204, headers=headers) if SWAPPED in request.headers else _to(view.case)

    @router.get("/cases/{case}/{name}")
    def form(case: CaseId, name: str, request: Request) -> Response:
        """The form of an action."""
        desk = desk_of(request)
        action = _action(name)
        return ask(request, Asked.new(desk, case_of(desk.services, desk.caller, case), name, action))

    @router.post("/cases/{case}/{name}")
    async def act(case: CaseId, name: str, request: Request) -> Response:
        """Carry it out; what had been carried out before, and ended the sender's part in the case, leads on as well."""
        action = _action(name)

        def handle(desk: Desk, typed: Typed) -> Response:
            try:
                view = case_of(desk.services, desk.caller, case)
            except UnknownCase:
                unseen = CaseView.unseen(case, desk.services.language)
                return send_again(Asked(desk, unseen, name, action, typed))
            return send(request, Asked(desk, view, name, action, typed))

        return await received(request, action.asked, action.rows, handle)


def _action(name: str) -> Action:
    if name not in ACTIONS:
        raise NoSuchAction
    return ACTIONS[name]


def _to(case: str) -> Response:
    return RedirectResponse(f"/cases/{case}", 303)
