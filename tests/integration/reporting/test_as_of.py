"""What was known when: after every event the tables are kept, and asked for again when everything has come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import orjson
import pytest
from sqlalchemy import Connection, text

from bugle.stack import Stack
from eventkit.envelope import Envelope
from eventkit.ids import uid
from reporting.read_model.tables import KNOWN, LIVE, MARKS, TALLIES, VERSIONS, metadata
from reporting.read_model.writer import apply
from tests.integration.reporting.serving import holding, reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, courses, enterprise_of

EVENTS = 1_000
TABLES = [str(table.name) for table in metadata.sorted_tables if table not in (*VERSIONS.values(), *TALLIES, *MARKS)]


def interleaved(
    events: Sequence[Envelope], random: Random, lane_of: Callable[[Envelope], tuple[str, str]]
) -> Iterator[Envelope]:
    """The events at random, those of one lane in their order."""
    lanes: dict[tuple[str, str], deque[Envelope]] = {}
    for event in events:
        lanes.setdefault(lane_of(event), deque()).append(event)
    while lanes:
        lane = random.choice(list(lanes))
        yield lanes[lane].popleft()
        if not lanes[lane]:
            del lanes[lane]


def sequenced(events: Sequence[Envelope], seed: int) -> list[Envelope]:
    """The events in an order in which they may have entered their logs, none before it occurred: late evidence, several
    at one instant."""
    random, at, found = Random(seed), START, []
    for event in interleaved(events, random, lambda event: (event.service, event.stream)):
        at = max(at + timedelta(seconds=random.choice((0, 1, 3600))), event.occurred_at)
        found.append(replace(event, sequenced_at=at))
    return found


def contents(connection: Connection, schema: str) -> dict[str, object]:
    """Each table as one number, by PostgreSQL's hash of its rows."""
    summed = "SELECT sum(hash_record_extended(t, 0)::numeric) FROM (SELECT {columns} FROM {schema}.{table}) AS t"
    found = {}
    for name in TABLES:
        columns = ", ".join(str(column.name) for column in metadata.tables[f"{LIVE}.{name}"].columns)
        statement = summed.format(columns=columns, schema=schema, table=name)
        found[name] = connection.scalar(text(statement))
    return found


def known(connection: Connection, instant: datetime) -> dict[str, object]:
    before = instant + timedelta(microseconds=1)
    connection.execute(text("SELECT set_config('bugle.before', :before, true)"), {"before": before.isoformat()})
    return contents(connection, LIVE + KNOWN)


def arriving(events: Sequence[Envelope], seed: int) -> list[Envelope]:
    """Another order, as Kafka may deliver: a service's events of a key stay in the order of its log."""
    return list(interleaved(events, Random(seed), lambda event: (event.service, event.key)))


def with_reference(count: int, seed: int) -> list[Envelope]:
    """Courses of cases, and descriptions that are replaced again and again."""
    log = courses(70, seed=seed)
    for number in range(60):
        enterprise = str(uid("described", number % 7))
        said = enterprise_of(enterprise) | {"tier": ("ordinary", "key")[number % 2]}
        log.add("intake", "enterprise_registered", f"enterprise-{enterprise}", enterprise, START, **said)
    for number in range(20):
        ended_at = START + timedelta(days=number % 4) if number % 4 else None
        log.team(str(uid("paired", number)), START, [str(uid("described", number % 7))], ended_at)
    assert len(log.events) >= count
    return sequenced(log.events[-count:], seed)


@pytest.mark.timeout(300)
def test_as_of_equals_what_was_kept(scratch: Connection) -> None:
    events = with_reference(EVENTS, seed=1)
    kept: dict[datetime, dict[str, object]] = {}
    for event in events:
        apply(scratch, [event])
        assert event.sequenced_at is not None
        kept[event.sequenced_at] = contents(scratch, LIVE)
    assert len(kept) > EVENTS / 2
    now = kept[max(kept)]

    assert [at for at, then in kept.items() if known(scratch, at) != then] == []

    scratch.rollback()
    for number in range(0, EVENTS, 50):  # and however the events arrive
        apply(scratch, arriving(events, seed=2)[number : number + 50])
    assert contents(scratch, LIVE) == now
    assert [at for at, then in kept.items() if known(scratch, at) != then] == []


def test_nothing_is_known_before_the_first(scratch: Connection) -> None:
    apply(scratch, courses(3).events)

    told = known(scratch, datetime(2000, 1, 1, tzinfo=UTC))

    assert {name: held for name, held in told.items() if held is not None} == {}


READS = (
    "/v1/ledger?limit=200",
    "/v1/ledger?programme=jinxian&state=assigned",
    "/v1/ledger?at=2021-03-20",
    "/v1/clocks?limit=200",
    "/v1/figures/issues_open?group_by=department",
    "/v1/figures/enterprises",
    "/v1/figures/on_time?at=2021-03-20",
    "/v1/rates?programme=jinxian",
    "/v1/rates/resolution/cases?programme=jinxian&part=denominator",
    "/v1/hotspots",
    "/v1/coverage?programme=jinxian",
    "/v1/completeness?programme=jinxian",
    "/v1/supervision-list?programme=jinxian&month=2021-03",
    "/v1/cards-and-letters?programme=jinxian",
    "/v1/appraisal/departments?programme=jinxian&period=2021",
    "/v1/lists/enterprises?programme=jinxian",
    "/v1/lists/helpers?programme=jinxian",
    "/v1/lists/issues?programme=jinxian",
    "/v1/exports/lists.issues?programme=jinxian&format=csv",
    "/v1/exports/ledger?format=csv",
    "/v1/exports/deadlines?programme=jinxian&format=csv",
    "/v1/exports/cards-and-letters?programme=jinxian&format=csv",
)


LISTS = ("issues", "enterprises", "helpers")
APPRAISAL = {"base": 100, "items": [{"id": "late", "event": "deadline_missed", "points": -2, "cap": None}]}


def with_lists(event: Envelope) -> Envelope:
    """The programme's document with lists and a formula of appraisal; other events as they are."""
    if not event.type.endswith("programme_published.v1"):
        return event
    said = event.json()
    lists = [{"id": name, "zh": name, "en": name, "of": name} for name in LISTS]
    said["document"] |= {"lists": lists, "appraisal": {"department": APPRAISAL}}
    return replace(event, data=orjson.dumps(said))


@pytest.fixture(scope="module")
def clients(servers: Stack, issuer: Issuer) -> Iterator[tuple[TestClient, TestClient, datetime]]:
    """One that has all events, one that has those of the first half, and the last instant of these."""
    events = sequenced([with_lists(event) for event in courses(30, seed=5).events], seed=5)
    half = events[: len(events) // 2]
    while events[len(half)].sequenced_at == half[-1].sequenced_at:
        half.append(events[len(half)])
    assert half[-1].sequenced_at is not None
    with (
        holding(servers, "reportingasof", events) as all_known,
        holding(servers, "reportingasof", half) as half_known,
        reading(all_known, issuer) as whole,
        reading(half_known, issuer) as then,
    ):
        yield whole, then, half[-1].sequenced_at


@pytest.mark.parametrize("read", READS)
def test_read_answers_as_it_would_have(
    clients: tuple[TestClient, TestClient, datetime], issuer: Issuer, read: str
) -> None:
    whole, then, instant = clients
    as_of = instant.isoformat().replace("+00:00", "Z")
    asked = whole.get(f"{read}{'&' if '?' in read else '?'}as_of={as_of}", headers=issuer.headers("office"))
    meant = then.get(read, headers=issuer.headers("office"))
    now = whole.get(read, headers=issuer.headers("office"))

    assert (asked.status_code, meant.status_code) == (200, 200), asked.text
    if "csv" in read:
        assert asked.text == meant.text
        return
    assert _body(asked.json()) == _body(meant.json())
    assert asked.json()["as_of"] == as_of
    if not any(told in read for told in ("coverage", "enterprises", "helpers")):
        assert _body(now.json()) != _body(meant.json())


def _body(answer: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in answer.items() if name not in ("as_of", "complete", "watermark")}


def test_programme_unknown_by_then_is_named(clients: tuple[TestClient, TestClient, datetime], issuer: Issuer) -> None:
    answer = clients[0].get("/v1/rates?programme=jinxian&as_of=2001-01-01", headers=issuer.headers("office"))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "as_of"


def test_senseless_as_of_is_named(clients: tuple[TestClient, TestClient, datetime], issuer: Issuer) -> None:
    answer = clients[0].get("/v1/ledger?as_of=yesterday", headers=issuer.headers("office"))

    assert answer.json()["errors"][0]["field"] == "as_of"
