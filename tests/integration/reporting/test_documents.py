"""Reports as documents: what stands in them, in which language, for whom; a hostile title stays a title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bugle.stack import Stack
from eventkit.ids import uid
from tests.integration.reporting.serving import holding, reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, iso, programme

FIRST, SECOND, THIRD = (str(uid("case", name)) for name in ("first", "second", "third"))
EVIL = "| 用电 | <b>**急**\n\n# 标题 |"
DOCUMENT: dict[str, Any] = {
    **programme()["document"],
    "reports": [
        {"id": "monthly", "zh": "月通报", "en": "Monthly bulletin", "every": "month", "within": "5wd"},
        {"id": "quarterly", "zh": "季点评", "en": "Quarterly review", "every": "quarter", "within": "5wd"},
        {"id": "annual", "zh": "年考核", "en": "Annual appraisal", "every": "year", "within": "5wd"},
    ],
    "services": [{"id": "recovery", "zh": "追回款项", "en": "Money recovered", "amount": True}],
    "appraisal": {
        "department": {
            "base": 100,
            "items": [{"id": "miss", "zh": "超期", "en": "Missed", "event": "deadline_missed", "points": -2}],
        },
        "rates": [
            {"id": "resolution", "weight": 40, "exclude": ["long_term", "merged", "withdrawn"]},
            {"id": "satisfaction", "weight": 60},
        ],
    },
}


def story() -> Log:
    """In March: two issues, one solved to satisfaction and closed out, one missed; in April: a third, long term."""
    log = Log()
    published = {**programme(), "document": DOCUMENT}
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **published)
    units = [
        {"id": id, "name": name, "kind": "department", "synthetic": False}
        for id, name in (("bank", "银行"), ("power-supply", "供电公司"))
    ]
    said: dict[str, Any] = {"agency": "jinxian", "version": 1, "units": units, "people": []}
    log.add("intake", "directory_published", "directory-jinxian", "jinxian", START, **said)
    for case, lead, at, title in (
        (FIRST, "bank", day(1), "贷款"),
        (SECOND, "power-supply", day(2), EVIL),
        (THIRD, "bank", day(40), "厂房"),
    ):
        log.reported(case, at, title=title, kind="finance", synthetic=case == THIRD)
        about = {"lead": lead, "supporting": [], "letter": f"{case}号", "meeting": None, "rule": None, "round": 1}
        log.case("routing", "case_assigned", case, at, **about, by="office")
    log.case("routing", "result_reported", FIRST, day(5), unit="bank", outcome="solved", by="bank")
    answered = {"satisfaction": "satisfied", "note": None, "round": 1, "by": "office"}
    log.case("supervision", "enterprise_verified", FIRST, day(6), **answered)
    log.case("supervision", "case_closed_out", FIRST, day(7), round=1, by="office")
    missed = {"clock": "contact", "generation": 1, "stage": 1, "due_at": iso(day(9)), "unit": "power-supply"}
    log.case("supervision", "deadline_missed", SECOND, day(9), **missed)
    log.case("routing", "result_reported", THIRD, day(41), unit="bank", outcome="long_term", by="bank")
    for name, at, amount in (("one", 3, 600_000), ("two", 41, 40_000)):
        log.service(str(uid("service", name)), "recovery", 1, amount, day(at))
    return log


@pytest.fixture(scope="module")
def client(servers: Stack, issuer: Issuer) -> Iterator[TestClient]:
    with holding(servers, "reportingdocuments", story().events) as engine, reading(engine, issuer) as client:
        yield client


def document(client: TestClient, issuer: Issuer, path: str, **headers: str) -> str:
    answer = client.get(f"/v1/documents/{path}", headers={**issuer.headers("office"), **headers})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    return answer.text


def figures(client: TestClient, issuer: Issuer, path: str) -> Any:
    return client.get(f"/v1/documents/{path}&format=json", headers=issuer.headers("office")).json()


def table(text: str, head: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    section = text.split(f"## {head}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_month_tells_period_and_total(client: TestClient, issuer: Issuer) -> None:
    march = document(client, issuer, "monthly?programme=jinxian&period=2021-03")
    april = document(client, issuer, "monthly?programme=jinxian&period=2021-04")
    assert march.startswith("# 四进四问月通报\n\n2021年3月\n")
    rows = {row[0]: row[1:] for row in table(march, "总体情况")}
    assert (rows["登记问题"], rows["销号问题"], rows["未办结问题"]) == (
        ["2", "2", "0"],
        ["1", "1", "0"],
        ["–", "1", "0"],
    )
    rows = {row[0]: row[1:] for row in table(april, "总体情况")}
    assert (rows["登记问题"], rows["销号问题"], rows["未办结问题"]) == (
        ["1", "3", "1"],
        ["0", "1", "0"],
        ["–", "2", "1"],
    )


def test_rates_have_their_denominators(client: TestClient, issuer: Issuer) -> None:
    rows = {
        row[0]: row[1:]
        for row in table(document(client, issuer, "monthly?programme=jinxian&period=2021-03"), "办理指标")
    }
    assert rows["问题解决率"] == ["40", "50.00%", "1 / 2", "–", "50.00%", "1 / 2", "–"]
    assert rows["企业满意率"] == ["60", "100.00%", "1 / 1", "–", "100.00%", "1 / 1", "尚未回访 1"]
    assert rows["加权综合"] == ["100", "80.00%", "–", "–", "80.00%", "–", "–"]


def test_change_is_told_in_points(client: TestClient, issuer: Issuer) -> None:
    [rate, *_] = figures(client, issuer, "monthly?programme=jinxian&period=2021-04")["rates"]
    assert (rate["period"]["value"], rate["previous"]["value"], rate["cumulative"]["value"]) == (None, 0.5, 0.5)
    rows = {
        row[0]: row for row in table(document(client, issuer, "quarterly?programme=jinxian&period=2021-Q2"), "办理指标")
    }
    assert rows["问题解决率"][4] == "–"


def test_departments_by_score(client: TestClient, issuer: Issuer) -> None:
    rows = table(document(client, issuer, "annual?programme=jinxian&period=2021"), "部门排名")
    assert rows[:2] == [["1", "银行", "2", "1", "0 / 0", "100"], ["2", "供电公司", "1", "0", "0 / 0", "98"]]


def test_review_names_the_first(client: TestClient, issuer: Issuer) -> None:
    review = document(client, issuer, "quarterly?programme=jinxian&period=2021-Q1&lang=en")
    assert "Quarterly review\n\n1st quarter 2021\n" in review
    assert "- In front: 银行, 供电公司.\n" in review
    assert "| 供电公司 | Missed ×1 (-2) |" in review


def test_long_term_list_has_no_miss(client: TestClient, issuer: Issuer) -> None:
    april = document(client, issuer, "monthly?programme=jinxian&period=2021-04")
    assert [row[1:3] for row in table(april, "挂账清单")] == [["厂房", "银行"]]
    assert "本期督办清单没有事项。" in april


def test_title_from_outside_stays_text(client: TestClient, issuer: Issuer) -> None:
    [row] = table(document(client, issuer, "monthly?programme=jinxian&period=2021-03"), "督办清单")
    assert row[1] == r"\| 用电 \| \<b\>\*\*急\*\* \# 标题 \|"


def test_amounts_of_services(client: TestClient, issuer: Issuer) -> None:
    april = document(client, issuer, "monthly?programme=jinxian&period=2021-04")
    assert table(april, "服务情况") == [["追回款项", "1", "2", "40,000", "640,000"]]


def test_language_is_chosen(client: TestClient, issuer: Issuer) -> None:
    path = "annual?programme=jinxian&period=2021"
    assert "年考核" in document(client, issuer, path)
    assert "Annual appraisal" in document(client, issuer, path, **{"Accept-Language": "en-GB"})
    assert "年考核" in document(client, issuer, f"{path}&lang=zh", **{"Accept-Language": "en"})


def test_unknown_end_is_told(client: TestClient, issuer: Issuer) -> None:
    """No watermark has come to this database."""
    path = "monthly?programme=jinxian&period=2021-03"
    assert "本期尚未结束" in document(client, issuer, path)
    assert figures(client, issuer, path)["complete"] is False


@pytest.mark.parametrize(
    ("path", "status", "slug", "field"),
    [
        ("weekly?programme=jinxian&period=2021-03", 404, "unknown-report", "report"),
        ("monthly?programme=jinxian&period=2021-Q1", 422, "invalid", "period"),
        ("annual?programme=jinxian&period=9999", 422, "invalid", "period"),
        ("annual?programme=jinxian&period=0001", 422, "invalid", "period"),
        ("monthly?period=2021-03", 422, "invalid", "programme"),
        ("monthly?programme=nowhere&period=2021-03", 422, "invalid", "programme"),
        ("monthly?programme=jinxian", 422, "invalid", "period"),
        ("monthly?programme=jinxian&period=2021-03&lang=fr", 422, "invalid", "lang"),
        ("monthly?programme=jinxian&period=2021-03&at=2021-03-01", 422, "invalid", "at"),
    ],
)
def test_refusals(client: TestClient, issuer: Issuer, path: str, status: int, slug: str, field: str) -> None:
    answer = client.get(f"/v1/documents/{path}", headers=issuer.headers("office"))
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:bugle:problem:{slug}"), answer.text
    assert [fault["field"].lstrip("/") for fault in answer.json()["errors"]] == [field]


def test_departments_read_no_report(client: TestClient, issuer: Issuer) -> None:
    path = "/v1/documents/monthly?programme=jinxian&period=2021-03"
    assert client.get(path, headers=issuer.headers("department", department="bank")).status_code == 403
    assert client.get(path, headers=issuer.headers("office", agency="elsewhere")).status_code == 422
    assert client.get(path, headers=issuer.headers("operator")).status_code == 200
