"""`at`: how things stood at the end of a day or at an instant, by when they occurred. `as_of`: as they were known then.

What was known at an instant is what the events sequenced by then amount to, whatever has come to light since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, text

from eventkit.envelope import PARTITIONS, parse_instant, partition_of
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting import CONSUMER, TOPICS
from reporting.queries.scope import Scope
from reporting.queries.zones import known_zones
from reporting.read_model.tables import programmes

_FORM = Text("write a date such as 2021-04-22 or an instant with offset such as 2021-04-22T18:00:00+08:00")
_PROGRESS = text(
    "SELECT partition, min(watermark), count(*) FROM progress WHERE consumer = :consumer GROUP BY partition"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """`before`: everything that occurred earlier counts; None: everything. `given`: as the caller wrote it.

    `day`: with it ends a day of the programme that was named, in whose zone `before` is.
    """

    given: str | None
    before: datetime | None
    day: bool = False


NOW = Moment(None, None)

_OF_DUE = ("deadline_missed", "clock_unobserved")


def tells_of(name: str, occurred_at: datetime, moment: Moment) -> bool:
    """Whether an event of this short type tells of the moment: what had occurred by then, and what became of a deadline
    that ended with it, which counts on the day that is over."""
    if moment.before is None or occurred_at < moment.before:
        return True
    return name in _OF_DUE and occurred_at == moment.before


def moment(connection: Connection, scope: Scope, given: str | None, programme: str | None, field: str = "at") -> Moment:
    """The moment that a parameter means. A date ends at 24:00 in the programme's zone; an instant includes itself."""
    if given is None:
        return NOW
    try:
        if len(given) > 10:
            return Moment(given, parse_instant(given) + timedelta(microseconds=1))
        following = date.fromisoformat(given) + timedelta(days=1)
    except (ValueError, OverflowError):
        problem = Text("{given!r} is neither a date nor an instant", given=given)
        raise Faulty([FieldProblem(field, problem, _FORM)]) from None
    zone = _zone(connection, scope, programme, field)
    return Moment(given, datetime.combine(following, time(), zone), day=programme is not None)


def _zone(connection: Connection, scope: Scope, programme: str | None, field: str) -> ZoneInfo:
    zone = programmes.c.document["zone"].astext
    wanted = select(zone).where(scope.rows(programmes)).distinct()
    if programme is not None:
        wanted = wanted.where(programmes.c.programme_id == programme)
    zones = sorted(known_zones().intersection(connection.scalars(wanted)))
    if len(zones) > 1:
        problem = Text("a day ends at different times in {zones}", zones=zones)
        raise Faulty([FieldProblem(field, problem, Text("name a programme, or write an instant with offset"))])
    return ZoneInfo(zones[0] if zones else "UTC")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The instant up to which every service's events have been applied, by partition; and `as_of`, when asked for."""

    watermarks: dict[int, datetime]
    as_of: Moment = NOW

    def complete(self, moment: Moment, case: str | None = None) -> bool:
        """Whether nothing is missing that was known `as_of`; without it, that was sequenced until the moment; without
        both, whether anything has been read at all."""
        before = moment.before if self.as_of.before is None else self.as_of.before
        wanted = range(PARTITIONS) if case is None else [partition_of(case)]
        marks = [self.watermarks.get(partition) for partition in wanted]
        return all(mark is not None and (before is None or mark >= before) for mark in marks)

    @property
    def watermark(self) -> datetime | None:
        """The oldest of all partitions, but nothing later than `as_of`; None while one has had none."""
        if len(self.watermarks) < PARTITIONS:
            return None
        known = min(self.watermarks.values())
        return known if self.as_of.before is None else min(known, self.as_of.before)


def knowledge(connection: Connection, as_of: Moment = NOW) -> Knowledge:
    """What the consumer's progress says; a partition counts when all topics have sent it a watermark."""
    rows = connection.execute(_PROGRESS, {"consumer": CONSUMER})
    return Knowledge({n: mark for n, mark, topics in rows if topics == len(TOPICS) and mark.timestamp() > 0}, as_of)
