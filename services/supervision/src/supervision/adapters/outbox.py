"""The deliveries that are sent, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from eventkit.postgres import PostgresTransaction
from eventkit.store import Transaction
from supervision.application.delivering import Parcel

_HOLD = text(
    "UPDATE deliveries SET state = 'held', reason = :reason WHERE state = 'waiting' AND channel = :channel"
    " AND (claimed_until IS NULL OR claimed_until < :now)"
)
_LET_GO = text(
    "UPDATE deliveries SET state = 'waiting', reason = NULL, next_at = :now"
    " WHERE state = 'held' AND channel <> ALL(CAST(:missing AS text[]))"
)
_CLAIM = text(
    """
    WITH due AS MATERIALIZED (
        SELECT notification, channel FROM deliveries
        WHERE state = 'waiting' AND next_at <= :now AND (claimed_until IS NULL OR claimed_until < :now)
            AND channel <> ALL(CAST(:missing AS text[]))
        ORDER BY next_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE deliveries d SET claim = CAST(:claim AS uuid), claimed_until = :until, attempts = d.attempts + 1
    FROM due WHERE d.notification = due.notification AND d.channel = due.channel
    RETURNING d.notification, d.channel, d.attempts
    """
)
_MINE = text(
    "SELECT 1 FROM deliveries WHERE notification = CAST(:notification AS uuid) AND channel = :channel"
    " AND state = 'waiting' AND claim = CAST(:claim AS uuid) FOR UPDATE"
)
_LAID_BACK = text(
    "UPDATE deliveries SET state = :state, next_at = coalesce(:until, next_at), reason = :reason, claim = NULL,"
    " claimed_until = NULL WHERE notification = CAST(:notification AS uuid) AND channel = :channel"
    " AND state = 'waiting' AND claim = CAST(:claim AS uuid)"
)


class PostgresOutbox:
    """Implements `delivering.Outbox`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._missing: list[str] = []

    def serve(self, missing: Mapping[str, str], now: datetime) -> None:
        self._missing = list(missing)
        for channel, reason in missing.items():
            self._connection.execute(_HOLD, {"channel": channel, "reason": reason, "now": now})
        self._connection.execute(_LET_GO, {"missing": self._missing, "now": now})

    def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Parcel]:
        claim = uuid4()
        about = {"claim": str(claim), "now": now, "until": until, "limit": limit, "missing": self._missing}
        rows = self._connection.execute(_CLAIM, about)
        return [Parcel(row.notification, row.channel, row.attempts, claim) for row in rows]

    def mine(self, parcel: Parcel) -> bool:
        return self._connection.execute(_MINE, _named(parcel)).first() is not None

    def unaddressed(self, parcel: Parcel) -> None:
        about = {**_named(parcel), "state": "no_address", "until": None, "reason": "the recipient has no address"}
        self._connection.execute(_LAID_BACK, about)

    def postpone(self, parcel: Parcel, until: datetime, reason: str) -> None:
        about = {**_named(parcel), "state": "waiting", "until": until, "reason": reason}
        self._connection.execute(_LAID_BACK, about)


def outbox(tx: Transaction) -> PostgresOutbox:
    """The deliveries, in a transaction."""
    return PostgresOutbox(cast(PostgresTransaction, tx).connection)


def _named(parcel: Parcel) -> dict[str, str | UUID]:
    return {"notification": str(parcel.notification), "channel": parcel.channel, "claim": str(parcel.claim)}
