"""Ids: what comes from an import is named by its reference in the agency, what comes live by its command."""

from __future__ import annotations

from uuid import UUID

from eventkit.commands import Command
from eventkit.ids import uid
from intake.domain.events import Ledger


def referred(agency: str, kind: str, given: str) -> str:
    """The id behind `given`, which is an id, or the reference (an enterprise: the name) it was imported under."""
    try:
        return str(UUID(given))
    except ValueError:
        return str(uid(agency, kind, given))


def named(command: Command, agency: str, kind: str) -> str:
    """The id of a new team, visit or service: by `ref` if the command has one."""
    ref = command.data.get("ref")
    return str(uid(command.id, kind) if ref is None else uid(agency, kind, ref))


def enterprise_named(agency: str, name: str) -> str:
    """The id of an enterprise. It follows from the name, so two registrations of a name meet in one stream."""
    return str(uid(agency, "enterprise", name))


def issue_named(command: Command, agency: str) -> str:
    """The id of an issue: (agency, ledger name, row) if it comes from a ledger."""
    ledger = ledger_of(command)
    return str(uid(command.id, "issue") if ledger is None else uid(agency, ledger.name, ledger.row))


def ledger_of(command: Command) -> Ledger | None:
    """The ledger row a command comes from."""
    ledger = command.data.get("ledger")
    return None if ledger is None else Ledger(ledger["name"], ledger["row"])
