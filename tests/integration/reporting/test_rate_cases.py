"""What a rate counted: the very rows of a naive recomputation, each with the events that make it so."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from bugle.stack import Stack
from eventkit.envelope import Envelope
from eventkit.ids import uid
from eventkit.paging import Window
from reporting.queries.evidence import Part, counted, key_of, shown
from reporting.queries.figures import figure
from reporting.queries.measure import Measure
from reporting.queries.measures import RATES
from reporting.queries.moments import NOW, Moment
from reporting.queries.scope import Scope
from reporting.queries.weighing import weighed
from tests.integration.reporting.naive import RATIOS, past
from tests.integration.reporting.serving import holding
from tests.integration.reporting.test_figures import ALL, BANK, MOMENTS
from tests.integration.reporting.test_reads import client as client
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, iso, programme

PARTS: tuple[Part, ...] = ("numerator", "denominator", "excluded")
Key = tuple[str, str, int]


def told(engine: Engine, measure: Measure, scope: Scope, at: Moment, part: Part) -> dict[Key, dict[str, Any]]:
    """All pages of a part."""
    found: dict[Key, dict[str, Any]] = {}
    after: tuple[UUID, str, int] | None = None
    with engine.connect() as connection:
        while rows := counted(connection, measure, scope, {}, at, part, Window(7, after))[:7]:
            found |= shown(connection, measure, rows, at)
            after = (UUID(rows[-1].case_id), *key_of(rows[-1])[1:])
    return found


def key(row: dict[str, Any]) -> Key:
    return row["case_id"], row.get("clock", ""), row.get("generation", 0)


@pytest.mark.parametrize("rate", sorted(RATIOS))
@pytest.mark.parametrize("scope", [ALL, BANK])
def test_rows_at_any_moment(filled: Engine, history: Log, rate: str, scope: Scope) -> None:
    source, numerator, denominator = RATIOS[rate]
    for at in MOMENTS:
        rows = [r for r in source(past(history.events, at.before)) if scope is ALL or mine(r)]
        expected = {
            "numerator": {key(row) for row in rows if denominator(row) and numerator(row)},
            "denominator": {key(row) for row in rows if denominator(row)},
            "excluded": {key(row) for row in rows if not denominator(row)},
        }
        assert {part: told(filled, RATES[rate], scope, at, part).keys() for part in PARTS} == expected, at


def mine(row: dict[str, Any]) -> bool:
    return row["lead"] == "bank" or "bank" in row["supporting"]


@pytest.mark.parametrize("rate", sorted(RATIOS))
def test_events_say_why(filled: Engine, history: Log, rate: str) -> None:
    events = {str(event.id): event for event in history.events}
    for at in MOMENTS:
        rows = {key(row): row for row in RATIOS[rate][0](past(history.events, at.before))}
        for part in PARTS:
            for which, item in told(filled, RATES[rate], ALL, at, part).items():
                because = [events[event["event_id"]] for event in item["events"]]
                assert {event.key for event in because} == {item["case_id"]}
                assert all(at.before is None or tells(e, at.before) for e in because)
                assert answer(because, rate) == expected(rows[which], rate), (at, part, which)


def tells(event: Envelope, before: datetime) -> bool:
    """It had occurred; or it is of a deadline that ran out with the moment, or takes back one of any time."""
    name = event.type.split(".")[2]
    return (
        event.occurred_at < before
        or name == "clock_cancelled"
        or (name == "deadline_missed" and event.occurred_at == before)
    )


def answer(events: list[Envelope], rate: str) -> Any:
    """What the events say of the row: the outcome, the satisfaction, or how the clock ended."""
    if rate == "resolution":
        return said(events, "result_reported", "outcome")
    if rate == "satisfaction":
        return said(events, "enterprise_verified", "satisfaction")
    names = {event.type.split(".")[2] for event in events}
    if "clock_cancelled" in names and "deadline_missed" not in names:
        return "cancelled"
    stopped = said(events, "clock_stopped", "in_time")
    if stopped is not None:
        return "met" if stopped else "late"
    return next((name for name in ("deadline_missed", "clock_unobserved") if name in names), "clock_started")


def said(events: list[Envelope], name: str, field: str) -> Any:
    return next((event.json()[field] for event in events if event.type.split(".")[2] == name), None)


def expected(row: dict[str, Any], rate: str) -> Any:
    if rate == "resolution":
        return row["outcome"]
    if rate == "satisfaction":
        return row["satisfaction"]
    named = {"missed": "deadline_missed", "unobserved": "clock_unobserved", "running": "clock_started"}
    return named.get(row["status"], row["status"])


def test_exclusions_have_their_events(filled: Engine, history: Log) -> None:
    reasons = ["long_term", "merged", "withdrawn", "passed_on"]
    document = {"appraisal": {"rates": [{"id": "satisfaction", "weight": 1, "exclude": reasons}]}}
    [(measure, _)] = weighed(document).values()
    names = {
        "long_term": {"result_reported"},
        "merged": {"case_merged"},
        "withdrawn": {"case_withdrawn"},
        "passed_on": {"case_passed_on", "issue_amended"},
    }
    for at in MOMENTS:
        items = told(filled, measure, ALL, at, "excluded").values()
        with filled.connect() as connection:
            counts = figure(connection, measure, ALL, {}, at)["exclusions"]
        assert {reason: [i["reason"] for i in items].count(reason) for reason in counts} == counts
        for item in items:
            types = {event["type"] for event in item["events"]}
            assert item["reason"] == "not_asked" or names[item["reason"]] & types


@pytest.mark.parametrize("rate", ["resolution", "response"])
def test_amended_jurisdiction_is_told(servers: Stack, rate: str) -> None:
    """Reported as a matter of one's own and passed on by an amendment: the case and its clocks are left out for it."""
    log, case, about = Log(), str(uid("case", "amended")), {"clock": "contact", "generation": 1, "unit": "bank"}
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **programme())
    log.reported(case, day(0), jurisdiction="own")
    terms = {"started_at": iso(day(1)), "due_at": iso(day(4)), "stages": [], "provisional": False, "limit": "3wd"}
    log.case("supervision", "clock_started", case, day(1), **about, **terms)
    said = {"by": "office", "ledger": None}
    amended = log.case("intake", "issue_amended", case, day(2), changes={"jurisdiction": "passed_on"}, **said)
    log.case("intake", "issue_amended", case, day(3), changes={"kind": "law"}, **said)
    rates = [{"id": rate, "weight": 1, "exclude": ["passed_on"]}]
    [(measure, _)] = weighed({"appraisal": {"rates": rates}}).values()
    with holding(servers, "reportingamended", log.events) as engine:
        [item] = told(engine, measure, ALL, NOW, "excluded").values()
    assert item["reason"] == "passed_on"
    assert [e["event_id"] for e in item["events"] if e["type"] == "issue_amended"] == [str(amended.id)]


def test_pages_over_http(client: TestClient, issuer: Issuer) -> None:
    office = issuer.headers("office")
    path, found = "/v1/rates/resolution/cases?part=denominator&limit=20", []
    answer = client.get(path, headers=office).json()
    while True:
        found += [item["case_id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        answer = client.get(f"{path}&after={answer['next']}", headers=office).json()
    rate = client.get("/v1/rates", headers=office).json()["rates"]["resolution"]
    assert len(found) == len(set(found)) == rate["denominator"]
    assert (answer["rate"], answer["part"], answer["formula"]) == ("resolution", "denominator", rate["formula"])


@pytest.mark.parametrize(
    ("query", "status"),
    [("nothing/cases?part=numerator", 404), ("resolution/cases?part=most", 422), ("resolution/cases", 422)],
)
def test_what_there_is_not(client: TestClient, issuer: Issuer, query: str, status: int) -> None:
    assert client.get(f"/v1/rates/{query}", headers=issuer.headers("office")).status_code == status


def test_who_may_see_them(client: TestClient, issuer: Issuer) -> None:
    path = "/v1/rates/resolution/cases?part=denominator&limit=200"
    assert client.get(path, headers=issuer.headers("frontend")).status_code == 403
    assert client.get(path, headers=issuer.headers("office", agency="elsewhere")).json()["items"] == []
    bank = client.get(path, headers=issuer.headers("department", department="bank")).json()["items"]
    assert 0 < len(bank) < len(client.get(path, headers=issuer.headers("office")).json()["items"])
