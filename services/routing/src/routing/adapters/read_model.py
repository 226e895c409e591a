"""The table of cases: what lists are read from. It is the fold of each case's stream, rewritten with every event."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from eventkit.envelope import Envelope, instant
from eventkit.session import Aggregate
from eventkit.store import Transaction
from routing.adapters.tables import cases, connection_of
from routing.domain.case import Case

_COLUMNS = ", ".join(cases.columns.keys())
_CHANGES = ", ".join(f"{c.name} = excluded.{c.name}" for c in cases.columns if not c.primary_key)
_WRITE = text(
    f"INSERT INTO cases ({_COLUMNS}) SELECT {_COLUMNS} FROM json_populate_recordset(NULL::cases, CAST(:rows AS json))"
    f" ON CONFLICT (case_id) DO UPDATE SET {_CHANGES}"
)


class CaseList:
    """Keeps and reads the table; `project` is the session's projector."""

    def __init__(self, aggregate: Aggregate[Case]) -> None:
        self._aggregate = aggregate

    def project(self, tx: Transaction, written: list[Envelope]) -> None:
        """Write the rows of all cases that have new events: one query to load them, one to write."""
        streams = sorted({event.stream for event in written if event.stream.startswith("case-")})
        if not streams:
            return
        histories = tx.load(streams)
        rows = [self._row(histories[stream]) for stream in streams]
        connection_of(tx).execute(_WRITE, {"rows": json.dumps(rows)})

    def _row(self, history: Sequence[Envelope]) -> dict[str, Any]:
        case = self._aggregate.fold(history)
        return {
            "case_id": case.id,
            "version": len(history),
            "agency": case.agency,
            "programme": case.programme,
            "enterprise": case.enterprise,
            "title": case.title,
            "kind": case.kind,
            "state": case.state,
            "round": case.round,
            "lead": case.lead,
            "supporting": list(case.supporting),
            "letter": case.letter,
            "synthetic": case.synthetic,
            "grade": case.grade,
            "owner": case.owner,
            "passed_to": case.passed_to,
            "cause": case.cause,
            "transfers": case.transfers,
            "returned_by": list(case.returned_by),
            "merged_into": case.merged_into,
            "opened_at": instant(history[0].occurred_at),
        }
