"""What stands in a cell: for people in words and local time, for programs as it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from eventkit.envelope import parse_instant
from reporting.bulletins import cells as bulletins
from reporting.exports.columns import Kind, kind_of
from reporting.web.telling import Telling
from reporting.web.words import Words

Row = Mapping[str, Any]


class Cells:
    """Reads cells out of rows. A row may name its programme and agency; else it belongs to the list's own."""

    def __init__(self, words: Words, writing: bulletins.Cells, programme: str = "", agency: str = "") -> None:
        self._words = words
        self._writing = writing
        self._own = programme, agency
        self._telling: dict[tuple[str, str], Telling] = {}

    @property
    def zone(self) -> ZoneInfo:
        """In which instants are told to people."""
        return self._writing.zone

    def stored(self, row: Row, column: str) -> Any:
        """The value by the kind of its column, ids and codes as they are. Days and instants out of events are text."""
        value = row.get(column)
        if value is None:
            return None
        match kind_of(column):
            case Kind.TEXT:
                return str(value)
            case Kind.TEXTS:
                return [str(one) for one in value]
            case Kind.DECIMAL | Kind.SHARE:
                return float(value)
            case Kind.DAY:
                return value if isinstance(value, date) else date.fromisoformat(str(value))
            case Kind.INSTANT:
                return value if isinstance(value, datetime) else parse_instant(str(value))
            case _:
                return value

    def said(self, row: Row, column: str) -> Any:
        """The value in words; instants in the list's zone and without one, which spreadsheets know nothing of."""
        value = self.stored(row, column)
        match kind_of(column):
            case Kind.TEXT | Kind.TEXTS if value is not None:
                return self._of(row).value(column, value)
            case Kind.INSTANT if isinstance(value, datetime):
                return value.astimezone(self.zone).replace(tzinfo=None, microsecond=0)
            case _:
                return value

    def told(self, row: Row, column: str) -> str | None:
        """As text for people."""
        value = self.said(row, column)
        if value is None:
            return None
        return self._of(row).value(column, value) if isinstance(value, bool) else str(value)

    def head(self, column: str) -> str:
        """What the column is called."""
        return self._words.name(column, "column") or column

    def _of(self, row: Row) -> Telling:
        own = str(row.get("programme") or self._own[0]), str(row.get("agency") or self._own[1])
        if own not in self._telling:
            self._telling[own] = Telling(self._words, self._writing, *own)
        return self._telling[own]
