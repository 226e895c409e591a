"""Reading an enterprise's contacts: personal data, for its own agency's staff only, and every read is noted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import Engine, insert, select

from eventkit.auth import require
from eventkit.caller import Caller
from intake.adapters.contacts import Vault
from intake.adapters.tables import contact_reads as noted
from intake.adapters.tables import enterprises
from intake.domain.errors import NotFound

Staff = Annotated[Caller, Depends(require("frontend", "office"))]


def contact_reads(engine: Engine, vault: Vault) -> APIRouter:
    """The one route that gives contacts in clear."""
    router = APIRouter(tags=["reads"])

    @router.get("/enterprises/{enterprise}/contacts")
    def list_contacts(enterprise: UUID, who: Staff) -> dict[str, Any]:
        """The contacts of an enterprise of the caller's agency."""
        id = str(enterprise)
        with engine.begin() as connection:
            agency = connection.scalar(select(enterprises.c.agency).where(enterprises.c.enterprise == id))
            if agency is None or not who.acts_for(agency):
                raise NotFound()
            found = vault.contacts_of(connection, id)
            if found:
                connection.execute(insert(noted), [{"contact_ref": ref, "reader": who.sub} for ref in found])
        return {"items": [{"contact_ref": ref, **asdict(contact)} for ref, contact in found.items()]}

    return router
