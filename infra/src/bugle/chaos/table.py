"""The table fault × invariant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bugle.chaos.verdict import NAMES
from bugle.verify.report import NAMED, Invariant

NOTHING = "nothing was there to be checked"


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one fault: per invariant its new faults, and after how many seconds everything was caught up.

    `error`: why it could not be judged; `missing`: what it takes that this machine has not.
    """

    fault: str
    broken: Mapping[str, list[str]]
    recovered: float | None
    error: str | None = None
    missing: str | None = None

    @property
    def ok(self) -> bool:
        """Whether every invariant was judged and holds, unless the fault was skipped."""
        return self.error is None and not any(self.broken.values())

    def json(self) -> dict[str, Any]:
        """As `bugle chaos --json` tells it."""
        if self.missing is not None:
            return {"fault": self.fault, "missing": self.missing}
        cells = {name: self._cell(name) for name in NAMES}
        told = {"fault": self.fault, "recovered": self.recovered, "cells": cells, "faults": dict(self.broken)}
        return told if self.error is None else told | {"error": self.error}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Row:
        """The row of which `json` told."""
        if "missing" in told:
            return cls(told["fault"], {}, None, missing=told["missing"])
        return cls(told["fault"], told["faults"], told["recovered"], told.get("error"))

    def _cell(self, name: str) -> str:
        if self.missing is not None:
            return "-"
        if self.error is not None:
            return "?"
        return "failed" if self.broken.get(name) else "ok"

    def cells(self) -> list[str]:
        """A word per invariant."""
        return [self._cell(name) for name in NAMES]

    @property
    def end(self) -> str:
        """The last word on the line."""
        if self.missing is not None:
            return f"skipped: {self.missing}"
        return "" if self.recovered is None else f"{self.recovered:.1f} s"

    def findings(self) -> Iterator[str]:
        """How many new faults each invariant has, then the first of each: no invariant hides behind another."""
        counts = {name: len(texts) for name, texts in self.broken.items()}
        if counts:
            spread = ", ".join(f"{name} {count:,}" for name, count in counts.items())
            yield f"{self.fault}: {sum(counts.values()):,} new faults: {spread}"
        for name, texts in self.broken.items():
            yield from (f"{self.fault}: {name} {text}" for text in texts[:NAMED])
            if len(texts) > NAMED:
                yield f"{self.fault}: {name} and {len(texts) - NAMED:,} more"


@dataclass
class Table:
    """Rows in the order of the faults. A thing that is broken for good is told once, in the row where it first was."""

    rows: list[Row] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)

    def add(self, fault: str, found: Mapping[str, Invariant], recovered: float) -> Row:
        """The row of a fault that is over. An invariant for which there was nothing to check is not known to hold."""
        broken = {}
        for name in NAMES:
            invariant = found[name]
            new = [text for text in invariant.faults if text not in self._told]
            self._told.update(new)
            if not invariant.checked and invariant.ok:
                new = [NOTHING]
            if new:
                broken[name] = new
        self.rows.append(Row(fault, broken, recovered))
        return self.rows[-1]

    @property
    def ok(self) -> bool:
        """Whether all rows are."""
        return all(row.ok for row in self.rows)

    def lines(self) -> Iterator[str]:
        """The table as text, then what is broken."""
        width = max([len(row.fault) for row in self.rows], default=5)
        yield "  ".join([f"{'fault':{width}}", *(f"{name:6}" for name in NAMES), "recovered"])
        for row in self.rows:
            yield "  ".join([f"{row.fault:{width}}", *(f"{cell:6}" for cell in row.cells()), row.end]).rstrip()
        yield from (f"{row.fault}: {row.error}" for row in self.rows if row.error is not None)
        for row in self.rows:
            yield from row.findings()
