"""Joint sessions: call, report in, hold, cancel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

from eventkit.caller import Caller
from eventkit.commands import Command, Done
from eventkit.envelope import parse_instant
from eventkit.ids import uid
from eventkit.session import Aggregate, Session
from routing.application.access import WHOLE_AGENCY
from routing.application.handlers import act_of, directory_of, known_newest
from routing.application.ports import Desk
from routing.domain import session as joint
from routing.domain.commands import Act
from routing.domain.errors import OtherEnterprise, UnknownProgramme, UnknownSession
from routing.domain.session import JointSession, SessionCalled
from routing.domain.text import Text

Wanted = tuple[Aggregate[Any], str]


def named(desk: Desk, command: Command) -> Iterable[Wanted]:
    """The session of the path, or the one that is called."""
    return [(desk.sessions, _id(command))]


def _id(command: Command) -> str:
    return str(command.data.get("session") or uid(command.id, "session"))


def call_session(desk: Desk, session: Session, command: Command) -> Done:
    """Summon departments to an enterprise at one time."""
    data, agency = command.data, command.caller.agency or ""
    programme = known_newest(desk, session, data["programme"])
    if programme.agency != agency:
        raise UnknownProgramme
    session.preload((desk.cases, case) for case in data["cases"])
    for place, id in enumerate(data["cases"]):
        case = session.get(desk.cases, id)
        if (case.agency, case.enterprise, case.programme) != (agency, data["enterprise"], programme.id):
            raise OtherEnterprise(field=f"cases/{place}", mend=Text("Call a session for each enterprise."))
    act = act_of(command, programme)
    called = SessionCalled(
        session=_id(command),
        programme=programme.id,
        programme_version=programme.version,
        agency=agency,
        enterprise=data["enterprise"],
        cases=tuple(data["cases"]),
        units=tuple(data["units"]),
        starts_at=parse_instant(data["starts_at"]),
        place=data.get("place"),
        by=act.by,
        at=act.at,
        backdating_reason=act.backdating_reason,
    )
    decided = joint.call(JointSession(), called, programme, directory_of(desk, session, agency))
    return _record(desk, session, command, decided)


def report_in(desk: Desk, session: Session, command: Command) -> Done:
    """Record that the caller's department is there."""
    unit = command.caller.department or ""
    return _move(desk, session, command, lambda held, act, zone: joint.report_in(held, unit, act, zone))


def hold_session(desk: Desk, session: Session, command: Command) -> Done:
    """Record that it was held, with its minutes."""
    return _move(desk, session, command, lambda held, act, _: joint.hold(held, command.data["minutes"], act))


def cancel_session(desk: Desk, session: Session, command: Command) -> Done:
    """Record that it does not take place."""
    return _move(desk, session, command, lambda held, act, _: joint.cancel(held, command.data["reason"], act))


def seen(held: JointSession, caller: Caller) -> JointSession:
    """The session; UnknownSession when the caller may not know of it."""
    called = held.called
    if called is None or not caller.acts_for(called.agency):
        raise UnknownSession
    if caller.roles.isdisjoint(WHOLE_AGENCY) and caller.department not in called.units:
        raise UnknownSession
    return held


def _move(
    desk: Desk, session: Session, command: Command, decide: Callable[[JointSession, Act, ZoneInfo], list[joint.Event]]
) -> Done:
    held = seen(session.get(desk.sessions, command.data["session"]), command.caller)
    assert held.called is not None
    programme = known_newest(desk, session, held.called.programme)
    return _record(desk, session, command, decide(held, act_of(command, programme), programme.zone))


def _record(desk: Desk, session: Session, command: Command, decided: list[joint.Event]) -> Done:
    id = _id(command)
    session.record(desk.sessions, id, decided, key=id, cause=command.id, traceparent=command.traceparent)
    return Done(show(id, session.get(desk.sessions, id)), location=f"/v1/sessions/{id}")


def show(id: str, held: JointSession) -> dict[str, Any]:
    """A session as answers tell it."""
    called = held.called
    assert called is not None
    return {
        "id": id,
        "state": held.state,
        "programme": called.programme,
        "enterprise": called.enterprise,
        "cases": list(called.cases),
        "units": list(called.units),
        "starts_at": called.starts_at,
        "place": called.place,
        "present": list(held.present),
        "absent": list(held.absent),
        "minutes": None if held.held is None else held.held.minutes,
    }
