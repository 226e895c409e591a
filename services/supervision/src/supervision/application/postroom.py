"""The commands about notifications: seen in the inbox, tried again, and the addresses they go to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Protocol
from uuid import UUID

from eventkit.caller import Caller
from eventkit.commands import Command, CommandBook, Done
from eventkit.session import Aggregate, Session
from eventkit.store import Transaction
from supervision.application.context import Context
from supervision.application.delivering import Address
from supervision.domain import errors, notification
from supervision.domain.notification import DeliveryRedriven, Event, Notification, NotificationRaised
from supervision.domain.text import Text

Wanted = tuple[Aggregate[Any], str]

READERS = frozenset({"office", "department", "leader", "enterprise"})
WATCHERS = frozenset({"office", "operator"})
KEEPERS = frozenset({"office", "department"})
REDRIVABLE = frozenset({"dead", "no_address"})

_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class Addresses(Protocol):
    """What the handlers need of the address book and of the deliveries' table."""

    def set(self, tx: Transaction, agency: str, data: dict[str, Any], address: Address, command: Command) -> None:
        """Keep an address. Raises NoAddressKey."""

    def digest(self, content: bytes) -> bytes:
        """What tells two contents apart to whoever has the key, and nothing to anybody else."""

    def remove(self, tx: Transaction, agency: str, data: dict[str, Any]) -> bool:
        """Forget it; whether there was one."""

    def knows(self, tx: Transaction, agency: str, kind: str, recipient: str) -> str | None:
        """The unit of a recipient of the agency that exists, "" for one without; None when there is none."""

    def state(self, tx: Transaction, id: UUID, channel: str) -> str | None:
        """How a delivery stands."""

    def fault(self, url: str, secret: str | None) -> Text | None:
        """What is wrong with a webhook."""


class Postroom:
    """The handlers."""

    def __init__(self, context: Context, addresses: Addresses) -> None:
        self._stream = context.streams.notification
        self._addresses = addresses

    def enter(self, book: CommandBook) -> None:
        """Put the commands into the book."""
        place = "/addresses/{kind}/{recipient}/{channel}"
        table: tuple[tuple[str, str, frozenset[str], Callable[[Session, Command], Done]], ...] = (
            ("POST", "/inbox/{notification}/reading", READERS, self.mark_read),
            ("POST", "/deliveries/{notification}/{channel}/redrive", WATCHERS, self.redrive_delivery),
            ("PUT", place, KEEPERS, self.set_address),
            ("POST", f"{place}/removal", KEEPERS, self.remove_address),
        )
        for method, path, roles, handler in table:
            loads = self.streams if "{notification}" in path else _nothing
            book.command(
                handler.__name__,
                method=method,
                path=path,
                roles=roles,
                loads=loads,
                savepoint=True,
                private={"address", "secret"} if handler == self.set_address else (),
                keyed=self._addresses.digest if handler == self.set_address else None,
            )(handler)

    def streams(self, command: Command) -> Iterable[Wanted]:
        """The notification."""
        return [(self._stream, command.data["notification"])]

    def mark_read(self, session: Session, command: Command) -> Done:
        """Raises UnknownNotification. Seen again, it stays seen by whoever was first."""
        id = command.data["notification"]
        held = session.get(self._stream, id)
        if held.raised is None or "inbox" not in held.raised.channels or not may_read(held.raised, command.caller):
            raise errors.UnknownNotification
        seen = notification.read(held, UUID(id), command.caller.sub, command.received_at)
        self._record(session, command, held, seen)
        read = session.get(self._stream, id).read
        assert read is not None
        body = {"id": id, "read_at": read.at, "read_by": read.by}
        return Done(body, status=201 if seen else 200, location="/v1/inbox")

    def redrive_delivery(self, session: Session, command: Command) -> Done:
        """Raises UnknownDelivery or NotToRedrive."""
        id, channel = command.data["notification"], command.data["channel"]
        held = session.get(self._stream, id)
        state = self._addresses.state(session.tx, UUID(id), channel)
        if held.raised is None or state is None or not command.caller.acts_for(held.raised.agency):
            raise errors.UnknownDelivery
        if state not in REDRIVABLE:
            raise errors.NotToRedrive(Text("The delivery is {state}.", state=state))
        again = DeliveryRedriven(UUID(id), channel, command.caller.sub, command.received_at)
        self._record(session, command, held, [again])
        return Done({"id": id, "channel": channel, "state": "waiting"}, location="/v1/deliveries")

    def set_address(self, session: Session, command: Command) -> Done:
        """Raises UnknownRecipient, BadAddress or NoAddressKey. What waits for an address goes out when redriven."""
        data, agency = command.data, self._agency(session, command)
        secret = data.get("secret")
        fault = _mail_fault(data["address"], secret)
        if data["channel"] == "webhook":
            fault = self._addresses.fault(data["address"], secret)
        if fault is not None:
            raise errors.BadAddress(fault)
        address = Address(data["address"], secret, data.get("language", "zh"))
        self._addresses.set(session.tx, agency, data, address, command)
        return Done(_named(data), status=200, location="/v1/addresses")

    def remove_address(self, session: Session, command: Command) -> Done:
        """Raises UnknownRecipient or UnknownAddress."""
        data, agency = command.data, self._agency(session, command)
        if not self._addresses.remove(session.tx, agency, data):
            raise errors.UnknownAddress
        return Done(_named(data), status=200, location="/v1/addresses")

    def _agency(self, session: Session, command: Command) -> str:
        """The agency whose recipient it is: the caller's own. A department speaks for its unit and its people."""
        caller, data = command.caller, command.data
        unit = None
        if caller.agency is not None:
            unit = self._addresses.knows(session.tx, caller.agency, data["kind"], data["recipient"])
        own = unit is not None and unit == caller.department and data["kind"] in ("unit", "person")
        if caller.agency is None or unit is None or not ("office" in caller.roles or own):
            raise errors.UnknownRecipient
        return caller.agency

    def _record(self, session: Session, command: Command, held: Notification, events: list[Event]) -> None:
        id = command.data["notification"]
        ids = [notification.event_id(held, event) for event in events]
        session.record(self._stream, id, events, key=id, cause=UUID(id), ids=ids, traceparent=command.traceparent)


def may_read(raised: NotificationRaised, caller: Caller) -> bool:
    """Whether it is in the caller's inbox; `entrypoints.told` asks the same of the table."""
    if raised.recipient_kind == "enterprise":
        return "enterprise" in caller.roles and caller.enterprise == raised.recipient
    if caller.agency != raised.agency or caller.roles.isdisjoint(READERS - {"enterprise"}):
        return False
    match raised.recipient_kind:
        case "unit":
            return "department" in caller.roles and caller.department == raised.recipient
        case "office":
            return "office" in caller.roles
        case "person":
            return caller.sub == raised.recipient
        case "role":
            mine = raised.access != "department" or (caller.department is not None and caller.department == raised.unit)
            return raised.access in caller.roles and mine


def _mail_fault(address: str, secret: str | None) -> Text | None:
    if _MAIL.fullmatch(address) is None or ".." in address:
        return Text("It is no e-mail address.")
    return None if secret is None else Text("An e-mail address has no secret: leave it out.")


def _named(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("kind", "recipient", "channel")}


def _nothing(_: Command) -> Iterable[Wanted]:
    return ()
