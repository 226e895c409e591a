"""Where enterprises lie: what rules with a place look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import text

from eventkit.session import Session
from routing.adapters.tables import connection_of

_GET = text("SELECT township FROM enterprises WHERE enterprise = CAST(:enterprise AS uuid)")
_OF_AGENCY = text(
    "SELECT enterprise, township FROM enterprises"
    " WHERE agency = :agency AND enterprise = ANY(CAST(:enterprises AS uuid[]))"
)
_ADD = text(
    "INSERT INTO enterprises (enterprise, agency, township) VALUES (CAST(:enterprise AS uuid), :agency, :township)"
    " ON CONFLICT (enterprise) DO UPDATE SET township = excluded.township, agency = excluded.agency"
)


class TownshipCopies:
    """Implements `application.ports.Townships` with the table enterprises."""

    def get(self, session: Session, enterprise: str) -> str | None:
        """See the port."""
        township: str | None = connection_of(session.tx).execute(_GET, {"enterprise": enterprise}).scalar_one_or_none()
        return township

    def of_agency(self, session: Session, agency: str, enterprises: Collection[str]) -> Mapping[str, str]:
        """See the port."""
        wanted = {"agency": agency, "enterprises": list(enterprises)}
        rows = connection_of(session.tx).execute(_OF_AGENCY, wanted)
        return {str(row.enterprise): row.township for row in rows}

    def add(self, session: Session, enterprise: str, agency: str, township: str | None) -> None:
        """See the port."""
        if township is not None:
            kept = {"enterprise": enterprise, "agency": agency, "township": township}
            connection_of(session.tx).execute(_ADD, kept)
