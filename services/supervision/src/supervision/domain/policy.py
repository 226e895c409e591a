"""What supervision reads in a programme version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from supervision.domain.limits import Limit, parse_limit


@dataclass(frozen=True, slots=True)
class Step:
    """One escalation: to `level` of the ladder, whose `role` answers, so long after the due time."""

    level: int
    role: str
    after: Limit


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A kind of clock. With `each_milestone` there is one per line of a plan."""

    id: str
    starts: str
    stops: frozenset[str]
    limit: Limit
    remind: Limit | None
    card: str | None
    steps: tuple[Step, ...]
    each_milestone: bool

    @property
    def counts_working_days(self) -> bool:
        """Whether any of its limits is in working days."""
        spans = (self.limit, self.remind, *(step.after for step in self.steps))
        return any(span is not None and span.unit == "wd" for span in spans)


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a programme, as far as deadlines and close-out go by it."""

    programme: str
    version: int
    zone: ZoneInfo
    calendar: str
    observed_until: datetime | None
    grace: timedelta
    backdating: timedelta
    verification_required: bool
    copy_to_office: bool
    clocks: Mapping[str, ClockRule]

    @classmethod
    def of(cls, programme: str, version: int, document: Mapping[str, Any]) -> Policy:
        """Read a published document; parts that supervision does not know are passed over."""
        until = document.get("observed_until")
        verification = document["verification"]
        roles = {rung["level"]: rung["role"] for rung in document["ladder"]}
        return cls(
            programme=programme,
            version=version,
            zone=ZoneInfo(document["zone"]),
            calendar=document["calendar"],
            observed_until=None if until is None else datetime.fromisoformat(until.upper()).astimezone(UTC),
            grace=timedelta(seconds=document["grace_seconds"]),
            backdating=timedelta(days=document["backdating_days"]),
            verification_required=verification["required"],
            copy_to_office=verification["copy_to_office"],
            clocks={rule["id"]: _rule(rule, roles) for rule in document["clocks"]},
        )

    def rule(self, clock: str) -> ClockRule:
        """The rule of a clock; "milestone:2" is the second of the rule "milestone"."""
        return self.clocks[clock.partition(":")[0]]


def _rule(rule: Mapping[str, Any], roles: Mapping[int, str]) -> ClockRule:
    remind = rule.get("remind")
    climbs = sorted(rule.get("escalate", ()), key=lambda step: int(step["level"]))
    return ClockRule(
        id=rule["id"],
        starts=rule["starts"],
        stops=frozenset(rule["stops"]),
        limit=parse_limit(rule["limit"]),
        remind=None if remind is None else parse_limit(remind),
        card=rule.get("card"),
        # a level past the ladder's end has no role and never fires
        steps=tuple(
            Step(s["level"], roles[s["level"]], parse_limit(s["after"])) for s in climbs if s["level"] in roles
        ),
        each_milestone=rule.get("each") == "milestone",
    )
