"""The composition root: which adapter serves which port, and which handler hears which event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from eventkit.codec import message
from eventkit.commands import CommandBook
from eventkit.envelope import Envelope
from eventkit.postgres import PostgresStore
from eventkit.processing import Processor
from eventkit.reactions import Reactions
from eventkit.session import Aggregate, Projector, Session
from routing.adapters.copies import DirectoryCopies, ProgrammeCopies
from routing.adapters.histories import CaseHistories
from routing.adapters.letters import LetterBook
from routing.adapters.messages import CASES, INCOMING, SESSIONS
from routing.adapters.read_model import CaseList
from routing.adapters.session_list import SessionList
from routing.adapters.townships import TownshipCopies
from routing.application import book, following, reactions
from routing.application.ports import Desk

SERVICE = "routing"
TOPICS = ("intake.events", "supervision.events")

HEARD: dict[str, Callable[[Desk, Session, Envelope, Any], None]] = {
    "bugle.intake.programme_published.v1": reactions.keep_programme,
    "bugle.intake.directory_published.v1": reactions.keep_directory,
    "bugle.intake.directory_published.v2": reactions.keep_directory,
    "bugle.intake.issue_reported.v1": reactions.open_case,
    "bugle.intake.history_declared.v1": reactions.declare_history,
    "bugle.intake.history_declared.v2": reactions.declare_history,
    "bugle.intake.enterprise_registered.v1": reactions.keep_enterprise,
    "bugle.intake.issue_amended.v1": following.amend_case,
    "bugle.intake.first_asked_named.v1": following.name_owner,
    "bugle.intake.merger_requested.v1": following.merge_case,
    "bugle.intake.merger_undone.v1": following.unmerge_case,
    "bugle.intake.withdrawal_requested.v1": following.withdraw_case,
    "bugle.supervision.clock_started.v1": following.limit_returning,
    "bugle.supervision.clock_started.v2": following.limit_returning,
    "bugle.supervision.reopening_ordered.v1": reactions.reopen_case,
    "bugle.supervision.case_closed_out.v1": reactions.conclude_case,
}
OF_A_CASE = frozenset(HEARD) - {
    "bugle.intake.programme_published.v1",
    "bugle.intake.directory_published.v1",
    "bugle.intake.directory_published.v2",
    "bugle.intake.enterprise_registered.v1",
}


class Routing:
    """One process's routing: the desk with its copies, and the projectors its sessions need."""

    def __init__(self) -> None:
        letters = LetterBook(CASES)
        copies = (ProgrammeCopies(), DirectoryCopies(), letters, TownshipCopies())
        self.desk = Desk(CASES, SESSIONS, *copies, CaseHistories(CASES))
        self.projectors: tuple[Projector, ...] = (CaseList(CASES).project, SessionList(SESSIONS).project, letters.count)

    def book(self) -> CommandBook:
        """The commands of the HTTP process."""
        return book.commands(self.desk)

    def processor(self, store: PostgresStore) -> Processor:
        """What the worker does with a batch of events."""
        return Processor(store, reactions_of(self.desk), self.projectors)


def reactions_of(desk: Desk) -> Reactions:
    """The handlers with the streams they load and the tokens that waiting events wait for."""
    heard = Reactions(SERVICE, TOPICS, reactions.provides)

    def case_of(event: Envelope) -> Iterable[tuple[Aggregate[Any], str]]:
        return [(desk.cases, event.key)] if event.type in OF_A_CASE else ()

    for name, handler in HEARD.items():
        heard.on(name, case_of)(_reader(desk, name, handler))
    return heard


def _reader(
    desk: Desk, name: str, handler: Callable[[Desk, Session, Envelope, Any], None]
) -> Callable[[Session, Envelope], None]:
    adapter = INCOMING[name]
    return lambda session, event: handler(desk, session, event, message(adapter, event))
