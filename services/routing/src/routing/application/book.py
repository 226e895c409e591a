"""The commands routing takes, by name, path and role."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, update_wrapper
from typing import Any

from eventkit.commands import Command, CommandBook, Done
from eventkit.session import Aggregate, Session
from routing.application import handlers
from routing.application.ports import Desk

Handler = Callable[[Desk, Session, Command], Done]

OFFICE, DEPARTMENT = ("office",), ("department",)

COMMANDS: tuple[tuple[str, str, tuple[str, ...], Handler], ...] = (
    ("classify", "/cases/{case}/classification", OFFICE, handlers.classify),
    ("assign", "/cases/{case}/assignment", OFFICE, handlers.assign),
    ("receive", "/cases/{case}/receipt", DEPARTMENT, handlers.receive),
    ("accept", "/cases/{case}/acceptance", DEPARTMENT, handlers.accept),
    ("contact", "/cases/{case}/contact", DEPARTMENT, handlers.contact),
    ("plan", "/cases/{case}/plan", DEPARTMENT, handlers.plan),
    ("report_progress", "/cases/{case}/progress", DEPARTMENT, handlers.report_progress),
    ("report_result", "/cases/{case}/result", DEPARTMENT, handlers.report_result),
    ("feed_back", "/cases/{case}/feedback", DEPARTMENT, handlers.feed_back),
)


def commands(desk: Desk) -> CommandBook:
    """The book; every command concerns the one case that its path names."""
    book = CommandBook("routing")

    def case_of(command: Command) -> Iterable[tuple[Aggregate[Any], str]]:
        return [(desk.cases, command.data["case"])]

    for name, path, roles, handler in COMMANDS:
        book.command(name, path=path, roles=roles, loads=case_of)(update_wrapper(partial(handler, desk), handler))
    return book
