"""How intake reacts to supervision: a frontend sees whether its issue was closed out or ordered open again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from eventkit.envelope import Envelope
from eventkit.reactions import Reactions
from eventkit.session import Session
from eventkit.store import Transaction

Answer = Callable[[Transaction, str, str, datetime], None]
"""Notes (issue, closed_out or reopened, since when) in the read model."""

ANSWERS = {
    "bugle.supervision.case_closed_out.v1": "closed_out",
    "bugle.supervision.reopening_ordered.v1": "reopened",
}


def reactions(answer: Answer) -> Reactions:
    """Supervision's events of an issue come in the order it recorded them, so the last one stands."""
    declared = Reactions("intake", ["supervision.events"])

    def note(session: Session, event: Envelope) -> None:
        answer(session.tx, event.json()["case"], ANSWERS[event.type], event.occurred_at)

    for event_type in ANSWERS:
        declared.on(event_type)(note)
    return declared
