"""The commands routing takes, by name, path and role."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, update_wrapper
from typing import Any

from eventkit.commands import Command, CommandBook, Done
from eventkit.session import Aggregate, Session
from routing.application import handing_over, handlers, meetings, sessions
from routing.application.ports import Desk

Handler = Callable[[Desk, Session, Command], Done]

OFFICE, DEPARTMENT, EITHER = ("office",), ("department",), ("office", "department")

COMMANDS: tuple[tuple[str, str, tuple[str, ...], Handler], ...] = (
    ("classify", "/cases/{case}/classification", OFFICE, handlers.classify),
    ("assign", "/cases/{case}/assignment", OFFICE, handlers.assign),
    ("receive", "/cases/{case}/receipt", DEPARTMENT, handlers.receive),
    ("accept", "/cases/{case}/acceptance", DEPARTMENT, handlers.accept),
    ("contact", "/cases/{case}/contact", DEPARTMENT, handlers.contact),
    ("plan", "/cases/{case}/plan", DEPARTMENT, handlers.plan),
    ("report_progress", "/cases/{case}/progress", DEPARTMENT, handlers.report_progress),
    ("report_result", "/cases/{case}/result", EITHER, handlers.report_result),
    ("feed_back", "/cases/{case}/feedback", EITHER, handlers.feed_back),
    ("return_case", "/cases/{case}/return", DEPARTMENT, handing_over.return_case),
    ("transfer", "/cases/{case}/transfer", OFFICE, handing_over.transfer),
    ("arbitrate", "/cases/{case}/arbitration", OFFICE, handing_over.arbitrate),
    ("pass_on", "/cases/{case}/passing-on", OFFICE, handing_over.pass_on),
    ("report_support", "/cases/{case}/support", DEPARTMENT, handing_over.report_support),
    ("grade", "/cases/{case}/grade", OFFICE, handing_over.grade),
    ("name_cause", "/cases/{case}/cause", EITHER, handing_over.name_cause),
)


SESSIONS: tuple[tuple[str, str, tuple[str, ...], Handler], ...] = (
    ("call_session", "/sessions", OFFICE, sessions.call_session),
    ("report_in", "/sessions/{session}/attendance", DEPARTMENT, sessions.report_in),
    ("hold_session", "/sessions/{session}/minutes", OFFICE, sessions.hold_session),
    ("cancel_session", "/sessions/{session}/cancellation", OFFICE, sessions.cancel_session),
)


def commands(desk: Desk) -> CommandBook:
    """The book: what concerns one case, one session, or the cases of a meeting."""
    book = CommandBook("routing")

    def case_of(command: Command) -> Iterable[tuple[Aggregate[Any], str]]:
        return [(desk.cases, command.data["case"])]

    for name, path, roles, handler in COMMANDS:
        book.command(name, path=path, roles=roles, loads=case_of)(update_wrapper(partial(handler, desk), handler))
    for name, path, roles, handler in SESSIONS:
        loads = partial(sessions.named, desk)
        book.command(name, path=path, roles=roles, loads=loads)(update_wrapper(partial(handler, desk), handler))
    meeting = meetings.hold_assignment_meeting
    book.command(meeting.__name__, path="/assignment-meetings", roles=OFFICE, loads=partial(meetings.wanted, desk))(
        update_wrapper(partial(meeting, desk), meeting)
    )
    return book
