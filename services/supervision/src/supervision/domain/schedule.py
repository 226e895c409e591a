"""When the stages of a clock are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from supervision.domain.events import Milestone, Stage
from supervision.domain.limits import Counting, Moment
from supervision.domain.policy import ClockRule

REMINDER, MISS = 0, 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """A due time and the stages around it; provisional when any of them counted days of an unknown year."""

    due_at: datetime
    stages: tuple[Stage, ...]
    provisional: bool


def schedule(
    rule: ClockRule, counting: Counting, since: datetime, external: datetime | None, milestone: Milestone | None
) -> Schedule | None:
    """The schedule of a clock that starts at `since`; None when its limit is external and no date is given."""
    due = _due(rule, counting, since, external, milestone)
    if due is None:
        return None
    remind = None if rule.remind is None else counting.earlier(due.at, rule.remind)
    climbs = [(step, counting.later(due.at, step.after)) for step in rule.steps]
    stages = [Stage(MISS, "miss", None, due.at)]
    if remind is not None and remind.at > since:  # a reminder before the clock ran would remind of nothing
        stages.insert(0, Stage(REMINDER, "reminder", None, remind.at))
    stages += [Stage(MISS + n, "escalation", s.level, later.at) for n, (s, later) in enumerate(climbs, start=1)]
    counted = [due, *([] if remind is None else [remind]), *(later for _, later in climbs)]
    return Schedule(due.at, tuple(stages), any(moment.provisional for moment in counted))


def _due(
    rule: ClockRule, counting: Counting, since: datetime, external: datetime | None, milestone: Milestone | None
) -> Moment | None:
    if milestone is not None:
        return Moment(counting.end(milestone.due_on))
    if rule.limit.unit == "external":
        return None if external is None else Moment(external)
    return counting.due(since, rule.limit)
