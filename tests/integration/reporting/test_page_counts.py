"""What pages count without a look at every event, against what is counted from the events one by one."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, text

from bugle.stack import Stack
from reporting.queries.appraisal import departments, supervision_list
from reporting.queries.climbing import CLIMBS, climbing
from reporting.queries.moments import NOW, Moment
from reporting.queries.periods import period
from reporting.queries.scope import Scope
from reporting.queries.scores import scores
from reporting.read_model.writer import apply
from tests.integration.reporting.serving import holding
from tests.integration.reporting.test_as_of import arriving
from tests.integration.reporting.test_tallies import FORMULA, made
from tests.unit.reporting.made import day

ALL, BANK = Scope("jinxian", None), Scope("jinxian", "bank")
MONTH = period("2021-03", ZoneInfo("Asia/Shanghai"))
THEN = Moment("then", day(9))


@pytest.fixture(scope="module")
def told(servers: Stack) -> Iterator[Engine]:
    with holding(servers, "pagecounts", []) as engine:
        with engine.begin() as connection:
            apply(connection, arriving(made(5), 2))
        yield engine


@pytest.fixture
def connection(told: Engine) -> Iterator[Connection]:
    with told.connect() as connection:
        connection.execute(text("SELECT set_config('search_path', 'live, public', true)"))
        yield connection


@pytest.mark.parametrize("scope", [ALL, BANK])
@pytest.mark.parametrize("filters", [{}, {"synthetic": "true"}])
@pytest.mark.parametrize("moment", [NOW, THEN])
def test_scores_equal_their_events(
    connection: Connection, scope: Scope, filters: dict[str, str], moment: Moment
) -> None:
    about = (connection, scope, "jinxian", FORMULA, MONTH.until(moment.before), filters)
    events = departments(*about)
    assert events["items"]
    for unit in events["items"]:
        for item in unit["items"]:
            assert item["count"] == len(item.pop("events"))
    assert scores(*about) == events


@pytest.mark.parametrize("scope", [ALL, BANK])
@pytest.mark.parametrize("synthetic", [None, "true", "false"])
@pytest.mark.parametrize("moment", [NOW, THEN])
def test_climbing_equals_the_list(connection: Connection, scope: Scope, synthetic: str | None, moment: Moment) -> None:
    listed = supervision_list(connection, scope, "jinxian", MONTH, moment)
    climbed = [
        item["case_id"]
        for item in listed
        if any(event["type"] in CLIMBS for event in item["events"])
        and synthetic in (None, str(item["synthetic"]).lower())
    ]
    found = climbing(connection, scope, "jinxian", MONTH, moment, synthetic)
    assert found == climbed
    first = supervision_list(connection, scope, "jinxian", MONTH, moment, found[:2])
    assert first == [item for item in listed if item["case_id"] in found[:2]]
    assert found or scope is BANK


def test_withdrawn_climbs_are_no_climbs(connection: Connection) -> None:
    found = climbing(connection, ALL, "jinxian", MONTH, NOW, None)
    held = [item for item in supervision_list(connection, ALL, "jinxian", MONTH) if item["case_id"] == found[0]]
    gone = [event["event_id"] for event in held[0]["events"]]
    _withdraw(connection, found[0], gone)
    assert climbing(connection, ALL, "jinxian", MONTH, NOW, None) == found[1:]
    connection.rollback()


def _withdraw(connection: Connection, case: str, events: list[str]) -> None:
    connection.execute(
        text(
            "INSERT INTO timeline SELECT case_id, 'supervision', 999, 'bugle.supervision.misses_rescinded.v1',"
            " '2021-04-10Z', '2021-04-10Z', 1, gen_random_uuid(), jsonb_build_object('withdrawn', (SELECT"
            " jsonb_agg(jsonb_build_object('event', e)) FROM unnest(CAST(:events AS text[])) AS e))"
            " FROM ledger WHERE case_id = CAST(:case AS uuid)"
        ),
        {"case": case, "events": events},
    )
