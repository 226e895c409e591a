"""What verification found: per invariant how much was checked and where it does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bugle.verify.hashing import TableHash

NAMED = 20
"""So many faults of an invariant are named as a rule; the rest is counted."""

TITLES = {
    "I3": "versions of each stream are 1..n, in the log's order",
    "I4": "Kafka holds exactly the log's events, unchanged and in order",
    "I5": "each consumer has applied, parked or set aside every event, once",
    "I6": "projections equal an independent fold of the topics",
    "I8": "each log is gapless and chained, one to one with the events",
}


@dataclass
class Invariant:
    """One promise of docs/adr/0002 and what was seen of it. The first `most` of its faults are kept by their text."""

    checked: int = 0
    faulty: int = 0
    faults: list[str] = field(default_factory=list)
    most: int = NAMED

    @property
    def ok(self) -> bool:
        return not self.faulty

    def fault(self, where: str) -> None:
        """Note one place at which the invariant is broken."""
        self.faulty += 1
        if len(self.faults) < self.most:
            self.faults.append(where)


@dataclass(frozen=True)
class TablePair:
    """Rows and hash of a table as it lies in reporting and as folded here."""

    live: TableHash
    fold: TableHash

    @property
    def equal(self) -> bool:
        return (self.live.rows, self.live.text) == (self.fold.rows, self.fold.text)

    def json(self) -> dict[str, Any]:
        """As `bugle rebuild --json` tells a table, and what was folded."""
        return {
            "rows": self.live.rows,
            "hash": self.live.text,
            "folded_rows": self.fold.rows,
            "folded_hash": self.fold.text,
        }


@dataclass
class Report:
    """The answer of `bugle verify`; `notes` are worth saying and break nothing."""

    invariants: dict[str, Invariant] = field(default_factory=lambda: {name: Invariant() for name in TITLES})
    tables: dict[str, TablePair] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return all(invariant.ok for invariant in self.invariants.values())

    def json(self) -> Mapping[str, Any]:
        """The form of `bugle verify --json`."""
        return {
            "ok": self.ok,
            "invariants": {
                name: {"ok": held.ok, "checked": held.checked, "faulty": held.faulty, "faults": held.faults}
                for name, held in self.invariants.items()
            },
            "tables": {name: pair.json() for name, pair in self.tables.items()},
            "notes": self.notes,
        }
