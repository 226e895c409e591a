"""The page's count of deadlines held against supervision's, clock by clock, over histories that end in many ways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from reporting.queries.moments import NOW
from reporting.queries.scope import Scope
from reporting.read_model.writer import apply
from reporting.whatif.days import days
from reporting.whatif.recounts import Clocks, Rules
from supervision.domain import whatif
from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.clock import Clock
from supervision.domain.limits import Counting, parse_limit
from tests.unit.reporting.made import START, Log, programme
from tests.unit.reporting.test_whatif_generations import HISTORIES, case_of, lived, published
from tests.unit.supervision.made import LEARNT, Life, china, cn

FOREVER = LEARNT + timedelta(days=365)
Ends = dict[tuple[str, str, int], tuple[datetime, str]]
"""By case, clock and generation: when it would have been due, and how it would have ended."""


@pytest.fixture
def lives(monkeypatch: pytest.MonkeyPatch) -> list[Life]:
    return [lived(monkeypatch, name) for name in HISTORIES]


@pytest.fixture
def told(scratch: Connection, lives: list[Life]) -> Connection:
    """All of them in reporting's tables."""
    log, calendar = Log(), cn()
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **programme())
    years = {
        str(number): {"off": sorted(map(str, year.off)), "work": sorted(map(str, year.work)), "notice": None}
        for number, year in calendar.years.items()
    }
    about = {"calendar": "cn", "version": calendar.version, "source": calendar.source}
    log.add("supervision", "calendar_published", "calendar-cn", "cn", START, **about, years=years)
    for life in lives:
        log.reported(life.watch.case, china("2021-03-10T10:00"))
    apply(scratch, [*log.events, *(event for life in lives for event in published(life))])
    return scratch


def ours(connection: Connection, limits: Mapping[str, str], calendar: str | None) -> Ends:
    period = days(None, None, ZoneInfo("Asia/Shanghai"), FOREVER)
    clocks = Clocks(connection, Scope("jinxian", None), "jinxian", NOW, period, FOREVER, None)
    found = [one for _, page in clocks.counted(Rules(limits, calendar), None) for one in page]
    ends = {(one.row.case_id, one.row.clock, one.row.generation): (one.due_at, one.status) for one in found}
    assert len(ends) == len(found)
    return ends


def theirs(lives: list[Life], limits: Mapping[str, str], calendar: Calendar | None) -> Ends:
    rules, ends = whatif.Rules({name: parse_limit(limit) for name, limit in limits.items()}, calendar), Ends()
    for life in lives:

        def counting(clock: Clock, life: Life = life) -> Counting:
            return Counting(life.calendar, life.policy.zone, clock.pauses)

        for one in whatif.recounts(life.watch, rules, counting, FOREVER, life.policy.observed_until):
            ends[life.watch.case, one.clock.name, one.clock.generation] = one.due_at, one.status
    return ends


@pytest.mark.parametrize("calendar", [None, Calendar(EVERY_DAY)])
@pytest.mark.parametrize(
    "limits",
    [
        *({}, {"contact": "3wd"}, {"contact": "1wd"}, {"contact": "2wd", "check": "10d"}, {"contact": "10wd"}),
        *({"contact": "same_day"}, {"contact": "30h", "check": "40d"}, {"contact": "40d", "check": "90d"}),
    ],
)
def test_page_counts_every_clock_as_supervision(
    told: Connection, lives: list[Life], limits: dict[str, str], calendar: Calendar | None
) -> None:
    asked = None if calendar is None else calendar.id
    assert ours(told, limits, asked) == theirs(lives, limits, calendar)


@pytest.mark.parametrize(
    ("history", "limit", "due", "status"),
    [
        ("withdrawn", "1wd", "2021-03-13T00:00", "missed"),
        ("withdrawn", "2wd", "2021-03-16T00:00", "cancelled"),
        ("merged after a miss", "2wd", "2021-03-16T00:00", "missed"),
        ("merged after a miss", "10wd", "2021-03-26T00:00", "cancelled"),
    ],
)
def test_end_of_the_case_comes_first(told: Connection, history: str, limit: str, due: str, status: str) -> None:
    """Withdrawn before three working days were over; merged on the second day after they were."""
    assert ours(told, {"contact": limit}, None)[case_of(history), "contact", 1] == (china(due), status)


def test_all_ends_are_met_with(told: Connection) -> None:
    assert {status for _, status in ours(told, {}, None).values()} == {"met", "late", "missed", "cancelled"}
