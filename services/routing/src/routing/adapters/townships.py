"""Where enterprises lie: what rules with a place look at."""

from __future__ import annotations

from sqlalchemy import text

from eventkit.session import Session
from routing.adapters.tables import connection_of

_GET = text("SELECT township FROM enterprises WHERE enterprise = CAST(:enterprise AS uuid)")
_ADD = text(
    "INSERT INTO enterprises (enterprise, township) VALUES (CAST(:enterprise AS uuid), :township)"
    " ON CONFLICT (enterprise) DO UPDATE SET township = excluded.township"
)


class TownshipCopies:
    """Implements `application.ports.Townships` with the table enterprises."""

    def get(self, session: Session, enterprise: str) -> str | None:
        """See the port."""
        township: str | None = connection_of(session.tx).execute(_GET, {"enterprise": enterprise}).scalar_one_or_none()
        return township

    def add(self, session: Session, enterprise: str, township: str | None) -> None:
        """See the port."""
        if township is not None:
            connection_of(session.tx).execute(_ADD, {"enterprise": enterprise, "township": township})
