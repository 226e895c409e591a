"""Reads of a programme where its story is unusual: done again, not begun, merged away, of a zone that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from bugle.stack import Stack
from contracts import DOCUMENTS
from eventkit.ids import uid
from tests.integration.reporting.serving import holding, reading
from tests.integration.reporting.test_programme_reads import DOCUMENT, read
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, iso, programme

CASE, OTHER, THIRD, FOURTH = (str(uid("edge", n)) for n in range(4))
EXCLUDABLE = DOCUMENTS["bugle.documents.programme.v3"].schema["properties"]["appraisal"]["properties"]["rates"]["items"]
RATE = {"id": "resolution", "weight": 1, "exclude": EXCLUDABLE["properties"]["exclude"]["items"]["enum"]}
LISTS = [{"id": of, "zh": "清单", "en": "List", "of": of} for of in ("tasks", "issues")]


def story() -> Log:
    log = Log()
    document = {**DOCUMENT, "agency": "jinxian", "lists": LISTS, "appraisal": {"rates": [RATE]}}
    publish(log, "jinxian", "jinxian", document)
    publish(log, "lost", "jinxian", {**document, "id": "lost", "zone": "Asia/Nowhere"})
    publish(log, "foreign", "foreign", {**document, "id": "foreign"})
    for agency, name in (("jinxian", "甲"), ("foreign", "乙")):
        listed = {"agency": agency, "version": 1, "units": [{"id": "bank", "name": name, "kind": "bank"}]}
        people = [{"id": "p1", "name": name, "unit": "bank", "role": None, "title": None}]
        synthetic = {"synthetic": False}
        listed = {
            **listed,
            "units": [u | synthetic for u in listed["units"]],
            "people": [p | synthetic for p in people],
        }
        log.add("intake", "directory_published", f"directory-{agency}", agency, START, **listed)
    for case, title in ((CASE, "＝1+1"), (OTHER, "\n=1"), (THIRD, "用电困难")):
        log.reported(case, day(1), title=title, kind="power")
        assigned(log, case, 2)
    done_again(log)
    log.case("routing", "case_merged", OTHER, day(7), into=CASE, by="office")
    log.case("routing", "case_withdrawn", THIRD, day(7), reason="x", by="office")
    log.reported(FOURTH, day(1), title="跨区事项", kind="traffic")
    log.case("routing", "case_passed_on", FOURTH, day(2), body="city", note=None, by="office")
    owe(log, "six_ones", every="month", since="2021-03-01", until="2021-05-15")
    owe(log, "session", every="once", due_at=iso(day(9)))
    ended = owe(log, "gone", every="month", since="2021-03-01")
    log.add("supervision", "duty_ended", f"duty-{ended}", ended, day(2), duty=ended, ground="left")
    return log


def publish(log: Log, id: str, agency: str, document: dict[str, Any]) -> None:
    said = {**programme(), "programme": id, "agency": agency, "document": document}
    log.add("intake", "programme_published", f"programme-{id}", id, START, **said)


def assigned(log: Log, case: str, on: int, round: int = 1) -> None:
    said = {"lead": "bank", "supporting": [], "letter": None, "meeting": None, "rule": None, "round": round}
    log.case("routing", "case_assigned", case, day(on), **said, by="office")


def done_again(log: Log) -> None:
    plan = {"unit": "bank", "milestones": [{"name": "放款", "due_on": "2021-05-01"}], "by": "x"}
    log.case("routing", "case_planned", CASE, day(3), **plan)
    log.case("routing", "progress_reported", CASE, day(4), unit="bank", note=None, milestone="放款", by="x")
    log.case("routing", "case_reopened", CASE, day(5), round=2, by="office")
    assigned(log, CASE, 6, 2)
    log.case("routing", "case_planned", CASE, day(7), **plan)


def owe(log: Log, rule: str, **more: Any) -> str:
    id = str(uid("owed", rule))
    opened = {"duty": id, "programme": "jinxian", "agency": "jinxian", "rule": rule, "subject": "p1", "title": rule}
    opened |= {"unit": "bank", "person": "p1", "due_at": None, "since": None, "until": None, "needs": [], **more}
    log.add("supervision", "duty_opened", f"duty-{id}", id, day(1), **opened)
    return id


@pytest.fixture(scope="module")
def engine(servers: Stack) -> Iterator[Engine]:
    with holding(servers, "reportingedges", story().events, pool=1) as engine:
        yield engine


@pytest.fixture(scope="module")
def client(engine: Engine, issuer: Issuer) -> Iterator[TestClient]:
    with reading(engine, issuer) as client:
        yield client


def test_task_of_a_new_plan_is_not_done_by_the_old_round(client: TestClient, issuer: Issuer) -> None:
    [task] = read(client, issuer, "/lists/tasks?programme=jinxian")["items"]
    assert task["done_at"] is None


CADRES = "/appraisal/cadres?programme=jinxian&period="


@pytest.mark.parametrize(
    ("period", "owed"),
    [
        ("2021-02", {}),
        ("2021-03", {"session": ["once"], "six_ones": ["2021-03"]}),
        ("2021-05", {"six_ones": ["2021-05"]}),
        ("2021", {"session": ["once"], "six_ones": ["2021-03", "2021-04", "2021-05"]}),
        ("2022", {}),
        ("9998", {}),
    ],
)
def test_what_nobody_has_begun_is_open(
    client: TestClient, issuer: Issuer, period: str, owed: dict[str, list[str]]
) -> None:
    items = read(client, issuer, CADRES + period)["items"]
    assert {item["rule"]: [one["period"] for one in item["periods"]] for item in items} == owed
    assert {one["status"] for item in items for one in item["periods"]} <= {"open"}


@pytest.mark.parametrize("role", ["office", "operator"])
def test_names_are_those_of_the_programmes_agency(client: TestClient, issuer: Issuer, role: str) -> None:
    assert {item["name"] for item in read(client, issuer, f"{CADRES}2021", role)["items"]} == {"甲"}


def test_merged_and_withdrawn_issues_are_not_open(client: TestClient, issuer: Issuer) -> None:
    rows = read(client, issuer, "/hotspots?programme=jinxian&group_by=kind")["items"]
    assert [(row["issues"], row["open"]) for row in rows] == [(3, 1), (1, 1)]
    assert read(client, issuer, "/figures/issues_open?programme=jinxian")["value"] == 2


def test_rates_leave_out_all_that_a_document_may_exclude(client: TestClient, issuer: Issuer) -> None:
    told = read(client, issuer, "/rates?programme=jinxian")
    assert told["rates"]["resolution"]["exclusions"].keys() == {*RATE["exclude"], "no_result"}
    of = "/rates/resolution/cases?programme=jinxian&part=excluded"
    reasons = {item["case_id"]: item["reason"] for item in read(client, issuer, of)["items"]}
    assert reasons == {OTHER: "merged", THIRD: "withdrawn", FOURTH: "passed_on"}


@pytest.mark.parametrize(
    "path",
    [
        "/ledger?at=2021-03-05",
        "/figures/issues?at=2021-03-05",
        "/figures/issues?group_by=month",
        "/hotspots?programme=lost&group_by=month",
        "/appraisal/cadres?programme=lost&period=2021-03",
        "/appraisal/departments?programme=lost&period=2021-03",
    ],
)
def test_zone_that_nobody_knows_harms_nobody(client: TestClient, issuer: Issuer, path: str) -> None:
    read(client, issuer, path)
