"""The commands supervision takes, by name, path and role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from eventkit.commands import Command, CommandBook, Done
from eventkit.session import Aggregate, Session
from supervision.application.access import seen
from supervision.application.acting import act_of
from supervision.application.context import CONSUMER, Context, Decision
from supervision.application.steering import Steering
from supervision.domain import decisions, leave, publication
from supervision.domain.calendar import Calendar
from supervision.domain.commands import (
    AskExtension,
    CloseOut,
    DecideExtension,
    HelpToApply,
    PauseCase,
    RaiseCase,
    Verify,
)
from supervision.domain.events import PublishedYear, WatchEvent
from supervision.domain.limits import parse_limit
from supervision.domain.policy import Policy
from supervision.domain.publication import PublishCalendar
from supervision.domain.watch import Watch

Wanted = tuple[Aggregate[Any], str]

OFFICE, ANSWERING, WORKING, DECIDING = {"office"}, {"office", "enterprise"}, {"department"}, {"office", "leader"}
STEERING, ACTING = {"office", "frontend"}, {"office", "department"}
PUBLISHERS = {"operator"}  # a calendar moves the deadlines of every agency, so no agency's office may change it


def commands(context: Context) -> CommandBook:
    """The book. Every command writes tables besides its events, hence the savepoints."""
    book, desk, steer = CommandBook("supervision"), Desk(context), Steering(context)
    table = (
        ("POST", "/cases/{case}/verification", ANSWERING, desk.verify, desk.watch_streams),
        ("POST", "/cases/{case}/close-out", OFFICE, desk.close_out, desk.watch_streams),
        ("POST", "/cases/{case}/pause", OFFICE, desk.pause_case, desk.watch_streams),
        ("POST", "/cases/{case}/resumption", OFFICE, desk.resume_case, desk.watch_streams),
        ("POST", "/cases/{case}/extensions", ACTING, desk.ask_extension, desk.watch_streams),
        ("POST", "/cases/{case}/extensions/{extension}/decision", DECIDING, desk.decide_extension, desk.watch_streams),
        ("POST", "/cases/{case}/raising", WORKING | OFFICE, desk.raise_case, desk.watch_streams),
        ("POST", "/cases/{case}/help", ACTING, desk.help_to_apply, desk.watch_streams),
        ("POST", "/pledges", STEERING, steer.make_pledge, steer.pledge_streams),
        ("POST", "/pledges/{pledge}/keeping", STEERING, steer.keep_pledge, steer.pledge_streams),
        ("POST", "/dispatches", OFFICE, steer.hold_dispatch, steer.dispatch_streams),
        ("POST", "/dispatches/{dispatch}/finishing", ACTING, steer.finish_dispatch_item, steer.dispatch_streams),
        ("POST", "/letters", OFFICE, steer.issue_letter, steer.letter_streams),
        ("POST", "/letters/{letter}/reply", WORKING, steer.answer_letter, steer.letter_streams),
        ("POST", "/accountability", OFFICE, steer.hold_accountable, steer.record_streams),
        ("POST", "/reports", OFFICE, steer.publish_report, steer.report_streams),
        ("PUT", "/calendars/{calendar}", PUBLISHERS, desk.publish_calendar, desk.calendar_streams),
    )
    for method, path, roles, handler, loads in table:
        book.command(handler.__name__, method=method, path=path, roles=roles, loads=loads, savepoint=True)(handler)
    return book


class Desk:
    """The handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def watch_streams(self, command: Command) -> Iterable[Wanted]:
        """The watch of the case."""
        return [(self._context.streams.watch, command.data["case"])]

    def calendar_streams(self, command: Command) -> Iterable[Wanted]:
        """The calendar."""
        return [(self._context.streams.calendar, command.data["calendar"])]

    def verify(self, session: Session, command: Command) -> Done:
        """Raises UnknownCase and what `times.act` and `decisions.verify` raise."""
        data = command.data
        return self._move(
            session,
            command,
            lambda watch, policy, calendar: decisions.verify(
                watch, Verify(data["satisfaction"], data.get("note"), act_of(command, policy)), policy, calendar
            ),
        )

    def close_out(self, session: Session, command: Command) -> Done:
        """Raises UnknownCase and what `times.act` and `decisions.close_out` raise."""
        return self._move(
            session,
            command,
            lambda watch, policy, calendar: decisions.close_out(
                watch, CloseOut(act_of(command, policy)), policy, calendar
            ),
        )

    def pause_case(self, session: Session, command: Command) -> Done:
        """Count nothing for a while. Raises UnknownCase and what `times.act` and `leave.pause` raise."""
        data, until = command.data, command.data.get("until")

        def decide(watch: Watch, policy: Policy, calendar: Calendar) -> Sequence[WatchEvent]:
            day = None if until is None else date.fromisoformat(until)
            wanted = PauseCase(data["reason"], data.get("note"), day, act_of(command, policy))
            return leave.pause(watch, wanted, policy, calendar)

        return self._move(session, command, decide)

    def resume_case(self, session: Session, command: Command) -> Done:
        """End a pause early. Raises UnknownCase and what `times.act` and `leave.resume` raise."""
        return self._move(
            session,
            command,
            lambda watch, policy, calendar: leave.resume(watch, act_of(command, policy), policy, calendar),
        )

    def ask_extension(self, session: Session, command: Command) -> Done:
        """Ask for more time. Raises UnknownCase and what `times.act` and `leave.ask_extension` raise."""
        data, caller = command.data, command.caller
        unit = None if "office" in caller.roles else caller.department

        def decide(watch: Watch, policy: Policy, calendar: Calendar) -> Sequence[WatchEvent]:
            limit, act = parse_limit(data["limit"]), act_of(command, policy)
            return leave.ask_extension(
                watch, AskExtension(data["clock"], limit, data["reason"], unit, act), policy, calendar
            )

        return self._move(session, command, decide)

    def decide_extension(self, session: Session, command: Command) -> Done:
        """Grant, change or refuse. Raises UnknownCase and what `times.act` and `leave.decide_extension` raise."""
        data, given = command.data, command.data.get("limit")

        def decide(watch: Watch, policy: Policy, calendar: Calendar) -> Sequence[WatchEvent]:
            wanted = DecideExtension(
                extension=int(data["extension"]),
                decision=data["decision"],
                limit=None if given is None else parse_limit(given),
                note=data.get("note"),
                roles=command.caller.roles,
                act=act_of(command, policy),
            )
            return leave.decide_extension(watch, wanted, policy, calendar)

        return self._move(session, command, decide)

    def raise_case(self, session: Session, command: Command) -> Done:
        """Report the case up by one level. Raises UnknownCase and what `times.act` and `leave.raise_case` raise."""
        return self._move(
            session,
            command,
            lambda watch, policy, calendar: leave.raise_case(
                watch, RaiseCase(command.data.get("note"), act_of(command, policy)), policy
            ),
        )

    def help_to_apply(self, session: Session, command: Command) -> Done:
        """Raises UnknownCase and what `times.act` and `decisions.help_to_apply` raise."""
        data = command.data
        return self._move(
            session,
            command,
            lambda watch, policy, calendar: decisions.help_to_apply(
                watch, HelpToApply(data["policy"], data.get("note"), act_of(command, policy))
            ),
        )

    def _move(self, session: Session, command: Command, decision: Decision) -> Done:
        """Decide on the watch. Shares the consumer's lock, so that no calendar is published meanwhile."""
        session.tx.share(CONSUMER)
        context, case = self._context, command.data["case"]
        seen(session.get(context.streams.watch, case), command.caller)
        context.decide(session, case, decision, traceparent=command.traceparent)
        context.keep(session, [case])
        watch = session.get(context.streams.watch, case)
        return Done(
            {"id": case, "round": watch.round, "closed": watch.closed},
            version=session.version(context.streams.watch, case),
            location=f"/v1/watches/{case}",
        )

    def publish_calendar(self, session: Session, command: Command) -> Done:
        """Raises what `publication.publish` raises. Running provisional clocks are recomputed by the next sweep."""
        # no batch may count on the old calendar after this: what it starts now must be among those that are woken
        session.tx.seize(CONSUMER)
        context, id = self._context, command.data["calendar"]
        wanted = PublishCalendar(
            id,
            command.data["version"],
            command.data["source"],
            {year: _year(told) for year, told in command.data["years"].items()},
            command.received_at,
        )
        decided = publication.publish(session.get(context.streams.calendar, id), wanted)
        known = session.version(context.streams.calendar, id) > 0
        session.record(context.streams.calendar, id, decided, key=id, cause=command.id, traceparent=command.traceparent)
        if decided:
            context.reads(session.tx).wake(id, command.received_at)
            context.duties.register(session.tx).wake_calendar(id, command.received_at)
        outcome = "unchanged" if not decided else "amended" if known else "created"
        return Done(
            {"id": id, "outcome": outcome, "version": wanted.version},
            version=session.version(context.streams.calendar, id),
            status=200 if known else 201,
            location=f"/v1/calendars/{id}",
        )


def _year(told: Mapping[str, Any]) -> PublishedYear:
    return PublishedYear(_days(told["off"]), _days(told["work"]), told.get("notice"))


def _days(texts: Iterable[str]) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, texts))
