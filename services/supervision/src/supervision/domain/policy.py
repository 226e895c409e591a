"""What supervision's clocks read in a programme version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo, available_timezones

from supervision.domain.limits import Limit, parse_limit
from supervision.domain.notice import Telling
from supervision.domain.obligations import Obligations, day_of

Each = Literal["milestone", "supporting"]


class Clock(Protocol):
    """What a policy must know of a clock that was started."""

    @property
    def name(self) -> str: ...
    @property
    def stops(self) -> frozenset[str]: ...
    @property
    def card(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One escalation: to `level` of the ladder, whose `role` answers, so long after the due time."""

    level: int
    role: str
    after: Limit


@dataclass(frozen=True, slots=True)
class Special:
    """A limit for cases of a kind, of a grade, or assigned by a rule; None: whatever it is."""

    kind: str | None
    grade: str | None
    rule: str | None
    limit: Limit


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A kind of clock. With `each` there is one per line of a plan, or per supporting unit.

    `since`: the first day whose facts it counts; None: of whichever day.
    """

    id: str
    starts: str
    stops: frozenset[str]
    limit: Limit
    specials: tuple[Special, ...]
    remind: Limit | None
    card: str | None
    steps: tuple[Step, ...]
    each: Each | None
    since: date | None = None

    def counts_working_days(self, *limits: Limit) -> bool:
        """Whether working days are counted with these limits, for its reminder or for its levels."""
        spans = (*limits, self.remind, *(step.after for step in self.steps))
        return any(span is not None and span.unit == "wd" for span in spans)

    def limit_for(self, kind: str | None, grade: str | None, rule: str | None) -> Limit:
        """The first special limit that fits, else the common one."""
        for special in self.specials:
            wanted = ((special.kind, kind), (special.grade, grade), (special.rule, rule))
            if all(want in (None, have) for want, have in wanted):
                return special.limit
        return self.limit


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the local day without reminders; they may lie over midnight."""

    start: time
    end: time

    def moved(self, at: datetime, due: datetime, zone: ZoneInfo) -> datetime:
        """The moment itself; inside the quiet hours their end if that is before `due`, else their beginning."""
        local = at.astimezone(zone)
        if not self._holds(local.time()):
            return at
        over_midnight = self.start > self.end
        end = datetime.combine(local.date(), self.end, tzinfo=zone)
        if over_midnight and local.time() >= self.start:
            end = datetime.combine(local.date() + timedelta(days=1), self.end, tzinfo=zone)
        if end < due:
            return end.astimezone(UTC)
        start = datetime.combine(local.date(), self.start, tzinfo=zone)
        if over_midnight and local.time() < self.end:
            start = datetime.combine(local.date() - timedelta(days=1), self.start, tzinfo=zone)
        return start.astimezone(UTC)

    def _holds(self, clock: time) -> bool:
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True, slots=True)
class PauseRule:
    """For which reasons a case may be paused, and how long at most."""

    reasons: frozenset[str]
    max: Limit


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """How a department may ask for more time, and which access role decides."""

    ask_before: Limit | None
    max: Limit
    times: int
    decides: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a programme, as far as deadlines and close-out go by it.

    `ladder`: roles by level; `reports_to`: the level to which a case of a grade goes at once.
    """

    programme: str
    version: int
    agency: str
    zone: ZoneInfo
    calendar: str
    observed_until: datetime | None
    grace: timedelta
    backdating: timedelta
    verification_required: bool
    copy_to_office: bool
    adopted_by_open: bool
    clocks: Mapping[str, ClockRule]
    ladder: Mapping[int, str]
    grades: frozenset[str]
    reports_to: Mapping[str, int]
    quiet: Quiet | None
    pause: PauseRule | None
    extension: ExtensionRule | None
    obligations: Obligations
    telling: Telling
    earlier: Mapping[int, Policy] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, programme: str, version: int, document: Mapping[str, Any]) -> Policy:
        """Read a published document; parts that supervision does not know are passed over."""
        until = document.get("observed_until")
        verification = document["verification"]
        ladder = {rung["level"]: rung["role"] for rung in document["ladder"]}
        grades = document.get("grades", ())
        return cls(
            programme=programme,
            version=version,
            agency=document["agency"],
            zone=_zone(document["zone"]),
            calendar=document["calendar"],
            observed_until=None if until is None else datetime.fromisoformat(until.upper()).astimezone(UTC),
            grace=timedelta(seconds=document["grace_seconds"]),
            backdating=timedelta(days=document["backdating_days"]),
            verification_required=verification.get("required", False),
            copy_to_office=verification.get("copy_to_office", False),
            adopted_by_open=document.get("adopt", "open") == "open",
            clocks={rule["id"]: _rule(rule, ladder) for rule in document["clocks"]},
            ladder=ladder,
            grades=frozenset(grade["id"] for grade in grades),
            reports_to=_reports_to(grades, ladder),
            quiet=_quiet(document.get("quiet")),
            pause=_pause(document.get("pause")),
            extension=_extension(document.get("extension")),
            obligations=Obligations.of(document),
            telling=Telling.of(document),
        )

    def of_version(self, version: int) -> Policy:
        """An earlier version, as far as it was given along; else this one."""
        return self.earlier.get(version, self)

    def rule(self, clock: str) -> ClockRule | None:
        """The rule of a clock; "milestone:2" is the second of the rule "milestone". None: this version has none."""
        return self.clocks.get(clock.partition(":")[0])

    def counts(self, rule: ClockRule, at: datetime) -> bool:
        """Whether a clock of the rule counts from a fact of this moment: not from one before the rule's first day."""
        return rule.since is None or at.astimezone(self.zone).date() >= rule.since

    def stops(self, clock: Clock) -> frozenset[str]:
        """The facts that stop a clock: its own, or those of its rule for one recorded before clocks carried them."""
        rule = self.rule(clock.name)
        return clock.stops if clock.stops or rule is None else rule.stops

    def card(self, clock: Clock) -> str | None:
        """The card that a clock's miss brings, likewise."""
        rule = self.rule(clock.name)
        return clock.card if clock.stops or rule is None else rule.card

    def minds(self, fact: str) -> bool:
        """Whether anything goes by a fact that is not one of the course of every case."""
        if fact in ("classified", "graded"):
            special = any(rule.specials for rule in self.clocks.values())
            return special or (fact == "graded" and bool(self.reports_to))
        if fact == "progress" and self.obligations.count("progress"):
            return True
        return any(fact == rule.starts or fact in rule.stops for rule in self.clocks.values())


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> ZoneInfo:
    """UTC for a name that is no zone: intake refuses it, but not when the oldest documents were published."""
    return ZoneInfo(name if name in _zones() else "UTC")


def _rule(rule: Mapping[str, Any], roles: Mapping[int, str]) -> ClockRule:
    remind = rule.get("remind")
    return ClockRule(
        id=rule["id"],
        starts=rule["starts"],
        stops=frozenset(rule["stops"]),
        limit=parse_limit(rule["limit"]),
        specials=tuple(
            Special(s.get("kind"), s.get("grade"), s.get("rule"), parse_limit(s["limit"]))
            for s in rule.get("limits", ())
        ),
        remind=None if remind is None else parse_limit(remind),
        card=rule.get("card"),
        steps=tuple(_climbing(rule.get("escalate", ()), roles)),
        each=rule.get("each"),
        since=day_of(rule.get("from")),
    )


def _climbing(told: Sequence[Mapping[str, Any]], roles: Mapping[int, str]) -> Iterator[Step]:
    """Level by level: one that the oldest documents pass over is climbed together with the one above it.

    A level past the ladder's end has no role and never fires.
    """
    known = (step for step in told if step["level"] in roles)
    reached = 0
    for step in sorted(known, key=lambda step: int(step["level"])):
        levels = range(reached + 1, int(step["level"]) + 1)
        yield from (Step(level, roles[level], parse_limit(step["after"])) for level in levels if level in roles)
        reached = int(step["level"])


def _reports_to(grades: Any, ladder: Mapping[int, str]) -> Mapping[str, int]:
    levels = {role: level for level, role in ladder.items()}
    return {g["id"]: levels[g["report_to"]] for g in grades if g.get("report_to") in levels}


def _quiet(told: Mapping[str, str] | None) -> Quiet | None:
    return None if told is None else Quiet(time.fromisoformat(told["from"]), time.fromisoformat(told["to"]))


def _pause(told: Mapping[str, Any] | None) -> PauseRule | None:
    if told is None:
        return None
    return PauseRule(frozenset(reason["id"] for reason in told["reasons"]), parse_limit(told["max"]))


def _extension(told: Mapping[str, Any] | None) -> ExtensionRule | None:
    if told is None:
        return None
    before = told.get("ask_before")
    ask_before = None if before is None else parse_limit(before)
    return ExtensionRule(ask_before, parse_limit(told["max"]), told["times"], told["decides"])
