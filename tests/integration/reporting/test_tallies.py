"""Tallies against a scan of every row: after events in any order, by filter and group, now and as of any instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, text

from bugle.stack import Stack
from bugle.verify.tallies import MISTALLIED
from eventkit.envelope import Envelope
from eventkit.ids import uid
from reporting.queries.figures import figure, figures
from reporting.queries.hotspots import hotspots
from reporting.queries.measures import MEASURES, RATES
from reporting.queries.moments import NOW, Moment, moment
from reporting.queries.periods import period
from reporting.queries.pressing import PRESSING
from reporting.queries.scope import Scope
from reporting.queries.scores import scores
from reporting.queries.weighing import weighed
from reporting.read_model.tables import KNOWN, LIVE, TALLIES
from reporting.read_model.tallying import tally_all
from reporting.read_model.writer import apply
from tests.integration.reporting.serving import holding
from tests.integration.reporting.test_as_of import arriving, sequenced
from tests.unit.reporting.made import START, Log, courses, programme

ALL = Scope(None, None)
TALLIED = {name: measure for name, measure in (MEASURES | RATES | PRESSING).items() if measure.tallies}
EXCLUDING = ["passed_on", "merged", "explained", "withdrawn", "long_term"]
WEIGHED = weighed(
    {
        "appraisal": {
            "rates": [
                {"id": id, "weight": 1, "exclude": EXCLUDING} for id in ("response", "resolution", "satisfaction")
            ]
        }
    }
)
OF_ONE = {"programme": "jinxian"}
FILTERS: Sequence[dict[str, str]] = (
    {},
    {"kind": "power"},
    OF_ONE,
    OF_ONE | {"kind": "power"},
    OF_ONE | {"department": "bank", "synthetic": "true"},
    OF_ONE | {"open": "true"},
    OF_ONE | {"open": "false", "outcome": "solved"},
    OF_ONE | {"reported": "2021-03", "satisfaction": "unsatisfied"},
)
ZONE = ZoneInfo("Asia/Shanghai")
MONTH, QUARTER = period("2021-03", ZONE), period("2021-Q1", ZONE)
GATHERED = (("kind",), ("kind", "township"), ("kind", "department"), ("department", "month"), ("township", "month"))
SCORED = ("deadline_missed", "card_issued", "case_raised", "result_reported", "case_returned")
FORMULA = {
    "appraisal": {
        "department": {
            "base": 100,
            "items": [{"id": name, "event": name, "points": -1} for name in SCORED]
            + [
                {"id": "solved", "event": "result_reported", "points": 2, "where": {"outcome": "solved"}, "per_case": 1}
            ],
        }
    }
}


def made(seed: int) -> list[Envelope]:
    """Courses of cases of which some are merged, withdrawn or passed on; as they came into their logs."""
    log, random = courses(60, seed=seed), Random(seed)
    for case in sorted({event.key for event in log.events if event.stream.startswith("issue-")}):
        fate = random.choice(("case_merged", "case_withdrawn", "case_passed_on", None, None))
        said = {"case_merged": {"into": case}, "case_passed_on": {"body": "city"}}.get(str(fate), {})
        if fate is not None:
            log.case("routing", fate, case, START, **said)
    return sequenced(log.events, seed)


@pytest.fixture(scope="module")
def events() -> list[Envelope]:
    return made(3)


@pytest.fixture(scope="module")
def told(servers: Stack, events: list[Envelope]) -> Iterator[Engine]:
    """The events in another order than that of their logs, in small batches, some of them twice."""
    order = arriving(events, 7)
    with holding(servers, "tallies", []) as engine:
        for place in range(0, len(order), 9):
            with engine.begin() as connection:
                apply(connection, order[max(0, place - 2) : place + 9])
        yield engine


def contents(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        t.name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM live.{t.name} t ORDER BY t::text"))]
        for t in TALLIES
    }


def looking(connection: Connection, before: str) -> None:
    schema = LIVE + KNOWN if before else LIVE
    connection.execution_options(schema_translate_map={LIVE: schema})
    connection.execute(
        text("SELECT set_config('search_path', :s, true), set_config('bugle.before', :b, true)"),
        {"s": f"{schema}, public", "b": before},
    )


def answers(connection: Connection, moment: Moment = NOW) -> dict[str, object]:
    """Every figure that a tally may answer."""
    told: dict[str, object] = {}
    for filters in FILTERS:
        told[f"rates {filters}"] = figures(
            connection, RATES | {n: m for n, (m, _) in WEIGHED.items()}, ALL, filters, moment
        )
        for name, measure in TALLIED.items():
            if measure.by_clock and not any(filters.keys() <= tally.filters.keys() for tally in measure.tallies):
                continue
            for group in (None, *measure.group_names):
                told[f"{name} {filters} {group}"] = figure(connection, measure, ALL, filters, moment, group)
                if "programme" in filters:
                    about = (measure, ALL, filters, moment, group, MONTH)
                    told[f"{name} {filters} {group} in a month"] = figure(connection, *about)
    return told | pages(connection, moment)


def pages(connection: Connection, moment: Moment) -> dict[str, object]:
    """What pages count besides: where issues gather, deadlines by their day, and the scores of departments."""
    told: dict[str, object] = {}
    for filters in FILTERS:
        for groups in GATHERED:
            told[f"hotspots {filters} {groups}"] = hotspots(connection, ALL, filters, moment, groups, None)
    for narrowed in (
        {"status": "running", "due": "2021-03-12"},
        {"status": "missed", "open": "true"},
        {"open": "false"},
    ):
        filters = OF_ONE | narrowed
        told[f"deadlines {filters}"] = figure(connection, PRESSING["deadlines"], ALL, filters, moment)
    for held in (MONTH, QUARTER):
        for scope in (ALL, Scope("jinxian", None), Scope("jinxian", "bank")):
            for filters in ({}, {"synthetic": "true"}):
                told[f"scores {held.name} {scope} {filters}"] = scores(
                    connection, scope, "jinxian", FORMULA, held, filters
                )
    return told


def by_scan(connection: Connection, moment: Moment = NOW) -> dict[str, object]:
    """The same, counted row by row: without the mark no tally is asked."""
    with connection.begin_nested() as undone:
        connection.execute(text("DELETE FROM live.tallied"))
        connection.execute(text("DELETE FROM live.tallied_days"))
        found = answers(connection, moment)
        undone.rollback()
    return found


def scanned(connection: Connection, at: Moment) -> dict[str, object]:
    with connection.begin_nested() as undone:
        connection.execute(text("DELETE FROM live.tallied_days"))
        found = figure(connection, MEASURES["issues"], ALL, {}, at)
        undone.rollback()
    return found


def test_tallies_equal_a_count_of_all(told: Engine) -> None:
    with told.connect() as connection:
        kept = contents(connection)
        tally_all(connection)
        assert kept == contents(connection)
        assert all(kept.values())


@pytest.mark.timeout(240)
def test_figures_equal_a_scan_now(told: Engine) -> None:
    with told.connect() as connection:
        looking(connection, "")
        assert answers(connection) == by_scan(connection)


@pytest.mark.timeout(400)
def test_figures_equal_a_scan_then(told: Engine, events: list[Envelope]) -> None:
    with told.connect() as connection:
        for event in Random(1).sample(events, 2):
            assert event.sequenced_at is not None
            looking(connection, event.sequenced_at.isoformat())
            assert answers(connection) == by_scan(connection)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("ended", ["2021-03-03", "2021-03-31", "2021-04-09"])
def test_figures_equal_a_scan_at_a_day(told: Engine, ended: str) -> None:
    at = Moment(ended, datetime.combine(date.fromisoformat(ended) + timedelta(days=1), time(), ZONE), day=True)
    with told.connect() as connection:
        looking(connection, "")
        assert answers(connection, at) == by_scan(connection, at)
        stood = connection.execute(text("DELETE FROM live.issue_tallies WHERE level LIKE 'stood%' RETURNING count"))
        assert stood.all()
        assert figure(connection, MEASURES["issues"], ALL, OF_ONE, at)["value"] == 0  # it was them that told


@pytest.mark.timeout(240)
def test_scan_sees_a_wrong_tally(told: Engine) -> None:
    with told.connect() as connection:
        looking(connection, "")
        connection.execute(text("UPDATE live.issue_tallies SET count = count + 1 WHERE level = 'now'"))
        assert answers(connection) != by_scan(connection)


@pytest.mark.parametrize("level", ["now", "day", "stood_month", "stood_day"])
@pytest.mark.parametrize("table", MISTALLIED)
def test_verification_sees_a_wrong_tally(told: Engine, table: str, level: str) -> None:
    with told.connect() as connection:
        assert connection.execute(text(MISTALLIED[table])).scalar_one() == 0
        connection.execute(text(f"UPDATE live.{table} SET count = count + 1 WHERE level = '{level}'"))
        assert connection.execute(text(MISTALLIED[table])).scalar_one() > 0


def test_zone_moves_months_at_once(told: Engine) -> None:
    log = Log()
    log.add(
        "intake", "programme_published", "programme-jinxian", "jinxian", START, **programme(zone="Pacific/Auckland")
    )
    with told.connect() as connection:
        before = contents(connection)
        apply(
            connection,
            [
                event.__class__(**{f: getattr(event, f) for f in event.__slots__} | {"version": 9})
                for event in log.events
            ],
        )
        after = contents(connection)
        assert after != before
        tally_all(connection)
        assert after == contents(connection)


@pytest.mark.parametrize("known", [True, False])
def test_days_of_several_programmes_are_counted_row_by_row(told: Engine, known: bool) -> None:
    """Of one nobody knows the zone, or has heard of it yet: its days end with those of UTC."""
    log = Log()
    if known:
        log.add("intake", "programme_published", "programme-old", "old", START, **programme("old", zone="Nowhere/Land"))
    for case in range(4):
        log.reported(str(uid("old", case)), START - timedelta(hours=3 * case), programme="old")
    with told.connect() as connection:
        looking(connection, "")
        apply(connection, sequenced(log.events, 1))
        for given in ("2021-02-28", "2021-03-31"):
            at = moment(connection, ALL, given, None)
            assert figure(connection, MEASURES["issues"], ALL, {}, at) == scanned(connection, at)
            assert not at.day and moment(connection, ALL, given, "jinxian").day
        assert not moment(connection, ALL, "2021-03-31T12:00:00+08:00", "jinxian").day


def test_tallies_wait_for_a_rebuild(servers: Stack, events: list[Envelope]) -> None:
    with holding(servers, "untallied", []) as engine, engine.begin() as connection:
        connection.execute(text("DELETE FROM live.tallied"))
        apply(connection, events)
        assert not any(contents(connection).values())
        assert figure(connection, MEASURES["issues"], ALL, {"programme": "jinxian"}, NOW)["value"] == 60


def test_days_wait_for_a_rebuild(servers: Stack, events: list[Envelope]) -> None:
    """In a database that was there before, the other tallies are kept meanwhile."""
    at = Moment("2021-03-31", datetime(2021, 4, 1, tzinfo=ZONE), day=True)
    with holding(servers, "undayed", []) as engine, engine.begin() as connection:
        connection.execute(text("DELETE FROM live.tallied_days"))
        apply(connection, events)
        looking(connection, "")
        levels = connection.scalars(text("SELECT DISTINCT level FROM live.issue_tallies ORDER BY level")).all()
        assert levels == ["day", "month", "now"]
        assert figure(connection, MEASURES["issues"], ALL, {}, at)["value"] == 60
        assert not any(connection.execute(text(sql)).scalar_one() for sql in MISTALLIED.values())
        tally_all(connection)
        assert figure(connection, MEASURES["issues"], ALL, {}, at)["value"] == 60
