"""A file as commands to intake: every row judged by itself, with the key column as its identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bugle.importing.faults import RowFault, Unreadable
from bugle.importing.folder import Folder
from bugle.importing.issues import FIELDS as ISSUE_FIELDS
from bugle.importing.issues import issue
from bugle.importing.mapping import Mapping as ColumnMapping
from bugle.importing.mapping import own
from bugle.importing.records import FIELDS as RECORD_FIELDS
from bugle.importing.records import RECORDS
from bugle.importing.rows import EMPTY, Command, Row
from bugle.importing.sheets import Sheet, read_sheet
from eventkit.text import Text

_OWN_KEY = Text("give the row a key of its own")

FIELDS: Mapping[str, tuple[str, ...]] = {**RECORD_FIELDS, "issues": ISSUE_FIELDS}
BUILDERS = {**RECORDS, "issues": issue}
ORDER = ("enterprises", "teams", "visits", "issues", "services")
"""Later kinds refer to earlier ones."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A file that has been read. `rows`: all rows with content; those with `faults` have no command.

    `first`: commands that must be answered before the others; `theirs`: the oracle's value by key of the commands.
    """

    file: str
    records: str
    source: str
    rows: int
    commands: tuple[Command, ...]
    faults: tuple[RowFault, ...]
    first: tuple[Command, ...] = ()
    theirs: Mapping[str, str] = field(default_factory=dict)


def read_ledger(path: Path, folder: Folder, mapping: ColumnMapping | None = None) -> Ledger:
    """Read a file of a programme; without a mapping its columns are named as docs/importing.md says.

    Raises Unreadable when the file as a whole cannot be imported.
    """
    records = path.stem if path.stem in FIELDS else "issues"
    mapped = mapping or own(records, FIELDS[records])
    sheet = read_sheet(path, encoding=mapped.encoding, delimiter=mapped.delimiter, sheet=mapped.sheet)
    _check_columns(sheet, mapped, strict=mapping is None)
    name = mapped.ledger or f"{folder.id}/{path.stem}"
    rows = list(_rows(sheet, mapped, folder, name))
    commands = tuple(command for row, command in rows if not row.faults)
    faults = [*sheet.faults, *(fault for row, _ in rows for fault in row.faults)]
    return Ledger(
        sheet.file,
        mapped.records,
        f"/ledger/{folder.agency}/{name}",
        len(rows) + len({fault.row for fault in sheet.faults}),
        commands,
        tuple(sorted(faults, key=lambda fault: fault.row)),
        tuple(_enterprises(commands, folder)) if mapped.register_enterprises else (),
        {row.key: row.line.cells[mapped.oracle.column] for row, _ in rows if mapped.oracle and not row.faults},
    )


def _rows(sheet: Sheet, mapping: ColumnMapping, folder: Folder, ledger: str) -> Iterator[tuple[Row, Command]]:
    seen: dict[str, int] = {}
    for line in sheet.lines:
        row = Row(sheet.file, line, mapping, folder, ledger, line.cells[mapping.key])
        command = BUILDERS[mapping.records](row)
        _check_key(row, seen)
        yield row, command


def _check_columns(sheet: Sheet, mapping: ColumnMapping, *, strict: bool) -> None:
    if mapping.key not in sheet.columns:
        raise Unreadable(
            Text(
                "{file} has no key column {key}: without one a row could not be known again. "
                "Add it, or name the column that identifies a row as `key` in a mapping.",
                file=sheet.file,
                key=mapping.key,
            )
        )
    wanted = [] if strict else [*mapping.columns.values(), *([mapping.oracle.column] if mapping.oracle else [])]
    for column in wanted:
        if column not in sheet.columns:
            raise Unreadable(
                Text("{file} has no column {column}, which the mapping names.", file=sheet.file, column=column)
            )
    if strict:
        known = {mapping.key, *mapping.columns.values()}
        for column in sheet.columns:
            if column not in known:
                raise Unreadable(
                    Text(
                        "{file}: {column} is no column of {records}; rename it, or use a mapping.",
                        file=sheet.file,
                        column=column,
                        records=mapping.records,
                    )
                )


def _check_key(row: Row, seen: dict[str, int]) -> None:
    column = row.mapping.key
    if not row.key:
        row.faults.append(RowFault(row.file, row.line.number, "", column, EMPTY, _OWN_KEY))
    elif row.key in seen:
        problem = Text("{key} stands in row {row} already", key=row.key, row=seen[row.key])
        row.faults.append(RowFault(row.file, row.line.number, row.key, column, problem, _OWN_KEY))
    else:
        seen[row.key] = row.line.number


def _enterprises(commands: Iterable[Command], folder: Folder) -> Iterable[Command]:
    """A registration per enterprise that the rows name, as of its first row."""
    earliest: dict[str, Command] = {}
    for command in commands:
        before = earliest.setdefault(command.data["enterprise"], command)
        if before.time and command.time and command.time < before.time:
            earliest[command.data["enterprise"]] = command
    for name, command in earliest.items():
        data = {"agency": folder.agency, "name": name}
        columns = {"/name": command.column("/enterprise")}
        yield replace(command, type="bugle.intake.register_enterprise.v1", key=name, data=data, columns=columns)
