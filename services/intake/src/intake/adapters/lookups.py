"""What commands look up in the read model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import orjson
from sqlalchemy import select, text

from eventkit.store import Transaction
from intake.adapters.tables import connection_of, issues

_LED = text(
    "SELECT team, enterprises FROM teams WHERE programme = :programme AND members @> CAST(:member AS jsonb)"
    " AND (disbanded_at IS NULL OR disbanded_at > :at)"
)


class Lookups:
    """Implements `application.ports.Lookups`."""

    def struck_off(self, tx: Transaction, issue: str) -> bool:
        """See the port."""
        answer = connection_of(tx).scalar(select(issues.c.answer).where(issues.c.issue == issue))
        return answer == "closed_out"

    def led(self, tx: Transaction, programme: str, role: str, person: str, at: datetime) -> Mapping[str, list[str]]:
        """See the port."""
        member = orjson.dumps([{"role": role, "person": person}]).decode()
        rows = connection_of(tx).execute(_LED, {"programme": programme, "member": member, "at": at})
        return {str(row.team): row.enterprises for row in rows}
