"""A clock that begins to count on a day: what happened before it has no deadline by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from supervision.domain import leave
from supervision.domain.commands import Act, PauseCase
from supervision.domain.events import PolicyAdopted
from supervision.domain.policy import Policy
from supervision.domain.renewal import Cause, renew
from tests.unit.supervision.made import (
    Life,
    Service,
    china,
    document,
    issue_reported,
    names,
    policy,
    programme_published,
    step,
)

RECEIPT: dict[str, Any] = {"id": "receipt", "starts": "assigned", "stops": ["received"], "limit": "1wd"}
DAY = "2021-03-12"


@pytest.mark.parametrize(
    ("assigned", "starts"),
    [("2021-03-11T23:59:59", False), ("2021-03-12T00:00:00", True), ("2021-04-12T09:00:00", True)],
)
def test_clock_counts_from_its_day_on(assigned: str, *, starts: bool) -> None:
    """The day is that of the programme's zone: by UTC it begins eight hours later."""
    life = Life(policy({**RECEIPT, "from": DAY}))
    happened = life.step("assigned", china(assigned))
    assert names(happened) == ["FactLearnt", *(["ClockStarted"] if starts else [])]


def test_newer_version_leaves_alone_what_was_before_its_day() -> None:
    at = china("2021-03-11T09:30")
    life = Life(policy({**RECEIPT, "limit": "5wd"}))
    life.step("assigned", at, learnt_at=at)
    for day, moved in ((DAY, False), ("2021-03-11", True)):
        life.policy = Policy.of("jinxian", 2, document({**RECEIPT, "limit": "9wd", "from": day}))
        since = at + timedelta(hours=1)
        life.record([PolicyAdopted(life.watch.case, 2, since, since)])
        found = renew(life.watch, life.policy, life.calendar, Cause("policy", since, since, "policy_adopted"))
        assert names(found) == (["ClockCancelled", "ClockStarted"] if moved else [])


def test_clock_from_before_the_day_is_paused_by_its_own_version() -> None:
    at = china("2021-03-11T09:30")
    rules: dict[str, Any] = {"pause": {"reasons": [{"id": "enterprise"}], "max": "10d"}}
    life = Life(policy(RECEIPT, **rules))
    life.step("assigned", at, learnt_at=at)
    newer = Policy.of("jinxian", 2, document({**RECEIPT, "limit": "9wd", "from": DAY}, **rules))
    life.policy = replace(newer, earlier={1: life.policy})
    since = at + timedelta(hours=1)
    life.record([PolicyAdopted(life.watch.case, 2, since, since)])
    paused = PauseCase("enterprise", None, date(2021, 3, 12), Act("office", since, since))
    life.record(leave.pause(life.watch, paused, life.policy, life.calendar))
    [clock] = [clock for clock in life.watch.clocks if not clock.replaced]
    assert (clock.due_at, clock.limit, clock.policy_version) == (china("2021-03-16T00:00"), "1wd", 1)


def test_worker_knows_the_version_that_a_clock_began_under() -> None:
    service, days = Service(), [china(f"2021-03-{day}T09:30") for day in (11, 12, 15, 16)]
    first = programme_published(document({**RECEIPT, "limit": "5wd"}), at=days[0])
    service.hear(first, issue_reported(days[0], days[0]), step("assigned", days[0], days[0]))
    newer = document({**RECEIPT, "limit": "9wd", "from": DAY})
    service.hear(programme_published(newer, version=2, at=days[1]))
    service.sweep(days[1] + timedelta(hours=1))
    service.hear(*(step(fact, at, at, into="x") for fact, at in zip(("merged", "unmerged"), days[2:], strict=True)))
    told = [content for kind, _, content in service.recorded().values() if kind in ("policy_adopted", "clock_started")]
    assert [(one.get("policy_version"), one.get("limit")) for one in told] == [(1, "5wd"), (None, None), (1, "5wd")]
