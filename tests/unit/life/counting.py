"""When a clock is due, counted day by day from the events and the documents alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from eventkit.envelope import Envelope
from tests.unit.life import made

CHINA = ZoneInfo("Asia/Shanghai")
Span = tuple[datetime, datetime]
Lap = tuple[int, int]
"""A round, and how many long-term results of it had been followed by another."""
ANSWERING = ("result", "fed_back", "verified")


class Counting:
    """What counts in each case, as far as the events have told it."""

    def __init__(self) -> None:
        self.calendar: Mapping[str, Any] = {}
        self._pauses: dict[str, list[Span]] = defaultdict(list)
        self._merged: dict[str, datetime] = {}
        self._apart: dict[str, list[Span]] = defaultdict(list)
        self._asked: dict[str, list[tuple[str, int, datetime]]] = defaultdict(list)
        self._more: dict[tuple[str, str, Lap], list[tuple[datetime, str]]] = defaultdict(list)
        self._begun: dict[tuple[str, str, Lap], datetime] = {}
        self._left: dict[tuple[str, str, Lap], datetime] = {}
        self._laps: dict[tuple[str, str, int], Lap] = {}
        self._results: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._told: dict[tuple[str, int, str, datetime], int] = {}
        self._grades: dict[str, str | None] = {}
        self._wanted: dict[str, str | None] = {}

    def hear(self, what: str, event: Envelope) -> None:
        """An event of supervision; `check` comes first for a clock that starts."""
        data, at, case = event.json(), event.occurred_at, event.key
        match what:
            case "calendar_published":
                self.calendar = data["years"]
            case "watch_opened":
                self._wanted[case] = data["due_at"]
            case "clock_started":
                self._laps[case, data["clock"], data["generation"]] = self.lap(data)
            case "enterprise_verified":
                self._answer(case, data["round"], "verified", at)
            case "case_paused":
                self._pauses[case].append((at, datetime.fromisoformat(data["until"])))
            case "case_resumed":
                self._pauses[case][data["pause"] - 1] = (self._pauses[case][data["pause"] - 1][0], at)
            case "extension_asked":
                self._asked[case].append((data["clock"], data["generation"], at))
            case "extension_decided" if data["limit"] is not None:
                clock, generation, asked = self._asked[case][data["extension"] - 1]
                self._more[case, clock, self._laps[case, clock, generation]].append((asked, data["limit"]))
            case "fact_learnt":
                self._learn(case, data, at)

    def _learn(self, case: str, data: Mapping[str, Any], at: datetime) -> None:
        if data["grade"] is not None:
            self._grades[case] = data["grade"]
        if data["fact"] == "result":
            self._results[case, data["round"]].append(data["outcome"])
        self._answer(case, data["round"], data["fact"], at)
        if data["fact"] == "merged":
            self._merged[case] = at
        if data["fact"] == "unmerged" and self._merged[case] < at:
            self._apart[case].append((self._merged[case], at))

    def _answer(self, case: str, round: int, fact: str, at: datetime) -> None:
        self._told[case, round, fact, at] = self._results[case, round][:-1].count("long_term")

    def lap(self, clock: Mapping[str, Any]) -> Lap:
        """Where a clock belongs that starts: with its fact; with the generation before if it counts from elsewhere."""
        case, round, fact = clock["case"], clock["round"], clock["fact"]
        if fact not in ANSWERING:
            return round, 0
        before = [lap for (*of, _), lap in self._laps.items() if of == [case, clock["clock"]] and lap[0] == round]
        since = datetime.fromisoformat(clock["started_at"])
        return round, self._told.get((case, round, fact, since), before[-1][1] if before else 0)

    def merged(self, case: str, at: datetime) -> bool:
        """Whether the moment lies in a merger that was undone."""
        return any(begin < at < end for begin, end in self._apart[case])

    def due(self, clock: Mapping[str, Any], part_due: str | None, adopted: datetime | None) -> datetime:
        """When it is due by everything heard so far.

        `adopted`: the newer version came then that counts it anew; it makes nothing due that was in time before.
        """
        case, *_ = about = (clock["case"], clock["clock"], self.lap(clock))
        begun = self._begun.setdefault(about, datetime.fromisoformat(clock["started_at"]))
        at = self._more_than(self._first(clock, begun, part_due), about, None)
        if about in self._left:
            at = max(at, self._more_than(self._leaving_the_day(case, self._left[about]), about, self._left[about]))
        if adopted is not None and at < adopted:
            self._left[about] = adopted
            at = self._leaving_the_day(case, adopted)
        return at

    def _first(self, clock: Mapping[str, Any], since: datetime, part_due: str | None) -> datetime:
        """Without extensions."""
        case, id = clock["case"], clock["clock"].split(":")[0]
        rule = next(one for one in made.document(clock["policy_version"])["clocks"] if one["id"] == id)
        special = rule.get("limits", ()) if self._grades.get(case) == "key" else ()
        limit = special[0]["limit"] if special else rule["limit"]
        if limit == "external":
            return _end(date.fromisoformat(part_due)) if part_due else datetime.fromisoformat(str(self._wanted[case]))
        return self._later(since, since.astimezone(CHINA).date(), limit, self._spans(case))

    def _more_than(self, at: datetime, about: tuple[str, str, Lap], since: datetime | None) -> datetime:
        """With the extensions that were asked for since a moment."""
        for asked, more in self._more[about]:
            if since is None or asked >= since:
                day = (at - timedelta(microseconds=1)).astimezone(CHINA).date()
                at = self._later(at, day, more, self._spans(about[0]))
        return at

    def _leaving_the_day(self, case: str, since: datetime) -> datetime:
        """The end of the day, or of the first one after it at whose end the case is not paused."""
        return _end(next(day for day in _days(since.astimezone(CHINA).date()) if not _paused(day, self._spans(case))))

    def _spans(self, case: str) -> Sequence[Span]:
        return [*self._pauses[case], *self._apart[case]]

    def _later(self, since: datetime, day: date, limit: str, spans: Sequence[Span]) -> datetime:
        if limit.endswith("h"):
            return _hours(since, int(limit[:-1]), spans)
        left, days = int(limit.rstrip("wd")), _days(day + timedelta(days=1))
        while left:
            day = next(days)
            left -= (not limit.endswith("wd") or self._works(day)) and not _paused(day, spans)
        return _end(day)

    def _works(self, day: date) -> bool:
        year = self.calendar.get(str(day.year), {"off": (), "work": ()})
        return str(day) in year["work"] or (day.weekday() < 5 and str(day) not in year["off"])


def _days(day: date) -> Iterator[date]:
    while True:
        yield day
        day += timedelta(days=1)


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=CHINA).astimezone(UTC)


def _paused(day: date, spans: Sequence[Span]) -> bool:
    return any(begin < _end(day) <= end for begin, end in spans)


def _hours(since: datetime, hours: int, spans: Sequence[Span]) -> datetime:
    """Second by second would be as good, but slow: from one beginning or end of a pause to the next."""
    left, at = timedelta(hours=hours), since
    for edge in sorted({moment for span in spans for moment in span if moment > since}):
        if not any(begin <= at < end for begin, end in spans):
            if at + left <= edge:
                return at + left
            left -= edge - at
        at = edge
    return at + left
