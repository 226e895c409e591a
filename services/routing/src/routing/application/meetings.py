"""The assignment meeting 交办会: many cases classified and assigned in one act, each by a numbered letter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eventkit.commands import Command, Done
from eventkit.session import Aggregate, Session
from routing.application import access
from routing.application.handlers import acted_on, assigned
from routing.application.ports import Desk
from routing.domain import commands, decisions
from routing.domain.case import Step
from routing.domain.errors import NamedTwice, OtherEnterprise, Refusal
from routing.domain.text import Text
from routing.domain.workflow import allow


def wanted(desk: Desk, command: Command) -> Iterable[tuple[Aggregate[Any], str]]:
    """All cases of the list, in one query."""
    return [(desk.cases, item["case"]) for item in command.data["items"]]


def hold_assignment_meeting(desk: Desk, session: Session, command: Command) -> Done:
    """Assign every case of the list, or none: the first that cannot be names its place on the list."""
    data = command.data
    items: list[dict[str, Any]] = data["items"]
    seen: set[str] = set()
    for place, item in enumerate(items):
        try:
            if item["case"] in seen:
                raise NamedTwice(field="case")
            seen.add(item["case"])
            _assign(desk, session, command, item)
        except Refusal as refusal:
            refusal.field = f"items/{place}/{refusal.field or 'case'}"
            raise
    letters = [session.get(desk.cases, item["case"]).letter for item in items]
    body = {"meeting": data["meeting"], "assigned": len(items)}
    listed = [{"case": item["case"], "letter": letter} for item, letter in zip(items, letters, strict=True)]
    return Done({**body, "items": listed}, version=0)


def _assign(desk: Desk, session: Session, command: Command, item: dict[str, Any]) -> None:
    case = access.seen(session.get(desk.cases, item["case"]), command.caller)
    if case.programme != command.data["programme"]:
        mend = Text("It belongs to {programme}: hold a meeting of that programme.", programme=case.programme)
        raise OtherEnterprise(field="case", mend=mend)
    programme, act = acted_on(desk, session, command, case)
    if "kind" in item:
        classified = decisions.classify(case, commands.Classify(item["kind"], act), programme)
        session.record(desk.cases, case.id, classified, key=case.id, cause=command.id, traceparent=command.traceparent)
        case = session.get(desk.cases, case.id)
    allow(case, Step.ASSIGNED, act.at)  # before the letter is drawn
    decided = assigned(desk, session, case, programme, {**item, "meeting": command.data["meeting"]}, act)
    session.record(desk.cases, case.id, decided, key=case.id, cause=command.id, traceparent=command.traceparent)
