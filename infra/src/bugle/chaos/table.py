"""The table fault × invariant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bugle.chaos.verdict import NAMES
from bugle.verify.report import Invariant


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one fault: per invariant its new faults. `waived`: invariants that cannot be judged, and why."""

    fault: str
    broken: Mapping[str, list[str]]
    waived: Mapping[str, str]
    recovered: float | None

    @property
    def ok(self) -> bool:
        """Whether every invariant that can be judged holds."""
        return not any(self.broken.values())

    def json(self) -> dict[str, Any]:
        """As `bugle chaos --json` tells it."""
        cells = {name: self._cell(name) for name in NAMES}
        return {"fault": self.fault, "recovered": self.recovered, "cells": cells, "faults": dict(self.broken)}

    def _cell(self, name: str) -> str:
        if self.broken.get(name):
            return "failed"
        return "-" if name in self.waived else "ok"

    def cells(self) -> list[str]:
        """A word per invariant."""
        return [self._cell(name) for name in NAMES]


@dataclass
class Table:
    """Rows in the order of the faults. A thing that is broken for good is told once, in the row where it first was."""

    rows: list[Row] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)

    def add(
        self,
        fault: str,
        found: Mapping[str, Invariant],
        waived: Mapping[str, str] | None = None,
        recovered: float | None = None,
    ) -> Row:
        """The row of a fault that is over."""
        broken = {}
        for name, invariant in found.items():
            new = [text for text in invariant.faults if text not in self._told]
            self._told.update(new)
            if new and name not in (waived or {}):
                broken[name] = new
        self.rows.append(Row(fault, broken, waived or {}, recovered))
        return self.rows[-1]

    @property
    def ok(self) -> bool:
        """Whether all rows are."""
        return all(row.ok for row in self.rows)

    def lines(self) -> Iterator[str]:
        """The table as text, then what is broken and why a cell is empty."""
        width = max([len(row.fault) for row in self.rows], default=5)
        yield "  ".join([f"{'fault':{width}}", *(f"{name:6}" for name in NAMES), "recovered"])
        for row in self.rows:
            seconds = "" if row.recovered is None else f"{row.recovered:.1f} s"
            yield "  ".join([f"{row.fault:{width}}", *(f"{cell:6}" for cell in row.cells()), seconds]).rstrip()
        for row in self.rows:
            yield from (f"{row.fault}: {name} {text}" for name, texts in row.broken.items() for text in texts)
        for name, why in sorted({(name, why) for row in self.rows for name, why in row.waived.items()}):
            yield f"-: {name}: {why}"
