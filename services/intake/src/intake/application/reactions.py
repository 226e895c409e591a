"""How intake reacts to the others: a frontend sees how its issue stands, its merger and its withdrawal too."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from eventkit.envelope import Envelope
from eventkit.reactions import Reactions
from eventkit.session import Session
from eventkit.store import Transaction

ANSWERS = {
    "bugle.supervision.case_closed_out.v1": "closed_out",
    "bugle.supervision.reopening_ordered.v1": "reopened",
}
SETTLED = {
    "bugle.routing.case_merged.v1": ("merger", "merged"),
    "bugle.routing.merger_refused.v1": ("merger", "refused"),
    "bugle.routing.case_withdrawn.v1": ("withdrawal", "withdrawn"),
    "bugle.routing.withdrawal_refused.v1": ("withdrawal", "refused"),
}


class Notes(Protocol):
    """Where the read model keeps what the others say of an issue."""

    def answer(self, tx: Transaction, issue: str, answer: str, at: datetime) -> None:
        """It was closed out or reopened, since when."""

    def settle(self, tx: Transaction, issue: str, what: str, state: str) -> None:
        """Its merger or withdrawal, `what`, was confirmed or refused."""


def reactions(notes: Notes) -> Reactions:
    """A service's events of an issue come in the order it recorded them, so the last one stands."""
    declared = Reactions("intake", ["supervision.events", "routing.events"])

    def answer(session: Session, event: Envelope) -> None:
        notes.answer(session.tx, event.json()["case"], ANSWERS[event.type], event.occurred_at)

    def settle(session: Session, event: Envelope) -> None:
        notes.settle(session.tx, event.json()["case"], *SETTLED[event.type])

    for event_type in ANSWERS:
        declared.on(event_type)(answer)
    for event_type in SETTLED:
        declared.on(event_type)(settle)
    return declared
