"""Notifiers on a database, with a clock that a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from eventkit.envelope import Envelope
from supervision import bootstrap
from supervision.adapters.addresses import AddressBook, Place, read_address_key
from supervision.application.delivering import Address
from supervision.bootstrap import Notifier
from supervision.config import NotifierSettings
from tests.integration.supervision.place import Place as Service
from tests.support.receivers import HOST, Hook, Mailbox
from tests.unit.supervision.made import CASE, document, issue_reported, step, told

SECRET = "whsec_" + "A" * 32
NOW = datetime.now(UTC)
"""The day of the tests: events are recorded by PostgreSQL's clock, and what happened long before is history."""

_STATES = text("SELECT channel, state, attempts, reason FROM deliveries ORDER BY at, notification, channel")


class Post:
    """What a test of notifications acts with. The clock stands a minute ahead of what is recorded."""

    def __init__(self, service: Service, folder: Path, mailbox: Mailbox, hook: Hook) -> None:
        self.service = service
        self.mailbox, self.hook = mailbox, hook
        self.now = datetime.now(UTC) + timedelta(minutes=1)
        self.key_file = folder / "address.key"
        self.key_file.write_bytes(b"k" * 32)

    def notifier(self, **changes: Any) -> Notifier:
        """A notifier of its own, with a waiting time that is always the longest."""
        held: dict[str, Any] = {
            "database_url": "unused",
            "metrics_port": 0,
            "address_key_file": str(self.key_file),
            "smtp_host": HOST,
            "smtp_port": self.mailbox.port,
            "smtp_from": "bugle@county.example",
            "webhook_targets": "any",
            "attempts": 3,
            **changes,
        }
        return bootstrap.notifier(self.service.store, NotifierSettings(**held), lambda: self.now, lambda: 1.0)

    def run(self, **changes: Any) -> None:
        """Rounds of a notifier until nothing is left to do now."""
        notifier = self.notifier(**changes)
        while notifier.round():
            pass

    def pass_(self, span: timedelta = timedelta(hours=7)) -> None:
        """Let time pass."""
        self.now += span

    def address(self, kind: str, recipient: str, channel: str, address: str, language: str = "zh") -> None:
        """Have an address, as the office sets it."""
        book = AddressBook(read_address_key(str(self.key_file)))
        secret = SECRET if channel == "webhook" else None
        with self.service.store.transaction() as tx:
            about = Place("jinxian", kind, recipient, channel)
            book.set(tx, about, Address(address, secret, language), "office", self.now)

    def states(self) -> list[tuple[str, str]]:
        """Channel and state of every delivery."""
        return [(channel, state) for channel, state, _, _ in self.deliveries()]

    def deliveries(self) -> list[tuple[str, str, int, str | None]]:
        with self.service.engine.connect() as connection:
            return [(row.channel, row.state, row.attempts, row.reason) for row in connection.execute(_STATES)]

    def told(self) -> list[tuple[str, str, str]]:
        """Event, kind and id of the recipient of every notification."""
        query = "SELECT name, recipient_kind, recipient FROM notifications ORDER BY name, recipient_kind, recipient"
        with self.service.engine.connect() as connection:
            return [(row.name, row.recipient_kind, row.recipient) for row in connection.execute(text(query))]


ROLES = [
    {"id": "department_head", "zh": "部门负责人", "en": "Department head", "access": "department"},
    {"id": "county_leader", "zh": "县领导", "en": "County leader", "access": "leader"},
]
CONTACT: dict[str, Any] = {
    "id": "contact",
    "zh": "对接企业",
    "en": "Contact",
    "starts": "received",
    "stops": ["contacted"],
    "limit": "1h",
    "card": "yellow",
    "escalate": [{"level": 1, "after": "1h"}, {"level": 2, "after": "2h"}],
}


def notice(on: str, *to: str, channels: tuple[str, ...] = ("inbox",)) -> dict[str, Any]:
    """One entry of `notify`."""
    return {"on": on, "to": list(to), "channels": list(channels)}


def given(service: Service, *notify: dict[str, Any], people: dict[str, str] | None = None, **changes: Any) -> None:
    """A programme that tells so, a directory with these roles by person, and a case of its agency."""
    title = {"zh": "四进四问", "en": "Four entries"}
    held = document(CONTACT, **{"title": title, "roles": ROLES, "calendar": "none", "notify": list(notify), **changes})
    early = NOW - timedelta(days=100)
    published = {"programme": "jinxian", "version": 1, "agency": "jinxian", "document": held}
    units = [{"id": id, "name": name, "kind": "department", "synthetic": True} for id, name in UNITS.items()]
    listed = [
        {"id": id, "name": "某", "title": None, "unit": "power", "role": role, "synthetic": True}
        for id, role in (people or {}).items()
    ]
    directory = {"agency": "jinxian", "version": 1, "units": units, "people": listed}
    service.hear(
        told("intake.programme_published", early, early, published, key="jinxian"),
        told("intake.directory_published", early, early, directory, key="jinxian"),
        issue_reported(NOW, at=NOW - timedelta(hours=6)),
    )


UNITS = {"power": "供电公司", "finance": "财政局"}


def assigned(at: datetime = NOW, *supporting: str) -> Envelope:
    """The case is given to the power company."""
    return step("assigned", at, NOW, CASE, supporting=list(supporting))
