"""The HTTP reads: who sees what, what is refused, what every answer tells."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from eventkit.envelope import PARTITIONS
from reporting import TOPICS
from tests.integration.reporting.serving import reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import Log

LISTS = ("/v1/ledger", "/v1/clocks", "/v1/rates", "/v1/figures/issues")


@pytest.fixture(scope="module")
def client(filled: Engine, issuer: Issuer) -> Iterator[TestClient]:
    with reading(filled, issuer) as client:
        yield client


def first_case(client: TestClient, issuer: Issuer, query: str = "") -> str:
    items = client.get(f"/v1/ledger?limit=1{query}", headers=issuer.headers("office")).json()["items"]
    return str(items[0]["case_id"])


def test_no_token_no_answer(client: TestClient, history: Log) -> None:
    for path in (*LISTS, f"/v1/issues/{history.events[-1].key}/timeline"):
        assert client.get(path).status_code == 401


@pytest.mark.parametrize("role", ["frontend", "enterprise"])
def test_role_that_may_not_read(client: TestClient, issuer: Issuer, role: str) -> None:
    for path in LISTS:
        assert client.get(path, headers=issuer.headers(role)).status_code == 403


@pytest.mark.parametrize("role", ["office", "leader", "analyst"])
def test_agency_sees_its_own(client: TestClient, issuer: Issuer, role: str) -> None:
    own = client.get("/v1/figures/issues", headers=issuer.headers(role)).json()
    foreign = client.get("/v1/figures/issues", headers=issuer.headers(role, agency="elsewhere")).json()

    assert (own["value"], foreign["value"]) == (50, 0)


def test_operator_sees_all(client: TestClient, issuer: Issuer) -> None:
    assert client.get("/v1/figures/issues", headers=issuer.headers("operator", agency=None)).json()["value"] == 50


def test_department_sees_its_own_cases(client: TestClient, issuer: Issuer) -> None:
    headers = issuer.headers("department", department="bank")

    items = client.get("/v1/ledger?limit=200", headers=headers).json()["items"]

    assert 0 < len(items) < 50
    assert all(item["lead"] == "bank" or "bank" in item["supporting"] for item in items)
    assert client.get("/v1/figures/issues", headers=headers).json()["value"] == len(items)


@pytest.mark.parametrize(
    ("roles", "claims"), [(("office",), {"agency": None}), (("department",), {"department": None})]
)
def test_token_without_its_claim(
    client: TestClient, issuer: Issuer, roles: tuple[str, ...], claims: dict[str, None]
) -> None:
    assert client.get("/v1/ledger", headers=issuer.headers(*roles, **claims)).status_code == 403


def test_foreign_issue_is_not_there(client: TestClient, issuer: Issuer) -> None:
    case = first_case(client, issuer, "&department=bank")
    path = f"/v1/issues/{case}/timeline"

    answers = [
        client.get(path, headers=issuer.headers("office", agency="elsewhere")),
        client.get(path, headers=issuer.headers("department", department="court")),
        client.get("/v1/issues/00000000-0000-0000-0000-000000000000/timeline", headers=issuer.headers("office")),
        client.get("/v1/issues/nonsense/timeline", headers=issuer.headers("office")),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_timeline_tells_everything(client: TestClient, issuer: Issuer, history: Log) -> None:
    case = first_case(client, issuer)

    told = client.get(f"/v1/issues/{case}/timeline", headers=issuer.headers("office")).json()

    assert {item["event_id"] for item in told["items"]} == {str(e.id) for e in history.events if e.key == case}
    assert [item["occurred_at"] for item in told["items"]] == sorted(item["occurred_at"] for item in told["items"])
    assert told["issue"]["case_id"] == case
    assert isinstance(told["issue"]["synthetic"], bool)


def test_timeline_before_the_report(client: TestClient, issuer: Issuer) -> None:
    path = f"/v1/issues/{first_case(client, issuer)}/timeline?at=2020-01-01"

    assert client.get(path, headers=issuer.headers("office")).status_code == 404


def test_pages_follow_each_other(client: TestClient, issuer: Issuer) -> None:
    for path, key in (("/v1/ledger", ("case_id",)), ("/v1/clocks", ("case_id", "clock", "generation"))):
        whole = client.get(f"{path}?limit=200", headers=issuer.headers("office")).json()
        assert whole["next"] is None
        seen: list[dict[str, object]] = []
        after: str | None = ""
        while after is not None:
            told = client.get(f"{path}?limit=7{after and f'&after={after}'}", headers=issuer.headers("office")).json()
            seen += told["items"]
            after = told["next"]
        assert seen == whole["items"]
        assert len({tuple(item[name] for name in key) for item in seen}) == len(seen)


def test_every_list_marks_synthetic_rows(client: TestClient, issuer: Issuer) -> None:
    for path in ("/v1/ledger", "/v1/clocks"):
        marks = {
            item["synthetic"]
            for item in client.get(f"{path}?limit=200", headers=issuer.headers("office")).json()["items"]
        }
        assert marks == {True, False}
    for told in client.get("/v1/rates", headers=issuer.headers("office")).json()["rates"].values():
        assert told["synthetic"] <= told["denominator"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("state=finished", "state"),
        ("synthetic=maybe", "synthetic"),
        ("programme=nowhere", "programme"),
        ("at=yesterday", "at"),
        ("at=2021-04-22T10:00:00", "at"),
        ("at=9999-12-31", "at"),
        ("kind=a&kind=b", "kind"),
        ("kind=%00", "kind"),
    ],
)
def test_refusal_names_the_parameter(client: TestClient, issuer: Issuer, query: str, field: str) -> None:
    for path in LISTS:
        answer = client.get(f"{path}?{query}", headers=issuer.headers("office"))
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert answer.json()["errors"][0]["mend"]


def test_unknown_measure_and_group(client: TestClient, issuer: Issuer) -> None:
    assert client.get("/v1/figures/happiness", headers=issuer.headers("office")).status_code == 404
    answer = client.get("/v1/figures/enterprises?group_by=month", headers=issuer.headers("office"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "group_by"


def test_foreign_programme_reads_as_unknown(client: TestClient, issuer: Issuer) -> None:
    answers = [
        client.get("/v1/ledger?programme=jinxian", headers=issuer.headers("office", agency="elsewhere")),
        client.get("/v1/ledger?programme=jinxiam", headers=issuer.headers("office", agency="elsewhere")),
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert answers[0].text == answers[1].text.replace("jinxiam", "jinxian")


def test_crafted_cursor_is_refused(client: TestClient, issuer: Issuer) -> None:
    for path in ("/v1/ledger", "/v1/clocks"):
        assert client.get(f"{path}?after=WzFd", headers=issuer.headers("office")).status_code == 400


def test_complete_once_watermarks_pass(client: TestClient, issuer: Issuer, filled: Engine) -> None:
    def complete(at: str) -> bool:
        return bool(client.get(f"/v1/figures/issues{at}", headers=issuer.headers("office")).json()["complete"])

    assert not complete("?at=2021-03-10")
    for number in range(PARTITIONS):
        for topic in TOPICS:
            with filled.begin() as connection:
                connection.execute(
                    text("INSERT INTO progress VALUES ('reporting', :topic, :number, 1, 1, '2021-03-10T16:00:00Z')"),
                    {"topic": topic, "number": number},
                )
            last = number == PARTITIONS - 1 and topic == TOPICS[-1]
            assert complete("?at=2021-03-10") is last
    assert complete("")
    assert not complete("?at=2021-03-11")
    with filled.begin() as connection:
        connection.execute(text("DELETE FROM progress"))


def test_document_lists_the_filters(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    named = {parameter["name"] for parameter in paths["/v1/ledger"]["get"]["parameters"]}
    assert {"programme", "department", "kind", "state", "at", "limit", "after"} <= named


def test_live_and_ready(client: TestClient) -> None:
    assert client.get("/live").status_code == 200
    assert client.get("/ready").json()["ready"] is True


def test_every_enterprise_is_covered_or_named(client: TestClient, issuer: Issuer) -> None:
    told = client.get("/v1/coverage?programme=jinxian", headers=issuer.headers("office")).json()
    assert (told["enterprises"], told["covered"], told["uncovered"]) == (
        1,
        {"team": 1, "authority": 0, "township": 0},
        [],
    )
    assert told["tiers"] == [{"tier": "key", "teams": 1, "with_findings": 0, "enterprises": 1}]
    before = client.get("/v1/coverage?programme=jinxian&at=2020-01-01", headers=issuer.headers("office")).json()
    assert (before["enterprises"], before["tiers"]) == (0, [])


def test_coverage_asks_for_a_programme(client: TestClient, issuer: Issuer) -> None:
    for query in ("", "?programme=nowhere"):
        answer = client.get(f"/v1/coverage{query}", headers=issuer.headers("office"))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "programme")


def test_hotspots_add_up_to_the_issues(client: TestClient, issuer: Issuer) -> None:
    headers = issuer.headers("office")
    issues = client.get("/v1/figures/issues?programme=jinxian", headers=headers).json()["value"]
    for groups in ("kind,township,department,month", "kind", "month,department"):
        told = client.get(f"/v1/hotspots?programme=jinxian&group_by={groups}&limit=1000", headers=headers).json()
        assert sum(item["issues"] for item in told["items"]) == issues
        assert [item["issues"] for item in told["items"]] == sorted((i["issues"] for i in told["items"]), reverse=True)
        assert set(groups.split(",")) < set(told["items"][0])


def test_hotspots_of_an_enterprise_by_name(client: TestClient, issuer: Issuer) -> None:
    answer = client.get("/v1/hotspots?programme=jinxian&enterprise=nobody", headers=issuer.headers("office"))
    assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_hotspots_refuse_unknown_groups(client: TestClient, issuer: Issuer) -> None:
    for groups in ("colour", "kind,kind", ""):
        answer = client.get(f"/v1/hotspots?group_by={groups}", headers=issuer.headers("office"))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "group_by")


@pytest.mark.parametrize(
    ("language", "problem", "mend"),
    [
        ({}, "'nonsense' is no state", "write one of reported, classified"),
        ({"Accept-Language": "zh-CN"}, "“nonsense”不是“state”的可选值", "请改用下列之一：reported、classified"),
    ],
)
def test_wrong_filter_in_both_languages(
    client: TestClient, issuer: Issuer, language: dict[str, str], problem: str, mend: str
) -> None:
    answer = client.get("/v1/ledger?state=nonsense", headers=issuer.headers("office") | language)
    [found] = answer.json()["errors"]
    assert (answer.status_code, found["problem"]) == (422, problem)
    assert found["mend"].startswith(mend)


@pytest.mark.parametrize("month", ["9999-12", "0999-01", "2021-13", "2021-1"])
def test_month_without_dates_is_refused(client: TestClient, issuer: Issuer, month: str) -> None:
    answer = client.get(f"/v1/ledger?reported={month}", headers=issuer.headers("office"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "reported")
    assert client.get("/v1/ledger?reported=9998-12", headers=issuer.headers("office")).status_code == 200
