"""An enterprise of an agency's library. Its id follows from agency and name, so a name is registered once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from intake.domain.commands import RegisterEnterprise
from intake.domain.errors import AlreadyRegistered, Erased, NotFound
from intake.domain.events import ContactErased, ContactRecorded, EnterpriseRegistered
from intake.domain.text import Text
from intake.domain.timing import check_moment


@dataclass(frozen=True, slots=True)
class Enterprise:
    """`registered` is None before the registration; `erased` is a part of `contacts`."""

    registered: EnterpriseRegistered | None = None
    contacts: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()

    @property
    def agency(self) -> str | None:
        """The agency in whose library it stands."""
        return self.registered.agency if self.registered else None


def apply(state: Enterprise, event: EnterpriseRegistered | ContactRecorded | ContactErased) -> Enterprise:
    """The enterprise after an event."""
    match event:
        case EnterpriseRegistered():
            return replace(state, registered=event)
        case ContactRecorded():
            return replace(state, contacts=state.contacts | {event.contact_ref})
        case ContactErased():
            return replace(state, erased=state.erased | {event.contact_ref})


def register(state: Enterprise, command: RegisterEnterprise) -> list[EnterpriseRegistered]:
    """Nothing when it is registered with the same content, whatever the date.

    Raises FutureDate, or AlreadyRegistered when the content differs.
    """
    event = EnterpriseRegistered(
        command.enterprise,
        command.agency,
        command.name,
        command.tier,
        command.industry,
        command.township,
        command.synthetic,
        command.timing.at,
    )
    if state.registered is None:
        check_moment(command.timing.at, command.timing.now)
        return [event]
    for field in ("tier", "industry", "township", "synthetic"):
        if getattr(event, field) != getattr(state.registered, field):
            raise AlreadyRegistered(
                Text("{name} is registered with another {field}.", name=command.name, field=field),
                field=field,
                mend=Text("repeat the registration with its first content, or use another name"),
            )
    return []


def contact(state: Enterprise, contact_ref: str, at: datetime) -> list[ContactRecorded]:
    """Nothing when this reference is recorded already. The enterprise must be registered. Raises Erased."""
    if contact_ref in state.erased:
        raise Erased(field="contact_ref")
    if state.registered is None or contact_ref in state.contacts:
        return []
    return [ContactRecorded(state.registered.enterprise, contact_ref, at)]


def erase(state: Enterprise, contact_ref: str, at: datetime) -> list[ContactErased]:
    """Nothing when the contact is erased already. Raises NotFound when the enterprise never had it."""
    if state.registered is None or contact_ref not in state.contacts:
        raise NotFound(field="contact_ref")
    if contact_ref in state.erased:
        return []
    return [ContactErased(state.registered.enterprise, contact_ref, at)]
