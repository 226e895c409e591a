"""The table of joint sessions: what their list is read from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text

from eventkit.envelope import Envelope
from eventkit.session import Aggregate
from eventkit.store import Transaction
from routing.adapters.tables import connection_of
from routing.domain.session import JointSession

_WRITE = text(
    "INSERT INTO sessions SELECT * FROM json_populate_recordset(NULL::sessions, CAST(:rows AS json))"
    " ON CONFLICT (session) DO UPDATE"
    " SET state = excluded.state, present = excluded.present, minutes = excluded.minutes"
)


class SessionList:
    """Keeps the table; `project` is the session's projector."""

    def __init__(self, aggregate: Aggregate[JointSession]) -> None:
        self._aggregate = aggregate

    def project(self, tx: Transaction, written: list[Envelope]) -> None:
        """Write the rows of all sessions that have new events."""
        streams = sorted({event.stream for event in written if event.stream.startswith("session-")})
        if streams:
            histories = tx.load(streams)
            rows = [self._row(histories[stream]) for stream in streams]
            connection_of(tx).execute(_WRITE, {"rows": orjson.dumps(rows).decode()})

    def _row(self, history: Sequence[Envelope]) -> dict[str, Any]:
        held = self._aggregate.fold(history)
        called = held.called
        assert called is not None
        return {
            "session": called.session,
            "agency": called.agency,
            "programme": called.programme,
            "enterprise": called.enterprise,
            "cases": list(called.cases),
            "units": list(called.units),
            "starts_at": called.starts_at,
            "place": called.place,
            "state": held.state,
            "present": list(held.present),
            "minutes": None if held.held is None else held.held.minutes,
        }
