"""The hash of a table, defined in docs/projections.md: a sum over rows, so it needs neither an order nor memory."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

import orjson

from bugle.verify.tables import Row

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
_MODULUS = 1 << 256


def instant(moment: datetime) -> str:
    """UTC with six decimals and Z: equal instants are equal text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return instant(value)
    raise TypeError(f"no text form for {type(value).__name__}")


def line(row: Row) -> bytes:
    """The canonical text of a row."""
    return orjson.dumps(row, default=_text, option=_OPTIONS)


class TableHash:
    """Grows by rows in any order; `text` is the sum in 64 hexadecimal digits."""

    __slots__ = ("_sum", "rows")

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Row) -> None:
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(sha256(line(row)).digest(), "big")) % _MODULUS

    @property
    def text(self) -> str:
        return f"{self._sum:064x}"
