"""What every page of the console begins with: who is there, and the services in that visitor's name."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from console.services import Services
from eventkit.caller import Caller, Forbidden
from eventkit.text import Text
from pagekit.session import language_of, visitor

ROLES = ("frontend", "office", "department", "leader")
"""Who has something to do here."""
REPORTING = frozenset({"frontend", "office"})
"""Who may record what is new, as intake says."""
OTHERS_REPORT = Text(
    "Issues, visits and enterprises are recorded by the reporting clerks and the office. The issues that concern you "
    "stand in the work list, on the start page."
)


@dataclass(frozen=True, slots=True)
class Desk:
    """The visitor at work."""

    caller: Caller
    services: Services


def allow(caller: Caller) -> None:
    """Raises Forbidden unless the caller has a role that works here, in an agency."""
    caller.needs(ROLES)
    if caller.agency is None:
        raise Forbidden(Text("The token names no agency."), mend=Text("use a token with the claim agency"))


def reports(caller: Caller) -> bool:
    """Whether the caller may record issues, visits and enterprises."""
    return not caller.roles.isdisjoint(REPORTING)


def desk_of(request: Request) -> Desk:
    """Raises Unauthenticated or Forbidden."""
    who = visitor(request)
    allow(who.caller)
    held = request.app.state.held
    services = Services(request.app.state.client, held.urls, who.token, language_of(request))
    return Desk(who.caller, services)


def reporting_desk_of(request: Request) -> Desk:
    """The desk of somebody who records what is new; raises Forbidden for others before they have typed anything."""
    desk = desk_of(request)
    if not reports(desk.caller):
        raise Forbidden(OTHERS_REPORT)
    return desk
