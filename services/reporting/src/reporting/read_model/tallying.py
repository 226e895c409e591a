"""Tallies: how many issues and clocks have the same values, kept with the versions from which they are counted.

Level `now` counts what is known now. Levels `month` and `day` count what came to be known in it, less what ceased: an
answer as of an instant adds up whole months, then days, and reads single versions of its last day only. What counts
alike is said once, by the views `issue_cells` and `clock_cells`; whoever changes versions counts the cases concerned
before and after, and adds the difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    MetaData,
    Select,
    Table,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID
from sqlalchemy.types import Text

from reporting.read_model import statements
from reporting.read_model.tables import LIVE, TALLIES, VERSIONS, tallied

Counts = Mapping[Table, Counter[tuple[Any, ...]]]
"""By table the values of a row but its count, and that."""

_PLACED = ("programme", "level", "since", "cell", "count")
_LOCK = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('tallies', 0))")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('tallies', 0))")
_EVER: ColumnElement[datetime] = literal_column("'-infinity'::timestamptz", TIMESTAMP(timezone=True))
_NOW: ColumnElement[datetime] = literal_column("'epoch'::timestamptz", TIMESTAMP(timezone=True))
"""Stands in `since` of what is known now."""
_LEVELS = ("month", "day")


def _alike(table: Table) -> list[str]:
    """The columns whose values make a cell."""
    return [str(column.name) for column in table.columns if column.name not in _PLACED]


def _view(name: str, table: Table) -> Table:
    own = (Column(each, table.c[each].type) for each in ("programme", *_alike(table)))
    known = (Column(each, TIMESTAMP(timezone=True)) for each in ("known_from", "known_to"))
    return Table(
        name, MetaData(), Column("case_id", UUID(as_uuid=False)), Column("zone", Text), *own, *known, schema=LIVE
    )


_CELLS = {table: _view(str(table.name).replace("_tallies", "_cells"), table) for table in TALLIES}


def are_whole(connection: Connection) -> bool:
    """Whether there are tallies that may be asked, and must be kept."""
    return connection.scalar(select(tallied.c.whole)) is not None


def counted(connection: Connection, since: Mapping[str, datetime]) -> Counts:
    """What these cases amount to now, and what became known of each from an instant on.

    Until the transaction has ended no programme is counted anew.
    """
    connection.execute(_LOCK)
    rows = [{"case_id": case, "known_from": at} for case, at in since.items()]
    return {table: _counts(connection, table, rows) for table in TALLIES}


def _counts(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    found = statements.rows_of(connection, _of_cases(table), rows)
    return Counter({tuple(row[:-1]): int(row[-1]) for row in found})


@cache
def _of_cases(table: Table) -> Select[Any]:
    of = statements.recordset(VERSIONS["ledger"], ("case_id", "known_from"))
    cells = _CELLS[table]
    wanted = _tally(table, cells.join(of, of.c.case_id == cells.c.case_id), of.c.known_from)
    shown = [cast(column, Text) if column.name == "since" else column for column in wanted.subquery().c]
    return select(*shown)


def add(connection: Connection, before: Counts, after: Counts) -> None:
    """Bring the tallies from what was counted before a change to what is counted after it."""
    for table in TALLIES:
        names = [str(column.name) for column in table.columns]
        differing = {key: after[table][key] - before[table][key] for key in before[table].keys() | after[table].keys()}
        changed = sorted(((*key, count) for key, count in differing.items() if count), key=lambda row: row[:4])
        statements.add_counts(connection, table, [dict(zip(names, row, strict=True)) for row in changed])


def tally_all(connection: Connection) -> None:
    """Count everything, and tell that it is whole."""
    for table in TALLIES:
        connection.execute(delete(table))
        _insert(connection, table, _tally(table, _CELLS[table], _EVER))
    connection.execute(delete(tallied))
    connection.execute(insert(tallied).values(whole=True))


def tally_again(connection: Connection, programmes: Iterable[str]) -> None:
    """Count these programmes anew: their days begin at another time than was thought."""
    for programme in sorted(programmes):
        connection.execute(_ALONE)
        for table in TALLIES:
            connection.execute(delete(table).where(table.c.programme == programme))
            wanted = _tally(table, _CELLS[table], _EVER, _CELLS[table].c.programme == programme)
            _insert(connection, table, wanted)


def _insert(connection: Connection, table: Table, wanted: Select[Any]) -> None:
    connection.execute(insert(table).from_select([column.name for column in table.columns], wanted))


def _tally(
    table: Table, source: FromClause, since: ColumnElement[datetime], *where: ColumnElement[bool]
) -> Select[Any]:
    """The tallies of the cells in a source, in the order of the table's columns."""
    names, cells = ["programme", *_alike(table)], _CELLS[table]
    wanted = [*(cells.c[name] for name in names), cells.c.known_from, cells.c.known_to, cells.c.zone]
    held = select(*wanted, since.label("from_then")).select_from(source).where(*where).cte("held")
    values = [held.c[name] for name in names]
    parts = [
        select(*values, literal("now").label("level"), _NOW.label("since"), _one(1)).where(held.c.known_to.is_(None))
    ]
    for level in _LEVELS:
        for at, sign in ((held.c.known_from, 1), (held.c.known_to, -1)):
            begins = func.date_trunc(level, at, held.c.zone)
            parts.append(select(*values, literal(level), begins, _one(sign)).where(at >= held.c.from_then))
    changes = union_all(*parts).subquery("changes")
    alike = [changes.c[name] for name in _alike(table)]
    count = func.sum(changes.c.one)
    cell = cast(func.md5(cast(func.json_build_array(*alike), Text)), UUID(as_uuid=False))
    placed = [changes.c.programme, changes.c.level, changes.c.since]
    shown = [*placed, cell.label("cell"), *alike, cast(count, BigInteger).label("count")]
    return select(*shown).group_by(*placed, *alike).having(count != 0)


def _one(sign: int) -> ColumnElement[int]:
    return literal_column(str(sign), BigInteger()).label("one")
