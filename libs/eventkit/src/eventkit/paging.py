"""Keyset paging: a page begins after the last row of the one before, so it costs the same at any depth.

@router.get("/cases")
def cases(window: Annotated[Window, Depends(keyset(datetime, str))], ...) -> dict[str, Any]:
    key = (case.c.opened_at, case.c.case_id)          # unique, not null, indexed together
    rows = connection.execute(window.select(select(case).where(...), *key)).all()
    return page(rows, window, key=lambda row: (row.opened_at, row.case_id), item=show)
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import orjson
from fastapi import Query
from sqlalchemy import ColumnElement, Select, tuple_

from eventkit.problems import FieldProblem, Unreadable
from eventkit.text import Text

LIMIT = 50
MOST = 200

R = TypeVar("R")

_PARSERS: dict[type, Callable[[Any], Any]] = {
    str: lambda value: _text(value),
    int: lambda value: _integer(value),
    datetime: lambda value: datetime.fromisoformat(value),
    date: lambda value: date.fromisoformat(value),
    UUID: lambda value: UUID(value),
}


def _text(value: object) -> str:
    """A text that PostgreSQL can compare with."""
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    return value


def _integer(value: object) -> int:
    """A whole number within PostgreSQL's bigint."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError
    return value


@dataclass(frozen=True, slots=True)
class Window:
    """What a page asks for: at most `limit` rows after the key `after` (None: from the beginning).

    `newest`: from the last key to the first.
    """

    limit: int
    after: tuple[Any, ...] | None
    newest: bool = False

    def select(self, query: Select[Any], *key: ColumnElement[Any]) -> Select[Any]:
        """The query in the order of its key, begun after the window's, with one row more than the page holds."""
        if self.after is not None:
            here, there = tuple_(*key), tuple_(*self.after)
            query = query.where(here < there if self.newest else here > there)
        ordered = [column.desc() for column in key] if self.newest else key
        return query.order_by(*ordered).limit(self.limit + 1)


def keyset(*types: type) -> Callable[..., Window]:
    """Dependency that reads `?limit=50&after=<opaque>` for a key of these column types."""

    def window(
        limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
        after: Annotated[str | None, Query(max_length=1024, description="`next` of the page before")] = None,
    ) -> Window:
        return Window(limit, None if after is None else _decode(after, types))

    return window


def page(
    rows: Sequence[R], window: Window, *, key: Callable[[R], Sequence[Any]], item: Callable[[R], Any] | None = None
) -> dict[str, Any]:
    """`{"items": [...], "next": "<opaque>" | null}` of the rows that `Window.select` fetched."""
    shown = rows[: window.limit]
    more = len(rows) > window.limit
    return {
        "items": [item(row) for row in shown] if item else list(shown),
        "next": cursor(key(shown[-1])) if more else None,
    }


def cursor(key: Sequence[Any]) -> str:
    """The opaque `next` of a page that ends with this key."""
    return base64.urlsafe_b64encode(orjson.dumps(list(key))).rstrip(b"=").decode()


def _decode(text: str, types: Sequence[type]) -> tuple[Any, ...]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return tuple(_PARSERS[kind](value) for kind, value in zip(types, values, strict=True))
    except (ValueError, TypeError, AttributeError, binascii.Error):
        mend = Text("take {parameter} of the page before, or leave it out", parameter="next")
        fault = FieldProblem("after", Text("is no cursor of this list"), mend)
        raise Unreadable([fault], Text("The cursor cannot be read.")) from None
