"""Supervision list, minutes and assignment letters: issued like reports, and read by the departments they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from html import escape, unescape
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from sqlalchemy import Connection

from eventkit.ids import uid
from eventkit.moments import until
from pagekit.session import COOKIE
from reporting.bulletins.matter import Drawn, Matter
from reporting.issuing import acts
from reporting.issuing.shelf import standing_of
from reporting.web import documents as web_documents
from reporting.web.paging import window_of
from tests.integration.reporting.delivery import Delivery
from tests.integration.reporting.serving import reading
from tests.integration.reporting.test_documents import FIRST, SECOND, story
from tests.integration.reporting.test_issuing import KNOWN, LATER, file, issued, learnt
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import Log, day, iso

OF = "?programme=jinxian"
ZONE = ZoneInfo("Asia/Shanghai")
SESSION, DISPATCH = str(uid("session")), str(uid("dispatch"))
NOTES = "一、供电公司月底前增容\n1. 增设变压器\n- 下周复查"


@pytest.fixture
def told(delivery: Delivery) -> Log:
    """The story with a joint session and a dispatch."""
    log = story()
    log.session(str(uid("enterprise")))
    task = {"item": 1, "case": SECOND, "unit": "power-supply", "task": "增容", "due_on": "2021-03-20", "duty": SESSION}
    said: dict[str, Any] = {"dispatch": DISPATCH, "programme": "jinxian", "programme_version": 1, "agency": "jinxian"}
    said |= {"scheduled": True, "title": "三月调度会", "minutes": NOTES, "items": [task], "by": "office"}
    log.add("supervision", "dispatch_held", f"dispatch-{DISPATCH}", DISPATCH, day(10), **said)
    delivery.publish(log.events, KNOWN)
    delivery.apply()
    return log


@pytest.fixture
def client(delivery: Delivery, told: Log, issuer: Issuer) -> Iterator[TestClient]:
    with reading(delivery.engine, issuer, headers=issuer.headers("office")) as client:
        yield client


def text(client: TestClient, document: Any) -> str:
    return file(client, document["document"], "md").decode()


def test_minutes_of_a_session(client: TestClient) -> None:
    said = text(client, issued(client, f"/v1/documents/minutes{OF}&about={SESSION}"))
    assert "四进四问会议纪要" in said and "参加单位：银行" in said and "未报到：供电公司" in said
    assert "逐项研究" in said


def test_minutes_of_a_dispatch(client: TestClient) -> None:
    document = issued(client, f"/v1/documents/minutes{OF}&about={DISPATCH}")
    said = text(client, document)
    assert "议题：三月调度会" in said and "| 增容 | 供电公司 | 2021-03-20 |" in said
    assert "\n一、供电公司月底前增容\n" in said and "\n1\\. 增设变压器\n" in said and "\n\\- 下周复查\n" in said
    assert document["units"] == ["power-supply"]


def test_letter_goes_to_its_department(client: TestClient, issuer: Issuer) -> None:
    document = issued(client, f"/v1/documents/letter{OF}&about={FIRST}")
    said = text(client, document)
    assert f"{FIRST}号" in said and "致：银行" in said and "贷款" in said
    for department, status in (("bank", 200), ("power-supply", 404)):
        headers = issuer.headers("department", department=department)
        assert client.get(f"/v1/issued/{document['document']}/docx", headers=headers).status_code == status
        found = client.get(f"/v1/issued{OF}", headers=headers).json()["items"]
        assert [one["document"] for one in found] == ([document["document"]] if status == 200 else [])


def test_letter_of_a_later_round_tells_its_own_deadlines(client: TestClient, delivery: Delivery, told: Log) -> None:
    about: dict[str, Any] = {"lead": "power-supply", "supporting": [], "meeting": None, "rule": None, "by": "office"}
    clock_started(told, SECOND, 1, day(2), due=day(4))
    told.case("routing", "case_reopened", SECOND, day(20), round=2, reason="unsatisfied")
    told.case("routing", "case_assigned", SECOND, day(20), **about, letter="次轮号", round=2)
    clock_started(told, SECOND, 2, day(20), due=day(24))
    delivery.publish(learnt(told, 4), LATER)
    delivery.apply()

    said = text(client, issued(client, f"/v1/documents/letter{OF}&about={SECOND}"))

    assert "次轮号" in said and until(day(24), ZONE) in said
    assert until(day(4), ZONE) not in said


def clock_started(log: Log, case: str, round_: int, at: datetime, due: datetime) -> None:
    about = {"clock": "contact", "generation": round_, "round": round_, "fact": "assigned", "unit": "power-supply"}
    more = {"stages": [], "provisional": False, "limit": "4d", "calendar": None}
    log.case("supervision", "clock_started", case, at, **about, started_at=iso(at), due_at=iso(due), **more)


def test_amended_letter_is_restated(client: TestClient, delivery: Delivery, told: Log) -> None:
    path = f"/v1/documents/letter{OF}&about={FIRST}"
    issued(client, path)
    about = {"lead": "bank", "supporting": ["power-supply"], "letter": f"{FIRST}号", "meeting": None, "rule": None}
    told.case("routing", "case_assigned", FIRST, day(8), **about, round=1, by="office")
    told.case("routing", "case_assigned", SECOND, day(8), **about, round=1, by="office")
    delivery.publish(learnt(told, 2), LATER)
    delivery.apply()
    second = issued(client, path)
    assert second["edition"] == 2 and second["units"] == ["bank", "power-supply"]
    assert [cause["event"] for cause in second["restated"]["causes"]["items"]] == [str(told.events[-2].id)]


def handed_on(delivery: Delivery, log: Log) -> None:
    """The bank returns the first case; the power supply gets it by a letter of its own, with its own deadline."""
    about = {"lead": "power-supply", "supporting": [], "letter": "73号", "meeting": None, "rule": None}
    log.case("routing", "case_returned", FIRST, day(7), unit="bank", round=1, reason="not ours", transfers=1, by="bank")
    log.case("routing", "case_assigned", FIRST, day(8), **about, round=1, by="office")
    clock_started(log, FIRST, 1, day(8), due=day(12))
    delivery.publish(learnt(log, 3), LATER)
    delivery.apply()


def test_letter_to_another_department_restates_nothing(client: TestClient, delivery: Delivery, told: Log) -> None:
    path = f"/v1/documents/letter{OF}&about={FIRST}"
    first = issued(client, path)
    handed_on(delivery, told)
    second = issued(client, path)
    assert (second["edition"], second["serial"], second["restates"]) == (1, first["serial"] + 1, None)
    assert second["units"] == ["power-supply"]
    said = text(client, second)
    assert "73号" in said and until(day(12), ZONE) in said and "更正" not in said
    assert client.post(path).json()["type"] == "urn:bugle:problem:nothing-changed"
    items = client.get(f"/v1/issued{OF}&about={FIRST}").json()["items"]
    assert [one["document"] for one in items] == [first["document"], second["document"]]


def test_each_letter_of_a_case_is_restated_alone(client: TestClient, delivery: Delivery, told: Log) -> None:
    path = f"/v1/documents/letter{OF}&about={FIRST}"
    issued(client, path)
    handed_on(delivery, told)
    second = issued(client, path)
    about = {"lead": "power-supply", "supporting": ["bank"], "letter": "73号", "meeting": None, "rule": None}
    told.case("routing", "case_assigned", FIRST, day(9), **about, round=1, by="office")
    delivery.publish(learnt(told, 1, LATER), LATER + timedelta(days=1))
    delivery.apply()
    third = issued(client, path)
    assert (third["edition"], third["restates"]) == (2, second["document"])


def test_letter_issued_as_a_restatement_of_another_is_restated(
    client: TestClient, delivery: Delivery, told: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As issued documents of older databases have it: one line of editions for all letters of a case."""

    def of_any_number(connection: Connection, programme: str, matter: Matter, told: Drawn) -> Any:
        return standing_of(connection, programme, matter, replace(told, number=None))

    path = f"/v1/documents/letter{OF}&about={FIRST}"
    first = issued(client, path)
    handed_on(delivery, told)
    with monkeypatch.context() as before:
        before.setattr(acts, "standing_of", of_any_number)
        second = issued(client, path)
    assert (second["about"], second["edition"], second["restates"]) == (FIRST, 2, first["document"])
    assert client.post(path).json()["type"] == "urn:bugle:problem:nothing-changed"
    about = {"lead": "power-supply", "supporting": ["bank"], "letter": "73号", "meeting": None, "rule": None}
    told.case("routing", "case_assigned", FIRST, day(9), **about, round=1, by="office")
    delivery.publish(learnt(told, 1, LATER), LATER + timedelta(days=1))
    delivery.apply()
    third = issued(client, path)
    assert (third["about"], third["edition"], third["restates"]) == (FIRST, 3, second["document"])


def test_supervision_list_of_a_month(client: TestClient) -> None:
    document = issued(client, f"/v1/documents/supervision-list{OF}&period=2021-03")
    assert orjson.loads(document["content"])["told"]["supervised"]["total"] == 1
    assert "# 四进四问督办清单" in text(client, document)


def test_every_document_is_reached(client: TestClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page, the newest first, and each kind alone; editions name each other over pages."""
    months = [issued(client, f"/v1/documents/monthly{OF}&period=2021-0{month}") for month in (1, 2, 3, 4)]
    letter = issued(client, f"/v1/documents/letter{OF}&about={FIRST}")
    made = [one["document"] for one in (*months, letter)]
    client.cookies.set(COOKIE, issuer.token("office"))
    monkeypatch.setattr(web_documents, "window_of", partial(window_of, limit=2))
    assert walked(client, f"/documents{OF}") == made[::-1]
    assert walked(client, f"/documents{OF}&kind=monthly") == made[3::-1]
    assert walked(client, f"/documents{OF}&kind=letter") == made[4:]
    assert walked(client, f"/documents{OF}&kind=minutes") == []


def walked(client: TestClient, address: str) -> list[str]:
    """The documents that a list tells, page by page."""
    found = list[str]()
    while address:
        page = client.get(address, headers={"accept": "text/html"})
        assert page.status_code == 200, page.text
        found += re.findall(r'scope="row"><a href="/issued/([0-9a-f-]+)', page.text)
        [address] = re.findall(r'rel="next" href="([^"]+)"', page.text) or [""]
        address = unescape(address)
    return found


def test_editions_meet_over_pages(
    client: TestClient, delivery: Delivery, told: Log, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = issued(client)
    told.case("routing", "result_reported", SECOND, day(20), unit="power-supply", outcome="solved", by="power-supply")
    delivery.publish(learnt(told, 1), LATER)
    delivery.apply()
    second = issued(client)
    client.cookies.set(COOKIE, issuer.token("office"))
    monkeypatch.setattr(web_documents, "window_of", partial(window_of, limit=1))
    newest = client.get(f"/documents{OF}&lang=en").text
    assert f"/issued/{first['document']}?programme=jinxian" in newest and "restates edition 1" in newest
    [following] = re.findall(r'rel="next" href="([^"]+)"', newest)
    assert f"/issued/{second['document']}?programme=jinxian" in client.get(f"{unescape(following)}&lang=en").text


@pytest.mark.parametrize(
    "draft", ["letter?about={FIRST}", "minutes?about={DISPATCH}", "supervision-list?period=2021-03"]
)
def test_office_issues_papers_from_the_page(client: TestClient, issuer: Issuer, draft: str) -> None:
    """From the list, which has the newest months, to the draft, and by its button to the document."""
    kind, _, about = draft.format(FIRST=FIRST, DISPATCH=DISPATCH).partition("?")
    client.cookies.set(COOKIE, issuer.token("office"))
    address = f"/documents/{kind}{OF}&{about}"
    assert f'href="{escape(address.removesuffix("2021-03"))}' in client.get(f"/documents{OF}").text
    assert f'action="{escape(address)}"' in client.get(address).text
    answer = client.post(address, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    assert client.get(answer.headers["location"]).status_code == 200


def test_department_is_offered_no_papers(client: TestClient, issuer: Issuer) -> None:
    client.cookies.set(COOKIE, issuer.token("department", department="bank"))
    for page in (f"/documents{OF}&lang=en", f"/issues/{FIRST}?lang=en"):
        answer = client.get(page)
        assert answer.status_code == 200 and 'href="/documents/' not in answer.text and ">Drafts<" not in answer.text
    client.cookies.set(COOKIE, issuer.token("office"))
    assert f"/documents/letter?programme=jinxian&amp;about={FIRST}" in client.get(f"/issues/{FIRST}").text


def test_kinds_are_listed(client: TestClient) -> None:
    items = client.get(f"/v1/documents{OF}").json()["items"]
    assert {one["id"]: one["every"] for one in items} == {
        "supervision-list": "list",
        "minutes": None,
        "letter": None,
        "monthly": "month",
        "quarterly": "quarter",
        "annual": "year",
    }


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        (f"minutes{OF}&about={FIRST}", 404, "unknown-matter"),
        (f"minutes{OF}&about=x", 404, "unknown-matter"),
        (f"letter{OF}&about=x", 404, "unknown-matter"),
        (f"letter{OF}&about={SESSION}", 404, "unknown-matter"),
        (f"letter{OF}", 422, "invalid"),
        (f"monthly{OF}&period=2021-03&about=x", 422, "invalid"),
        (f"supervision-list{OF}&period=March", 422, "invalid"),
    ],
)
def test_refusals(client: TestClient, path: str, status: int, slug: str) -> None:
    answer = client.post(f"/v1/documents/{path}")
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:bugle:problem:{slug}")
    assert all(fault["mend"] for fault in answer.json()["errors"])
