"""How intake reacts to the others: a frontend sees how its issue stands, its merger and its withdrawal too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from eventkit.envelope import Envelope
from eventkit.reactions import Reactions
from eventkit.session import Session
from eventkit.store import Transaction
from intake.application.context import Wanted
from intake.application.ports import Streams
from intake.domain import relations
from intake.domain.issue import Event

TOPICS = ("supervision.events", "routing.events")

ANSWERS = {
    "bugle.supervision.case_closed_out.v1": "closed_out",
    "bugle.supervision.reopening_ordered.v1": "reopened",
}
SETTLED = {
    "bugle.routing.case_merged.v1": ("merger", "merged"),
    "bugle.routing.case_withdrawn.v1": ("withdrawal", "withdrawn"),
}
MERGER_REFUSED, WITHDRAWAL_REFUSED = "bugle.routing.merger_refused.v1", "bugle.routing.withdrawal_refused.v1"


class Notes(Protocol):
    """Where the read model keeps what the others say of an issue."""

    def answer(self, tx: Transaction, issue: str, answer: str, at: datetime) -> None:
        """It was closed out or reopened, since when."""

    def settle(self, tx: Transaction, issue: str, what: str, state: str) -> None:
        """Its merger or withdrawal, `what`, was confirmed."""


class Hearing:
    """The handlers. A service's events of an issue come in the order it recorded them, so the last one stands."""

    def __init__(self, notes: Notes, streams: Streams) -> None:
        self._notes = notes
        self._streams = streams

    def wanted(self, event: Envelope) -> list[Wanted]:
        """The issue."""
        return [(self._streams.issue, event.key)]

    def answer(self, session: Session, event: Envelope) -> None:
        """It was closed out or reopened."""
        self._notes.answer(session.tx, event.json()["case"], ANSWERS[event.type], event.occurred_at)

    def settle(self, session: Session, event: Envelope) -> None:
        """Its merger or withdrawal was confirmed."""
        self._notes.settle(session.tx, event.json()["case"], *SETTLED[event.type])

    def decline_merger(self, session: Session, event: Envelope) -> None:
        """Recorded in the issue's stream, where it is decided whether it may be asked for again."""
        told, issue = event.json(), session.get(self._streams.issue, event.key)
        self._record(session, event, relations.decline_merger(issue, told["into"], told["reason"], event.occurred_at))

    def decline_withdrawal(self, session: Session, event: Envelope) -> None:
        """Likewise."""
        told, issue = event.json(), session.get(self._streams.issue, event.key)
        self._record(session, event, relations.decline_withdrawal(issue, told["reason"], event.occurred_at))

    def _record(self, session: Session, event: Envelope, decided: Sequence[Event]) -> None:
        session.record(
            self._streams.issue, event.key, decided, key=event.key, cause=event.id, traceparent=event.traceparent
        )


def reactions(notes: Notes, streams: Streams) -> Reactions:
    """Bound to where the notes go and to the streams of issues."""
    declared, hearing = Reactions("intake", TOPICS), Hearing(notes, streams)
    declared.on(MERGER_REFUSED, loads=hearing.wanted)(hearing.decline_merger)
    declared.on(WITHDRAWAL_REFUSED, loads=hearing.wanted)(hearing.decline_withdrawal)
    for event_type in ANSWERS:
        declared.on(event_type)(hearing.answer)
    for event_type in SETTLED:
        declared.on(event_type)(hearing.settle)
    return declared
