"""Pages of lists: the window that an address asks for, and where the next one begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from fastapi import Request

from eventkit.paging import LIMIT, Window, cursor, keyset

R = TypeVar("R")

PAGED = ("after",)
"""The parameter of a list that is no filter."""


def window_of(request: Request, *types: type, limit: int = LIMIT) -> Window:
    """The window of a list whose key has these types; Unreadable for a cursor that is none of its own."""
    found: Window = keyset(*types)(limit, request.query_params.get("after"))
    return found


def split(rows: Sequence[R], window: Window, key: Callable[[R], Sequence[Any]]) -> tuple[Sequence[R], str | None]:
    """The rows of the page, and the cursor of the next one if there is one."""
    shown = rows[: window.limit]
    return shown, cursor(key(shown[-1])) if len(rows) > window.limit else None
