"""What other limits or another calendar would have made of deadlines, page by page: as `bugle whatif`, for the pages.

A clock is counted anew from its own start, without the pauses it was counted without and with the extensions it was
given. What units would have done under another limit nobody knows: each is held to what it did. A clock that was
cancelled stays so, unless it would have been due before that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, func, select

from eventkit.envelope import parse_instant
from reporting.queries.clocks import clocks_at
from reporting.queries.moments import Moment
from reporting.queries.periods import Period
from reporting.queries.scope import Scope
from reporting.queries.working_days import WorkingDays, working_days
from reporting.read_model.tables import ledger, timeline
from reporting.whatif.generations import key, replaced
from reporting.whatif.limits import Counting

BROKEN = ("late", "missed")
_STARTED = ("bugle.supervision.clock_started.v1", "bugle.supervision.clock_started.v2")
_CANCELLED = ("bugle.supervision.clock_cancelled.v1", "bugle.supervision.clock_cancelled.v2")
PAGE = 200
"""Issues whose clocks are read at a time."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs: limits by the ids of clocks (a milestone's is without its number), and the calendar's id."""

    limits: Mapping[str, str]
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Recount:
    """A clock as it is, and its due time and status as they would have been."""

    row: Row[Any]
    due_at: datetime
    status: str

    @property
    def worse(self) -> bool:
        """Kept or still running, and it would have been missed or late."""
        return self.status in BROKEN and self.row.status not in BROKEN


Page = tuple[Sequence[str], list[Recount]]
"""Issues by id, and their clocks."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of a programme that began on the days of a period and that no further generation has replaced.

    Each at a moment; one that has been replaced since is left out at every moment.

    `now`: until when deadlines have run out; `observed`: until when the programme was watched, None: for ever.
    """

    connection: Connection
    scope: Scope
    programme: str
    moment: Moment
    period: Period
    now: datetime
    observed: datetime | None

    def issues(self) -> int:
        """How many issues the programme has, whose clocks these are."""
        return self.connection.scalar(select(func.count()).select_from(ledger).where(*self._mine())) or 0

    def counted(self, rules: Rules, after: str | None) -> Iterator[Page]:
        """Pages of issues by id, those after one, each with its clocks under other rules."""
        counting = _Calendars(self.connection, self.period.zone, rules)
        while cases := self._page(after):
            yield cases, [self._recounted(row, said, rules, counting) for row, said in self._clocks(cases)]
            after = cases[-1]

    def _page(self, after: str | None) -> Sequence[str]:
        wanted = select(ledger.c.case_id).where(*self._mine()).order_by(ledger.c.case_id).limit(PAGE)
        return self.connection.scalars(wanted if after is None else wanted.where(ledger.c.case_id > after)).all()

    def _mine(self) -> list[ColumnElement[bool]]:
        return [ledger.c.programme == self.programme, self.scope.cases(ledger)]

    def _clocks(self, cases: Sequence[str]) -> Iterator[tuple[Row[Any], Mapping[str, Any]]]:
        """Those of the issues, each with what its start says of it."""
        rows = clocks_at(self.moment)
        days = (rows.c.started_at >= self.period.begin, rows.c.started_at < self.period.end)
        wanted = select(rows).where(rows.c.case_id.in_(cases), *days)
        starts = self._said(cases, _STARTED)
        started, gone = {key(said): said for said in starts}, replaced(starts, self._said(cases, _CANCELLED))
        for row in self.connection.execute(wanted.order_by(rows.c.case_id, rows.c.clock, rows.c.generation)):
            clock = (row.case_id, row.clock, row.generation)
            if clock not in gone:
                yield row, started[clock]

    def _said(self, cases: Sequence[str], types: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """What the events of these types say, of the issues."""
        of = timeline.c
        return self.connection.scalars(select(of.data).where(of.case_id.in_(cases), of.type.in_(types))).all()

    def _recounted(self, row: Row[Any], said: Mapping[str, Any], rules: Rules, counting: _Calendars) -> Recount:
        limit = rules.limits.get(row.clock.partition(":")[0], said["limit"])
        if limit == "external" or (limit == said["limit"] and rules.calendar is None):
            return Recount(row, row.due_at, row.status)
        by = counting.of(said.get("calendar"))
        pauses = [(parse_instant(one["from_at"]), parse_instant(one["to_at"])) for one in said.get("pauses") or ()]
        due = by.due(row.started_at, limit, pauses)
        for extension in said.get("extensions") or ():
            due = by.later(due, extension, pauses)
        return Recount(row, due, self._status(row, due))

    def _status(self, row: Row[Any], due: datetime) -> str:
        if due == row.due_at:
            return str(row.status)
        if row.cancelled_at is not None and row.cancelled_at <= due:
            return "cancelled"
        if row.stopped_at is not None:
            return "met" if row.stopped_at <= due else "late"
        if self.observed is not None and due > self.observed:
            return "unobserved"
        return "missed" if due <= self.now else "running"


class _Calendars:
    """Counts by the calendar asked about, else by that of the clock; each is read once."""

    def __init__(self, connection: Connection, zone: ZoneInfo, rules: Rules) -> None:
        self._connection, self._zone, self._rules = connection, zone, rules
        self._held: dict[str, Counting] = {}

    def of(self, id: str | None) -> Counting:
        """Of a clock that was counted by this calendar."""
        wanted = self._rules.calendar or id or ""
        if wanted not in self._held:
            held = working_days(self._connection, wanted) if wanted else WorkingDays("", {})
            self._held[wanted] = Counting(held, self._zone)
        return self._held[wanted]
