"""What a list is to a file, and how its rows are read: a thousand at a time, whatever their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select
from sqlalchemy import Row as Record

from eventkit.paging import Window
from reporting.exports.cells import Row
from reporting.queries.filters import Condition
from reporting.web.opening import View

CHUNK = 1000
"""Rows that are read, looked up and written at once."""

Chunks = Iterator[Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list by its columns, of which the first is always there, and its rows, with the filters of its page.

    `parameters`: further ones that it asks for; `of_programme`: whether it is always one programme's.
    """

    columns: Callable[[View], Sequence[str]]
    rows: Callable[[View], Chunks]
    filters: Mapping[str, Condition] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    of_programme: bool = True


def fixed(*columns: str) -> Callable[[View], Sequence[str]]:
    """The same columns for whatever is asked."""
    return lambda view: columns


def streamed(
    connection: Connection, rows: Select[Any], key: Sequence[ColumnElement[Any]]
) -> Iterator[Sequence[Record[Any]]]:
    """The rows in the order of their key, by a cursor of the server's."""
    with connection.execute(rows.order_by(*key), execution_options={"yield_per": CHUNK}) as found:
        yield from found.partitions()


def paged(read: Callable[[Window], Sequence[Any]], key: Callable[[Any], tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
    """What a paged read has, page by page. Within one snapshot the pages join up."""
    after: tuple[Any, ...] | None = None
    while True:
        rows = read(Window(CHUNK, after))
        if rows:
            yield rows[:CHUNK]
        if len(rows) <= CHUNK:
            return
        after = key(rows[CHUNK - 1])
