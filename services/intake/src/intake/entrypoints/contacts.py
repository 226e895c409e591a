"""Reading an enterprise's contacts: personal data, for its own agency's staff only, and every read is noted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Engine, select

from eventkit.auth import require
from eventkit.caller import Caller
from eventkit.http.openapi import problems
from intake.adapters.contacts import Unreadable, Vault, note
from intake.adapters.tables import enterprises
from intake.application.ports import Contact
from intake.domain.errors import NotFound

Staff = Annotated[Caller, Depends(require("frontend", "office"))]


def contact_reads(engine: Engine, vault: Vault) -> APIRouter:
    """The routes that give contacts in clear."""
    router = APIRouter(tags=["reads"])

    @router.get("/enterprises/{enterprise}/contacts")
    def list_contacts(enterprise: UUID, who: Staff) -> dict[str, Any]:
        """The contacts of an enterprise of the caller's agency.

        `erased`: references to contacts that were erased. `keyless`: to contacts that cannot be read because their
        key is missing, though nobody erased them: the operator looks for another copy of the keys.
        """
        with engine.begin() as connection:
            _check(connection, enterprise, who)
            found = vault.contacts_of(connection, str(enterprise))
            held = {ref: contact for ref, contact in found.items() if isinstance(contact, Contact)}
            note(connection, list(held), who.sub, "read")
        items = [{"contact_ref": ref, **asdict(contact)} for ref, contact in held.items()]
        return {"items": items} | {why.value: [ref for ref in found if found[ref] is why] for why in Unreadable}

    @router.get("/enterprises/{enterprise}/contacts/{contact_ref}", responses=problems("409", "410"))
    def get_contact(enterprise: UUID, contact_ref: UUID, who: Staff) -> dict[str, Any]:
        """One contact of an enterprise of the caller's agency."""
        with engine.begin() as connection:
            _check(connection, enterprise, who)
            contact = vault.contact(connection, str(enterprise), str(contact_ref))
            note(connection, [str(contact_ref)], who.sub, "read")
        return {"contact_ref": str(contact_ref), **asdict(contact)}

    return router


def _check(connection: Connection, enterprise: UUID, who: Caller) -> None:
    """Raises NotFound unless the enterprise is the caller's agency's."""
    agency = connection.scalar(select(enterprises.c.agency).where(enterprises.c.enterprise == str(enterprise)))
    if agency is None or not who.acts_for(agency):
        raise NotFound()
