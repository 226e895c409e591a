"""Letter numbers: a counter row per series and year, locked from the first letter drawn to the commit.

A series is a programme, or the programmes of an agency that write their letters alike (`Programme.series`).

Within a transaction numbers are counted in memory, for a batch may draw hundreds. A letter counts as used when the
assignment that names it is recorded; what is undone gives its number back, so no number is ever missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary, ref

from sqlalchemy import text

from eventkit.envelope import Envelope
from eventkit.session import Aggregate, Session
from eventkit.store import Transaction
from routing.adapters.tables import connection_of
from routing.domain.case import Case
from routing.domain.programme import Programme

_LOCK = text(  # the column programme is older than the series it names
    "INSERT INTO letters AS l (programme, year, last) VALUES (:series, :year, 0)"
    " ON CONFLICT (programme, year) DO UPDATE SET last = l.last RETURNING last"
)
_COUNT = text("UPDATE letters SET last = :last WHERE programme = :series AND year = :year")

_ASSIGNED = "bugle.routing.case_assigned.v1"


@dataclass(slots=True)
class _Series:
    """The letters of a series and year drawn in one session: number `last` + 1 onwards, as (case, letter)."""

    last: int
    drawn: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Book:
    session: ref[Session]
    series: dict[tuple[str, int], _Series] = field(default_factory=dict)


class LetterBook:
    """Implements `application.ports.Letters`; `count` is a projector and must be among the session's."""

    def __init__(self, cases: Aggregate[Case]) -> None:
        self._cases = cases
        self._books: WeakKeyDictionary[Transaction, _Book] = WeakKeyDictionary()

    def draw(self, session: Session, programme: Programme, year: int, case: str) -> str:
        """See the port. Waits while another transaction numbers letters of the same series and year."""
        series = self._series(session, programme.series, year)
        while series.drawn and not self._recorded(session, *series.drawn[-1]):
            series.drawn.pop()  # only the last can have been undone: a session forgets from its end
        letter = programme.numbered(year, series.last + len(series.drawn) + 1)
        series.drawn.append((case, letter))
        return letter

    def _recorded(self, session: Session, case: str, letter: str) -> bool:
        return letter in session.get(self._cases, case).letters

    def _series(self, session: Session, name: str, year: int) -> _Series:
        book = self._books.get(session.tx)
        if book is None or book.session() is not session:  # another session's book was rolled back with it
            book = self._books[session.tx] = _Book(ref(session))
        if (name, year) not in book.series:
            row = connection_of(session.tx).execute(_LOCK, {"series": name, "year": year})
            book.series[name, year] = _Series(row.scalar_one())
        return book.series[name, year]

    def count(self, tx: Transaction, written: list[Envelope]) -> None:
        """Bring the counters up to the letters that were written."""
        book = self._books.pop(tx, None)
        if book is None:
            return
        named = {(event.key, event.json()["letter"]) for event in written if event.type == _ASSIGNED}
        for (name, year), series in book.series.items():
            used = sum(drawn in named for drawn in series.drawn)
            if used:
                last = series.last + used
                connection_of(tx).execute(_COUNT, {"series": name, "year": year, "last": last})
