"""One row while it is read, and the command it becomes; what cannot be read is a fault with its mend."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import orjson

from bugle.importing import values
from bugle.importing.faults import BadValue, RowFault
from bugle.importing.folder import Folder
from bugle.importing.mapping import Mapping as ColumnMapping
from bugle.importing.sheets import Line
from eventkit.text import Text

T = TypeVar("T")

EMPTY = Text("is empty")


@dataclass(frozen=True, slots=True)
class Command:
    """A command of intake for one row. `columns` tells which column a JSON pointer of `data` came from.

    `early`: the data without what was shown late, which is sent first.
    """

    type: str
    row: int
    key: str
    time: datetime | None
    data: Mapping[str, Any]
    columns: Mapping[str, str]
    early: Mapping[str, Any] | None = None

    @property
    def first(self) -> Command | None:
        """The row without what was shown late, as a command of its own; None where nothing was."""
        return None if self.early is None else replace(self, data=self.early, early=None)

    def event(self, source: str) -> dict[str, Any]:
        """The CloudEvent: its id is the row's key and a digest of its content, so the same row is the same event."""
        time = None if self.time is None else self.time.isoformat()
        content = orjson.dumps([self.type, time, self.data], option=orjson.OPT_SORT_KEYS)
        event = {
            "specversion": "1.0",
            "id": f"{self.key}-{hashlib.sha256(content).hexdigest()[:16]}",
            "source": source,
            "type": self.type,
            "datacontenttype": "application/json",
            "data": self.data,
        }
        return event if time is None else event | {"time": time}

    def column(self, pointer: str) -> str:
        """The column that a field of a refusal came from, by the longest pointer known."""
        while pointer and pointer not in self.columns:
            pointer = pointer.rpartition("/")[0]
        return self.columns.get(pointer, "-")


@dataclass(slots=True)
class Row:
    """One line while it is read. A bad cell is noted as a fault and counts as absent, so all of them are found."""

    file: str
    line: Line
    mapping: ColumnMapping
    folder: Folder
    ledger: str
    key: str
    faults: list[RowFault] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """The row's stable reference within the agency."""
        return f"{self.ledger}/{self.key}"

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times without an offset."""
        return self.mapping.zone or self.folder.zone

    def text(self, name: str, pointer: str | None = None) -> str | None:
        """The field's text after constants and value maps; None when empty."""
        self.columns[pointer or f"/{name}"] = self.mapping.column(name)
        if name in self.mapping.constants:
            return self.mapping.constants[name]
        cell = self.line.cells.get(self.mapping.columns.get(name, ""), "")
        known = self.mapping.values.get(name)
        if known is None or not cell:
            return cell or None
        if cell not in known:
            self.fault(
                name,
                Text("{cell!r} has no entry in the mapping's values.{name}", cell=cell, name=name),
                Text("add it to the mapping, or correct the cell"),
            )
            return None
        return known[cell] or None

    def needed(self, name: str) -> str:
        """The field's text; a fault when it is empty."""
        text = self.text(name)
        if text is None and not any(fault.column == self.mapping.column(name) for fault in self.faults):
            self.fault(name, EMPTY, Text("fill it in"))
        return text or ""

    def read(self, name: str, parse: Callable[[str], T], pointer: str | None = None) -> T | None:
        """The field's parsed value; None when empty or faulty."""
        text = self.text(name, pointer)
        try:
            return None if text is None else parse(text)
        except BadValue as error:
            self.fault(name, error.problem, error.mend)
            return None

    def each(self, name: str, parse: Callable[[str], T]) -> list[T]:
        """The parsed parts between semicolons."""
        return self.read(name, lambda text: [parse(part) for part in values.listed(text)]) or []

    def at(self, name: str, pointer: str | None = None) -> datetime | None:
        """The field as a moment."""
        return self.read(name, lambda text: values.instant(text, self.zone, self.mapping.formats), pointer)

    def fault(self, name: str, problem: Text, mend: Text) -> None:
        """Note a problem of a field, once."""
        fault = RowFault(self.file, self.line.number, self.key, self.mapping.column(name), problem, mend)
        if fault not in self.faults:
            self.faults.append(fault)

    def command(self, name: str, at: str, /, *, version: int = 1, **data: Any) -> Command:
        """The command of this row: empty fields are left out; `at` is the field that says when it happened."""
        self.needed(at)
        time = self.at(at, "/occurred_at")
        self.columns["/time"] = self.mapping.column(at)
        kept = {key: value for key, value in data.items() if value not in (None, [])}
        return Command(f"bugle.intake.{name}.v{version}", self.line.number, self.key, time, kept, self.columns)
