"""The reads of one programme: appraisal with its events, lists and their CSV, sessions, completeness, cards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bugle.stack import Stack
from eventkit.ids import uid
from tests.integration.reporting.serving import holding, reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, iso, programme

CASE, OTHER = str(uid("case one")), str(uid("case two"))
MISS = "bugle.supervision.deadline_missed.v1"
DOCUMENT: dict[str, Any] = {
    **programme()["document"],
    "roles": [{"id": "team_leader", "zh": "队长", "en": "Leader"}],
    "lists": [{"id": "issues", "zh": "问题清单", "en": "Issues", "of": "issues"}],
    "service_card": {"roles": ["team_leader"]},
    "completeness": [
        {"id": "breakdown", "zh": "有分解", "en": "Breakdown", "events": ["case_assigned"]},
        {"id": "dispatch", "zh": "有调度", "en": "Dispatch", "events": ["dispatch_held"]},
    ],
    "appraisal": {
        "department": {
            "base": 100,
            "items": [
                {"id": "miss", "zh": "超时", "en": "Missed", "event": "deadline_missed", "points": -2, "cap": 3},
                {"id": "absent", "zh": "未报到", "en": "Absent", "event": "duty_missed", "points": -5},
            ],
        }
    },
}


def story() -> Log:
    """Two cases of the bank: three misses, one of them withdrawn; a duty missed, another withdrawn; a dispatch."""
    log = Log()
    log.add(
        "intake", "programme_published", "programme-jinxian", "jinxian", START, **{**programme(), "document": DOCUMENT}
    )
    for case, title in ((CASE, "=HYPERLINK(1)"), (OTHER, "用电困难")):
        log.reported(case, day(1), title=title)
        said = {"lead": "bank", "supporting": [], "letter": None, "meeting": None, "rule": None, "round": 1}
        log.case("routing", "case_assigned", case, day(2), **said, by="office")
    misses = [missed(log, CASE, 1), missed(log, OTHER, 1), missed(log, OTHER, 2)]
    gone = [{"event": str(misses[2]), "kind": "miss", "stage": 1}]
    about = {"clock": "contact", "generation": 2, "fact": "contacted", "evidence_at": iso(day(3))}
    log.case("supervision", "misses_rescinded", OTHER, day(4), **about, withdrawn=gone)
    for name, rescinded in (("absent", False), ("excused", True)):
        duty(log, name, rescinded)
    item = {"item": 1, "case": OTHER, "unit": "bank", "task": "增容", "due_on": "2021-04-01", "duty": str(uid("d"))}
    dispatch = {"programme": "jinxian", "agency": "jinxian", "items": [item], "title": "调度", "minutes": "已议"}
    log.add("supervision", "dispatch_held", f"dispatch-{uid('dispatch')}", "x", day(5), **dispatch)
    return log


def missed(log: Log, case: str, generation: int) -> Any:
    about = {"clock": "contact", "generation": generation, "stage": 1, "due_at": iso(day(4)), "unit": "bank"}
    return log.case("supervision", "deadline_missed", case, day(4), **about).id


def duty(log: Log, name: str, rescinded: bool) -> None:
    stream, id = f"duty-{uid(name)}", str(uid(name))
    opened = {"duty": id, "programme": "jinxian", "agency": "jinxian", "rule": "session", "subject": "bank"}
    opened |= {"unit": "bank", "person": "p1", "due_at": iso(day(4)), "title": name}
    log.add("supervision", "duty_opened", stream, id, day(3), **opened)
    said = {"period": "once", "due_at": iso(day(4)), "lacking": [], "unit": "bank", "person": "p1", "card": None}
    miss = log.add("supervision", "duty_missed", stream, id, day(4), duty=id, **said)
    if rescinded:
        gone = {"period": "once", "withdrawn": [str(miss.id)], "evidence_at": iso(day(3))}
        log.add("supervision", "duty_rescinded", stream, id, day(4), duty=id, **gone)


@pytest.fixture(scope="module")
def client(servers: Stack, issuer: Issuer) -> Iterator[TestClient]:
    with holding(servers, "reportingstory", story().events) as engine, reading(engine, issuer) as client:
        yield client


def read(client: TestClient, issuer: Issuer, path: str, role: str = "office", **claims: Any) -> Any:
    answer = client.get(f"/v1{path}", headers=issuer.headers(role, **claims))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_points_of_a_department_have_their_events(client: TestClient, issuer: Issuer) -> None:
    told = read(client, issuer, "/appraisal/departments?programme=jinxian&period=2021-03")
    [bank] = told["items"]
    points = {item["id"]: (item["count"], item["points"]) for item in bank["items"]}
    assert points == {"miss": (2, -3), "absent": (1, -5)}
    assert bank["score"] == 92
    assert all(len(item["events"]) == item["count"] for item in bank["items"])
    assert read(client, issuer, "/appraisal/departments?programme=jinxian&period=2021-Q2")["items"] == []


def test_department_sees_its_own_score_alone(client: TestClient, issuer: Issuer) -> None:
    path = "/appraisal/departments?programme=jinxian&period=2021"
    assert read(client, issuer, path, "department", department="power-supply")["items"] == []
    [bank] = read(client, issuer, path, "department", department="bank")["items"]
    assert bank["unit"] == "bank"


def test_duties_of_officials(client: TestClient, issuer: Issuer) -> None:
    items = read(client, issuer, "/appraisal/cadres?programme=jinxian&period=2021-03")["items"]
    assert {(item["title"], item["periods"][0]["status"]) for item in items} == {
        ("absent", "missed"),
        ("excused", "open"),
    }


def test_supervision_list_leaves_out_what_was_withdrawn(client: TestClient, issuer: Issuer) -> None:
    items = read(client, issuer, "/supervision-list?programme=jinxian&month=2021-03")["items"]
    assert {item["case_id"]: len(item["events"]) for item in items} == {CASE: 1, OTHER: 1}


def test_completeness_of_cases_and_departments(client: TestClient, issuer: Issuer) -> None:
    told = read(client, issuer, "/completeness?programme=jinxian")
    assert {item["case_id"]: item["missing"] for item in told["items"]} == {CASE: ["dispatch"], OTHER: []}
    assert told["departments"] == [
        {"unit": "bank", "cases": 2, "complete": 1, "having": {"breakdown": 2, "dispatch": 1}}
    ]


def test_list_page_by_page(client: TestClient, issuer: Issuer) -> None:
    first = read(client, issuer, "/lists/issues?programme=jinxian&limit=1")
    second = read(client, issuer, f"/lists/issues?programme=jinxian&limit=1&after={first['next']}")
    assert {first["items"][0]["case_id"], second["items"][0]["case_id"]} == {CASE, OTHER}
    assert second["next"] is None
    assert read(client, issuer, "/lists/issues?programme=jinxian", "department", department="park")["items"] == []


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/lists/tasks?programme=jinxian", 404, "unknown-list"),
        ("/lists/issues", 422, "invalid"),
        ("/lists/issues?programme=nowhere", 422, "invalid"),
        ("/lists/issues?programme=jinxian&color=red", 422, "invalid"),
        ("/supervision-list?programme=jinxian&month=2021-3", 422, "invalid"),
        ("/appraisal/cadres?programme=jinxian&period=0000", 422, "invalid"),
        (f"/enterprises/{uid('nobody')}/card?programme=jinxian", 404, "no-service-card"),
    ],
)
def test_refusals(client: TestClient, issuer: Issuer, path: str, status: int, slug: str) -> None:
    answer = client.get(f"/v1{path}", headers=issuer.headers("office"))
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:bugle:problem:{slug}")


def test_another_agency_finds_no_programme(client: TestClient, issuer: Issuer) -> None:
    for path in ("/sessions", "/completeness", "/lists/issues"):
        answer = client.get(f"/v1{path}?programme=jinxian", headers=issuer.headers("office", agency="elsewhere"))
        assert answer.status_code == 422
