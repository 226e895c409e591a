"""The causes that wait for the notifier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Connection, text

from eventkit.postgres import PostgresTransaction, stored
from eventkit.store import Transaction
from supervision.application.notifying import Cause

_DUE = text(
    """
    SELECT c.name, c.withdrawn, e.* FROM causes c JOIN events e ON e.event_id = c.event_id
    WHERE c.next_at <= :now ORDER BY c.next_at LIMIT :limit FOR UPDATE OF c SKIP LOCKED
    """
)
_SETTLE = text("UPDATE causes SET next_at = NULL WHERE event_id = ANY(CAST(:ids AS uuid[]))")
_POSTPONE = text("UPDATE causes SET next_at = :until WHERE event_id = ANY(CAST(:ids AS uuid[]))")


def causes(tx: Transaction) -> PostgresCauses:
    """The causes, in a transaction."""
    return PostgresCauses(cast(PostgresTransaction, tx).connection)


class PostgresCauses:
    """Implements `notifying.Causes`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, now: datetime, limit: int) -> Sequence[Cause]:
        rows = self._connection.execute(_DUE, {"now": now, "limit": limit})
        return [Cause(row.name, row.withdrawn, stored(row, "")) for row in rows]

    def settle(self, ids: Sequence[UUID]) -> None:
        if ids:
            self._connection.execute(_SETTLE, {"ids": [str(id) for id in ids]})

    def postpone(self, ids: Sequence[UUID], until: datetime) -> None:
        if ids:
            self._connection.execute(_POSTPONE, {"ids": [str(id) for id in ids], "until": until})
