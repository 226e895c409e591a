"""Tallies: how many issues and clocks have the same values, kept with the versions from which they are counted.

Level `now` counts what is known now. Levels `month` and `day` count what came to be known in it, less what ceased: an
answer as of an instant adds up whole months, then days, and reads single versions of its last day only. Levels
`stood_month` and `stood_day` count what came to be so in it, less what ceased, by when it occurred: an answer at a day
adds them up alike. What counts alike is said once for each table, by two views: `issue_cells` of what is known,
`issue_stood` of what stood; whoever changes cases counts those concerned before and after, and adds the difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
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
    exists,
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
from reporting.read_model.tables import LIVE, MARKS, TALLIES, VERSIONS

Counts = Mapping[Table, Counter[tuple[Any, ...]]]
"""By table the values of a row but its count, and that."""

_PLACED = ("programme", "level", "since", "cell", "count")
_LOCK = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('tallies', 0))")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('tallies', 0))")
_EVER: ColumnElement[datetime] = literal_column("'-infinity'::timestamptz", TIMESTAMP(timezone=True))
_NOW: ColumnElement[datetime] = literal_column("'epoch'::timestamptz", TIMESTAMP(timezone=True))
"""Stands in `since` of what is known now."""


class Kept(NamedTuple):
    """Which tallies may be asked, and must be kept: `whole`: of what is and was known; `stood`: of what stood."""

    whole: bool
    stood: bool


_EVERY = Kept(True, True)


class _Cells(NamedTuple):
    """The view of a table's cells, the columns that tell from when until when each counts, and the levels that are
    counted from it, by what their time is cut into."""

    view: Table
    begins: str
    ends: str
    levels: Mapping[str, str]


def _alike(table: Table) -> list[str]:
    """The columns whose values make a cell."""
    return [str(column.name) for column in table.columns if column.name not in _PLACED]


def _cells(table: Table, name: str, begins: str, ends: str, levels: Mapping[str, str]) -> _Cells:
    own = (Column(each, table.c[each].type) for each in ("programme", *_alike(table)))
    held = (Column(each, TIMESTAMP(timezone=True)) for each in (begins, ends))
    case = Column("case_id", UUID(as_uuid=False))
    view = str(table.name).replace("tallies", name)
    return _Cells(Table(view, MetaData(), case, Column("zone", Text), *own, *held, schema=LIVE), begins, ends, levels)


_KNOWN = {
    table: _cells(table, "cells", "known_from", "known_to", {"month": "month", "day": "day"}) for table in TALLIES
}
_STOOD = {
    table: _cells(table, "stood", "from_at", "to_at", {"stood_month": "month", "stood_day": "day"}) for table in TALLIES
}


def kept(connection: Connection) -> Kept:
    """Which tallies there are."""
    told = connection.execute(select(*(exists(select(mark.c.whole)) for mark in MARKS))).one()
    return Kept(told[0], told[0] and told[1])


def counted(connection: Connection, since: Mapping[str, datetime], which: Kept) -> Counts:
    """What these cases amount to now and on their days, and what became known of each from an instant on.

    Until the transaction has ended no programme is counted anew.
    """
    connection.execute(_LOCK)
    rows = [{"case_id": case, "known_from": at} for case, at in since.items()]
    return {table: _counts(connection, table, rows, which) for table in TALLIES}


def _counts(connection: Connection, table: Table, rows: list[dict[str, Any]], which: Kept) -> Counter[tuple[Any, ...]]:
    found = statements.rows_of(connection, _of_cases(table, which), rows)
    return Counter({tuple(row[:-1]): int(row[-1]) for row in found})


@cache
def _of_cases(table: Table, which: Kept) -> Select[Any]:
    of = statements.recordset(VERSIONS["ledger"], ("case_id", "known_from"))
    wanted = _tally(table, which, lambda view: (view.join(of, of.c.case_id == view.c.case_id), of.c.known_from))
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
        _insert(connection, table, _tally(table, _EVERY, lambda view: (view, _EVER)))
    for mark in MARKS:
        connection.execute(delete(mark))
        connection.execute(insert(mark).values(whole=True))


def tally_again(connection: Connection, programmes: Iterable[str], which: Kept) -> None:
    """Count these programmes anew: their days begin at another time than was thought."""
    for programme in sorted(programmes):
        connection.execute(_ALONE)
        for table in TALLIES:
            connection.execute(delete(table).where(table.c.programme == programme))
            _insert(connection, table, _tally(table, which, lambda view: (view, _EVER), programme))


def _insert(connection: Connection, table: Table, wanted: Select[Any]) -> None:
    connection.execute(insert(table).from_select([column.name for column in table.columns], wanted))


Chosen = Callable[[Table], tuple[FromClause, ColumnElement[datetime]]]
"""Of a view the cells that are counted, and from when on that which became known of each."""


def _tally(table: Table, which: Kept, chosen: Chosen, programme: str | None = None) -> Select[Any]:
    """The tallies of chosen cells, in the order of the table's columns."""
    known = _held(table, _KNOWN[table], chosen, programme)
    of_now = [*_values(table, known), literal("now").label("level"), _NOW.label("since"), _one(1)]
    parts = [select(*of_now).where(known.c.ends.is_(None))]
    parts += _changes(table, _KNOWN[table], known, known.c.from_then)
    if which.stood:
        parts += _changes(table, _STOOD[table], _held(table, _STOOD[table], chosen, programme), _EVER)
    changes = union_all(*parts).subquery("changes")
    alike = [changes.c[name] for name in _alike(table)]
    count = func.sum(changes.c.one)
    cell = cast(func.md5(cast(func.json_build_array(*alike), Text)), UUID(as_uuid=False))
    placed = [changes.c.programme, changes.c.level, changes.c.since]
    shown = [*placed, cell.label("cell"), *alike, cast(count, BigInteger).label("count")]
    return select(*shown).group_by(*placed, *alike).having(count != 0)


def _held(table: Table, cells: _Cells, chosen: Chosen, programme: str | None) -> CTE:
    of = cells.view.c
    source, since = chosen(cells.view)
    placed = (of.zone, of[cells.begins].label("begins"), of[cells.ends].label("ends"), since.label("from_then"))
    wanted = select(*(of[name] for name in ("programme", *_alike(table))), *placed).select_from(source)
    if programme is not None:
        wanted = wanted.where(of.programme == programme)
    return wanted.cte(str(cells.view.name))


def _values(table: Table, held: CTE) -> list[ColumnElement[Any]]:
    return [held.c[name] for name in ("programme", *_alike(table))]


def _changes(table: Table, cells: _Cells, held: CTE, since: ColumnElement[datetime]) -> list[Select[Any]]:
    """What begins and ceases to count from an instant on, in the time of each level that it falls into."""
    return [
        select(*_values(table, held), literal(level), func.date_trunc(cut, at, held.c.zone), _one(sign)).where(
            at >= since
        )
        for level, cut in cells.levels.items()
        for at, sign in ((held.c.begins, 1), (held.c.ends, -1))
    ]


def _one(sign: int) -> ColumnElement[int]:
    return literal_column(str(sign), BigInteger()).label("one")
