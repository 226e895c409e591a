"""Programmes of a fault's own, and cases that are brought by hand to days of its choice."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

from bugle.chaos.arena import Arena, until
from bugle.chaos.client import UNIT, Answer, Client, Request, report, step
from bugle.chaos.ledger import Outcome
from bugle.chaos.programme import programme as template
from bugle.stack import StackError

_MINUTE = timedelta(minutes=1)


def publish(arena: Arena, id: str, *, zone: str, limit: str, calendar: str = "none") -> None:
    """A programme like the arena's, with these days and this limit for the contact."""
    document = template()
    document |= {"id": id, "zone": zone, "calendar": calendar}
    document["clocks"][0]["limit"] = limit
    with closing(Client(arena.system, arena.ledger)) as client:
        client.put("intake", f"/programmes/{id}", {"version": 1, "document": document})


def course(arena: Arena, programme: str, received: datetime, contacted: datetime | None = None) -> str:
    """The case of an issue that was reported, assigned and received on a day, and perhaps contacted on another."""
    with closing(Client(arena.system, arena.ledger)) as client:
        case = str(_done(client, report(arena.marker(), received - 2 * _MINUTE, programme=programme)).body["id"])
        until(lambda: client.ask("routing", f"/cases/{case}"), f"case {case} in routing")
        _done(client, step(arena.marker(), received - _MINUTE, case, "assignment", "case_assigned"))
        _done(client, step(arena.marker(), received, case, "receipt", "letter_received", UNIT))
        if contacted is not None:
            _done(client, step(arena.marker(), contacted, case, "contact", "enterprise_contacted", UNIT))
    return case


def _done(client: Client, request: Request) -> Answer:
    def acknowledged() -> Answer | None:
        answer = client.send(request)
        if answer.outcome is Outcome.refused:
            raise StackError(f"{request.path} was refused with {answer.status}")
        return answer if answer.outcome is Outcome.acknowledged else None

    return until(acknowledged, f"the answer to {request.path}")
