"""What the handlers need of the outside: streams of each kind, and a place for contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from eventkit.codec import Codec
from eventkit.session import Aggregate
from eventkit.store import Transaction
from intake.domain import directory, enterprise, issue, policy, programme, service_record, suggestion, team, visit


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact person of an enterprise. Personal data: never in an event, a log line or an answer to others."""

    name: str
    phone: str
    role: str | None


class Contacts(Protocol):
    """Keeps contacts apart from the events, encrypted."""

    def keep(self, tx: Transaction, contact_ref: str, enterprise: str, contact: Contact) -> None:
        """Store a contact in the transaction; a reference that is stored already stays as it is."""

    def destroy(self, tx: Transaction, contact_ref: str, by: str) -> None:
        """Destroy the contact's key in the transaction and note who did it; nothing when it is destroyed already."""


class Lookups(Protocol):
    """What the read model knows and no stream of the command tells; it is as of the command's transaction."""

    def struck_off(self, tx: Transaction, issue: str) -> bool:
        """Whether the issue is closed out, as far as intake has heard of it."""

    def led(self, tx: Transaction, programme: str, role: str, person: str, at: datetime) -> Mapping[str, list[str]]:
        """The enterprises of each team of the programme in which the person has this role, by team.

        Teams that had been disbanded `at` the moment are passed over.
        """


class Streams:
    """The kinds of streams intake keeps; each is named <prefix>-<id>."""

    def __init__(self, codec: Codec) -> None:
        self.programme = Aggregate("programme", programme.Programme, programme.apply, codec)
        self.directory = Aggregate("directory", directory.Directory, directory.apply, codec)
        self.enterprise = Aggregate("enterprise", enterprise.Enterprise, enterprise.apply, codec)
        self.team = Aggregate("team", team.Team, team.apply, codec)
        self.visit = Aggregate("visit", visit.Visit, visit.apply, codec)
        self.issue = Aggregate("issue", issue.Issue, issue.apply, codec)
        self.suggestion = Aggregate("suggestion", suggestion.Suggestion, suggestion.apply, codec)
        self.policy = Aggregate("policy", policy.Policy, policy.apply, codec)
        self.service = Aggregate("service", service_record.ServiceRecord, service_record.apply, codec)
