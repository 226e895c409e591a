"""What a log may say of an error: its kind and what happened, never SQL, rows, passwords or what somebody typed.

Messages of libraries cite their input: SQLAlchemy the statement, PostgreSQL the row (DETAIL) or the value, pydantic the
value, URLs a password. A log is read by more people than the data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from traceback import walk_tb

from psycopg import Error as DatabaseError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

LONGEST = 300
_PASSWORD = re.compile(r"(://[^/\s:@]*):[^/\s@]+@")
_CITES_VALUES = "22"
"""SQLSTATE class of data exceptions: their messages show the value that was wrong."""


def brief(error: BaseException) -> str:
    """An error in one line: `Kind: what happened`."""
    kind, said = _told(error)
    line = next(iter(said.strip().splitlines()), "")[:LONGEST]
    return f"{kind}: {redacted(line)}" if line else kind


def redacted(text: str) -> str:
    """The text with the passwords of addresses covered."""
    return _PASSWORD.sub(r"\1:***@", text) if "://" in text else text


def trail(error: BaseException) -> list[str]:
    """Where it was raised, outermost first, and what caused it: `file:line function` without the source's text."""
    return [line for one in _chain(error) for line in (*_frames(one), brief(one))]


def _told(error: BaseException) -> tuple[str, str]:
    if isinstance(error, DBAPIError) and isinstance(error.orig, BaseException):
        return _told(error.orig)
    if isinstance(error, DatabaseError) and error.sqlstate is not None:
        return type(error).__name__, _primary(error)
    if isinstance(error, ValidationError):
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        return type(error).__name__, "; ".join(f"{'/'.join(map(str, e['loc']))} {e['type']}" for e in faults)
    return type(error).__name__, str(error)


def _primary(error: DatabaseError) -> str:
    state = error.sqlstate or ""
    return state if state.startswith(_CITES_VALUES) else f"{error.diag.message_primary or state}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The causes first, as Python prints them; each once."""
    known: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in known:
        known.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return reversed(known)


def _frames(error: BaseException) -> Iterator[str]:
    for frame, line in walk_tb(error.__traceback__):
        file = "/".join(PurePath(frame.f_code.co_filename).parts[-2:])
        yield f"{file}:{line} {frame.f_code.co_name}"
