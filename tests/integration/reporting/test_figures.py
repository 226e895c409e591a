"""Figures, rates and lists at every kind of moment, against a naive recomputation."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from eventkit.paging import Window
from reporting.queries.figures import figure
from reporting.queries.issues import ledger_of, ledger_rows
from reporting.queries.measures import MEASURES, RATES
from reporting.queries.moments import NOW, Moment, moment
from reporting.queries.scope import Scope
from tests.integration.reporting.naive import COUNTS, RATIOS, past
from tests.unit.reporting.made import Log, day

ALL = Scope("jinxian", None)
BANK = Scope("jinxian", "bank")
MOMENTS = [
    NOW,
    *(Moment(f"day {n}", day(n)) for n in (-1, 0, 0.5, 3, 6.3, 10, 14, 18, 25, 60)),
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
                while rows := ledger_rows(connection, scope, {}, at, Window(7, after))[:7]:
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
