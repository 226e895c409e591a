"""Mapping files: how the columns of a ledger that an office has become fields of a record (docs/importing.md)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bugle.importing.faults import Unreadable
from bugle.importing.values import EXAMPLE, FORMATS

KEY = "no"
_KEYS = {
    "programme", "records", "ledger", "zone", "encoding", "delimiter", "sheet", "key", "columns", "constants", "values",
    "formats", "register_enterprises", "oracle",
}  # fmt: skip

_TEXTS = {"programme", "records", "ledger", "zone", "encoding", "delimiter", "sheet", "key"}


@dataclass(frozen=True, slots=True)
class Oracle:
    """A column that is never imported, only compared afterwards: which of its values agree with which clock status."""

    column: str
    agree: Table[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Mapping:
    """`columns`: field → column; `constants`: field → text; `values`: field → cell → value.

    The other defaults are those of our own CSV files.
    """

    records: str
    columns: Table[str, str]
    programme: str | None = None
    ledger: str | None = None
    zone: ZoneInfo | None = None
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    sheet: str | None = None
    key: str = KEY
    constants: Table[str, str] = field(default_factory=dict)
    values: Table[str, Table[str, str]] = field(default_factory=dict)
    formats: tuple[str, ...] = FORMATS
    register_enterprises: bool = False
    oracle: Oracle | None = None

    def column(self, name: str) -> str:
        """The column behind a field, or the field's own name where there is none."""
        return self.columns.get(name, name)


def own(records: str, fields: tuple[str, ...]) -> Mapping:
    """The mapping of our own CSV files: columns are named as the fields."""
    return Mapping(records, {name: name for name in fields})


def read_mapping(path: Path, fields: Table[str, tuple[str, ...]]) -> Mapping:
    """Read a mapping file; `fields` are those of each kind of records. Unreadable names the key that is wrong."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unreadable(f"The mapping {path} cannot be read: {error}.") from error
    if unknown := sorted(table.keys() - _KEYS):
        raise Unreadable(f"{path.name}: {unknown[0]} is no key of a mapping; use {', '.join(sorted(_KEYS))}.")
    try:
        return _mapping(table, fields)
    except (KeyError, TypeError, ValueError, AttributeError, ZoneInfoNotFoundError) as error:
        raise Unreadable(f"{path.name}: {error.args[0] if error.args else error}.") from error


def _mapping(table: dict[str, Any], fields: Table[str, tuple[str, ...]]) -> Mapping:
    records = table.get("records", "issues")
    if records not in fields:
        raise ValueError(f"records must be one of {', '.join(fields)}, not {records!r}")
    columns = {str(name): str(column) for name, column in table.get("columns", {}).items()}
    constants = {str(name): str(value) for name, value in table.get("constants", {}).items()}
    for name in [*columns, *constants, *table.get("values", {})]:
        if name not in fields[records]:
            raise ValueError(f"{name} is no field of {records}; use {', '.join(fields[records])}")
    for name in _TEXTS & table.keys():
        if not isinstance(table[name], str) or not table[name]:
            raise ValueError(f"{name} must be a text in quotes, not {table[name]!r}")
    if len(table.get("delimiter", ",")) != 1:
        raise ValueError(f"delimiter must be one character, not {table['delimiter']!r}")
    _check_formats(table.get("formats", FORMATS))
    oracle = table.get("oracle")
    return Mapping(
        records,
        columns,
        programme=table.get("programme"),
        ledger=table.get("ledger"),
        zone=ZoneInfo(table["zone"]) if "zone" in table else None,
        encoding=table.get("encoding", "utf-8-sig"),
        delimiter=table.get("delimiter", ","),
        sheet=table.get("sheet"),
        key=table.get("key", KEY),
        constants=constants,
        values={
            name: {cell: str(value) for cell, value in pairs.items()} for name, pairs in table.get("values", {}).items()
        },
        formats=tuple(table.get("formats", FORMATS)),
        register_enterprises=bool(table.get("register_enterprises", False)),
        oracle=oracle and Oracle(oracle["column"], {k: tuple(v) for k, v in oracle["agree"].items()}),
    )


def _check_formats(formats: Any) -> None:
    if not isinstance(formats, list | tuple) or not formats or not all(isinstance(one, str) and one for one in formats):
        raise ValueError(f'formats must be a list of texts such as ["%d.%m.%Y"], not {formats!r}')
    for pattern in formats:
        try:
            datetime.strptime(EXAMPLE.strftime(pattern), pattern)  # noqa: DTZ007 - only whether it can be read
        except (ValueError, re.error):
            raise ValueError(f"formats: {pattern!r} describes no date; write one such as %d.%m.%Y") from None
