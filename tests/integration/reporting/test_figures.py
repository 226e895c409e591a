"""Figures, rates and lists at every kind of moment, against a naive recomputation."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from bugle.stack import Stack
from eventkit.ids import uid
from eventkit.paging import Window
from reporting.queries.desk import Asked
from reporting.queries.evidence import counted, shown
from reporting.queries.figures import figure
from reporting.queries.issues import ledger_of, ledger_rows
from reporting.queries.measures import MEASURES, RATES
from reporting.queries.moments import NOW, Knowledge, Moment, moment
from reporting.queries.periods import period
from reporting.queries.scope import Scope
from tests.integration.reporting.naive import COUNTS, RATIOS, past
from tests.integration.reporting.serving import holding
from tests.unit.reporting.made import START, Log, day, iso, programme

ALL = Scope("jinxian", None)
BANK = Scope("jinxian", "bank")
CASE = str(uid("last day"))
MOMENTS = [
    NOW,
    *(Moment(f"day {n}", day(n)) for n in (-1, 0, 0.5, 3, 6.3, 10, 14, 18, 25, 60)),
    *(Moment(f"end of day {n}", day(n + 15 / 24)) for n in (5, 8, 12)),
]
FILTERS: list[dict[str, str]] = [
    {},
    {"department": "bank"},
    {"kind": "law", "batch": "9"},
    {"state": "contacted"},
    {"synthetic": "true", "jurisdiction": "own"},
]


def matches(row: dict[str, Any], filters: dict[str, str]) -> bool:
    names = {"department": "lead"}
    return all(str(row[names.get(name, name)]).lower() == value for name, value in filters.items())


@pytest.fixture(scope="module")
def moments(history: Log) -> list[Moment]:
    """Also the very instants of some events, and right after them."""
    instants = sorted({event.occurred_at for event in history.events})[::40]
    exact = [Moment("exact", at) for at in instants]
    return [*MOMENTS, *exact, *(Moment("after", at + timedelta(microseconds=1)) for at in instants)]


@pytest.mark.parametrize("measure", sorted(COUNTS))
@pytest.mark.parametrize("filters", FILTERS)
def test_count_at_any_moment(
    filled: Engine, history: Log, moments: list[Moment], measure: str, filters: dict[str, str]
) -> None:
    with filled.connect() as connection:
        for at in moments:
            rows = [r for r in COUNTS[measure](past(history.events, at.before)) if matches(r, filters)]
            told = figure(connection, MEASURES[measure], ALL, filters, at)
            assert told == {"value": len(rows), "synthetic": sum(r["synthetic"] for r in rows)}, at


@pytest.mark.parametrize("rate", sorted(RATIOS))
def test_rate_at_any_moment(filled: Engine, history: Log, moments: list[Moment], rate: str) -> None:
    source, numerator, denominator = RATIOS[rate]
    with filled.connect() as connection:
        for at in moments:
            rows = source(past(history.events, at.before))
            counted = [row for row in rows if denominator(row)]
            told = figure(connection, RATES[rate], ALL, {}, at)
            assert told["denominator"] == len(counted)
            assert told["numerator"] == sum(map(numerator, counted))
            assert told["excluded"] == len(rows) - len(counted)
            assert told["value"] == (round(told["numerator"] / len(counted), 6) if counted else None)


@pytest.mark.parametrize("group_by", ["department", "kind", "month", "programme"])
def test_groups_add_up(filled: Engine, history: Log, group_by: str) -> None:
    columns = {"department": "lead", "month": "reported_at"}
    with filled.connect() as connection:
        for at in MOMENTS:
            told = figure(connection, MEASURES["issues"], ALL, {}, at, group_by)
            expected: Counter[Any] = Counter()
            for row in past(history.events, at.before).issues:
                value = row[columns.get(group_by, group_by)]
                expected[f"{value + timedelta(hours=8):%Y-%m}" if isinstance(value, datetime) else value] += 1
            assert {group[group_by]: group["value"] for group in told["groups"]} == expected
            assert told["value"] == sum(expected.values())


def test_ledger_pages_at_any_moment(filled: Engine, history: Log, moments: list[Moment]) -> None:
    with filled.connect() as connection:
        for at in moments:
            for scope in (ALL, BANK):
                expected = {
                    row["case_id"]: row
                    for row in past(history.events, at.before).issues
                    if scope is ALL or row["lead"] == "bank" or "bank" in row["supporting"]
                }
                found: dict[str, Any] = {}
                after = None
                asked = Asked(connection, scope, {}, at, NOW, Knowledge({}))
                while rows := ledger_rows(asked, Window(7, after))[:7]:
                    found |= ledger_of(connection, [row.case_id for row in rows], at)
                    after = (rows[-1].reported_at, UUID(rows[-1].case_id))
                assert found == expected


def test_reference_measures_count(filled: Engine) -> None:
    expected = {
        "enterprises": 1, "enterprises_contacted": 1, "enterprises_visited": 1, "teams": 1, "team_enterprises": 1,
        "service_count": 3, "service_amount": 640_000, "batches": 3,
    }  # fmt: skip
    with filled.connect() as connection:
        told = {name: figure(connection, MEASURES[name], ALL, {}, NOW)["value"] for name in expected}
        early = {
            name: figure(connection, MEASURES[name], ALL, {}, Moment("before", day(-5)))["value"] for name in expected
        }

    assert told == expected
    assert early == dict.fromkeys(expected, 0)


def test_enterprise_by_its_name(filled: Engine, history: Log) -> None:
    with filled.connect() as connection:
        measure = MEASURES["enterprises_visited"]
        assert figure(connection, measure, ALL, {"enterprise": "荣鑫实业"}, NOW)["value"] == 1
        assert figure(connection, measure, ALL, {"enterprise": "another"}, NOW)["value"] == 0


def test_day_ends_in_the_programmes_zone(filled: Engine) -> None:
    with filled.connect() as connection:
        told = moment(connection, ALL, "2021-04-22", "jinxian")
        instant = moment(connection, ALL, "2021-04-22T12:00:00+08:00", None)

    assert told.before is not None
    assert told.before.isoformat() == "2021-04-23T00:00:00+08:00"
    assert instant.before is not None
    assert instant.before.isoformat() == "2021-04-22T04:00:00.000001+00:00"


@pytest.mark.parametrize("filters", [{}, {"programme": "jinxian"}])
def test_deadline_that_ends_a_month_counts_in_it(servers: Stack, filters: dict[str, str]) -> None:
    """Row by row and from tallies: at 24:00 it is the last day's, and missed when this is over."""
    ends = datetime(2021, 3, 31, 16, tzinfo=UTC)
    clock = {"clock": "contact", "generation": 1, "unit": "bank"}
    log = Log()
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **programme())
    log.reported(CASE, day(1))
    limit: dict[str, Any] = {"round": 1, "fact": "received", "stages": [], "provisional": False, "limit": "2wd"}
    started = {"started_at": iso(day(28)), "due_at": iso(ends), "calendar": None}
    log.case("supervision", "clock_started", CASE, day(28), **clock, **limit, **started)
    log.case("supervision", "deadline_missed", CASE, ends, **clock, stage=1, due_at=iso(ends))
    march, april = (period(name, ZoneInfo("Asia/Shanghai")) for name in ("2021-03", "2021-04"))
    on_time, last = RATES["on_time"], Moment("2021-03-31", ends)
    with holding(servers, "lastday", log.events) as engine, engine.connect() as connection:
        grouped = figure(connection, on_time, ALL, filters, last, "month")["groups"]
        assert [(one["month"], one["denominator"]) for one in grouped] == [("2021-03", 1)]
        for at in (NOW, last):
            assert figure(connection, on_time, ALL, filters, at, within=march)["denominator"] == 1
            assert figure(connection, on_time, ALL, filters, at, within=april)["denominator"] == 0
        [row] = counted(connection, on_time, ALL, filters, last, "denominator", Window(7, None))
        events = shown(connection, on_time, [row], last)[CASE, "contact", 1]["events"]
        assert [event["type"] for event in events] == ["clock_started", "deadline_missed"]
        before = Moment("an instant before", ends - timedelta(microseconds=1))
        assert figure(connection, on_time, ALL, filters, before)["exclusions"]["running"] == 1
