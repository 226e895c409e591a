"""Enterprises of an agency's library and their contacts."""

from __future__ import annotations

from collections.abc import Iterable

from eventkit.commands import Command, Done
from eventkit.ids import uid
from eventkit.session import Session
from intake.application.context import Context, Wanted, record, timing
from intake.application.naming import enterprise_named
from intake.application.ports import Contact, Contacts, Streams
from intake.domain import enterprise
from intake.domain.commands import RegisterEnterprise
from intake.domain.errors import ForeignAgency, NotFound


class Library(Context):
    """Handlers of register_enterprise, record_contact and erase_contact."""

    def __init__(self, streams: Streams, contacts: Contacts) -> None:
        super().__init__(streams)
        self._contacts = contacts

    def named_enterprise(self, command: Command) -> Iterable[Wanted]:
        """The enterprise of this name."""
        return [(self.streams.enterprise, enterprise_named(command.data["agency"], command.data["name"]))]

    def register_enterprise(self, session: Session, command: Command) -> Done:
        """Raises ForeignAgency, FutureDate or AlreadyRegistered."""
        data, agency = command.data, command.data["agency"]
        if not command.caller.acts_for(agency):
            raise ForeignAgency(field="agency")
        wanted = (self.streams.enterprise, enterprise_named(agency, data["name"]))
        decided = enterprise.register(
            session.get(*wanted),
            RegisterEnterprise(
                enterprise=wanted[1],
                agency=agency,
                name=data["name"],
                tier=data.get("tier", "ordinary"),
                industry=data.get("industry"),
                township=data.get("township"),
                synthetic=data.get("synthetic", False),
                timing=timing(command),
            ),
        )
        return record(session, command, wanted, decided)

    def enterprise_by_id(self, command: Command) -> Iterable[Wanted]:
        """The enterprise of this id."""
        return [(self.streams.enterprise, command.data["enterprise"])]

    def record_contact(self, session: Session, command: Command) -> Done:
        """Store the contact apart; only a reference becomes an event. Raises NotFound."""
        data, wanted = command.data, (self.streams.enterprise, command.data["enterprise"])
        state = self._own(session, command)
        contact_ref = str(uid(command.id, "contact"))
        done = record(
            session,
            command,
            wanted,
            enterprise.contact(state, contact_ref, command.received_at),
            contact_ref=contact_ref,
        )
        contact = Contact(data["name"], data["phone"], data.get("role"))
        self._contacts.keep(session.tx, contact_ref, data["enterprise"], contact)
        return Done(done.body, done.version, status=201)

    def erase_contact(self, session: Session, command: Command) -> Done:
        """Destroy the contact's key; the event keeps an empty reference. Raises NotFound."""
        contact_ref, wanted = command.data["contact_ref"], (self.streams.enterprise, command.data["enterprise"])
        decided = enterprise.erase(self._own(session, command), contact_ref, command.received_at)
        self._contacts.destroy(session.tx, contact_ref, command.caller.sub)
        return record(session, command, wanted, decided, contact_ref=contact_ref)

    def _own(self, session: Session, command: Command) -> enterprise.Enterprise:
        """The enterprise that the command names. Raises NotFound unless it is the caller's agency's."""
        state = session.get(self.streams.enterprise, command.data["enterprise"])
        if state.agency is None or not command.caller.acts_for(state.agency):
            raise NotFound(field="enterprise")
        return state
