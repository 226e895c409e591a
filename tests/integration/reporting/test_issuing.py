"""Documents are issued once and stay; what comes to light afterwards makes a restatement that says why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from io import BytesIO
from typing import Any

import orjson
import pytest
from docx import Document
from pypdf import PdfReader

from eventkit.envelope import Envelope, parse_instant
from eventkit.ids import uid
from pagekit.session import COOKIE
from reporting.issuing import causes
from tests.integration.reporting.delivery import Delivery
from tests.integration.reporting.serving import reading
from tests.integration.reporting.test_documents import DOCUMENT, EVIL, FIRST, SECOND, story
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, enterprise_of, iso, programme

MARCH = "/v1/documents/monthly?programme=jinxian&period=2021-03"
KNOWN = datetime(2021, 5, 10, tzinfo=UTC)
LATER = KNOWN + timedelta(days=2)


def learnt(log: Log, count: int, at: datetime = KNOWN + timedelta(days=1)) -> list[Envelope]:
    """The log's last events, which became known only now."""
    return [replace(event, sequenced_at=at, recorded_at=at) for event in log.events[-count:]]


@pytest.fixture
def told(delivery: Delivery) -> Log:
    """The story, read from the topics until KNOWN."""
    log = story()
    delivery.publish(log.events, KNOWN)
    delivery.apply()
    return log


@pytest.fixture
def client(delivery: Delivery, told: Log, issuer: Issuer) -> Iterator[TestClient]:
    with reading(delivery.engine, issuer, headers=issuer.headers("office")) as client:
        yield client


def issued(client: TestClient, path: str = MARCH) -> Any:
    answer = client.post(path)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/issued/{answer.json()['document']}"
    return answer.json()


def late_solution(delivery: Delivery, log: Log) -> None:
    """In May it becomes known that the second issue had been solved in March."""
    log.case("routing", "result_reported", SECOND, day(20), unit="power-supply", outcome="solved", by="power-supply")
    delivery.publish(learnt(log, 1), LATER)
    delivery.apply()


def clock_known_late(delivery: Delivery, log: Log) -> None:
    """In May a clock becomes known that was due in March: supervision has not judged it, and waits for its grace."""
    due = {"due_at": iso(day(12)), "stages": [], "provisional": False, "limit": "2d", "calendar": None}
    about = {"clock": "contact", "generation": 1, "fact": "received", "started_at": iso(day(10)), "unit": "bank"}
    log.case("supervision", "clock_started", FIRST, day(10), **about, **due)
    delivery.publish(learnt(log, 1), LATER)
    delivery.apply()


def file(client: TestClient, document: str, format: str, lang: str = "zh") -> bytes:
    answer = client.get(f"/v1/issued/{document}/{format}?lang={lang}")
    assert answer.status_code == 200, answer.text
    assert f'"{sha256(answer.content).hexdigest()}"' == answer.headers["etag"]
    return answer.content


def test_document_pins_its_grounds(client: TestClient, issuer: Issuer) -> None:
    document = issued(client)
    assert sha256(document["content"].encode()).hexdigest() == document["digest"]
    content = orjson.loads(document["content"])
    assert content["told"]["tallies"][0] == {"measure": "issues", "period": 2, "cumulative": 2, "synthetic": 0}
    pins = content["pins"]
    assert pins["known_before"] == "2021-05-10T00:00:00Z"
    assert len(pins["logs"]) == 36 and sum(log["next_offset"] for log in pins["logs"]) > 36
    assert pins["programme"] == {"id": "jinxian", "version": 1}
    assert pins["aside"] == {"parked": 0, "waiting": 0, "discarded": 0}
    assert (document["edition"], document["restates"], document["issued_by"]) == (1, None, "tester")


def test_formats_tell_the_same(client: TestClient) -> None:
    id = issued(client)["document"]
    text = file(client, id, "md").decode()
    paragraphs = [one.text for one in Document(BytesIO(file(client, id, "docx"))).paragraphs]
    printed = "".join(page.extract_text() for page in PdfReader(BytesIO(file(client, id, "pdf"))).pages)
    year = datetime.now(UTC).year
    for said in ("四进四问月通报", f"〔{year}〕第1期", "2021年3月", "部门排名"):
        assert said in text and said in paragraphs and said in printed.replace("\n", "")
    tables = Document(BytesIO(file(client, id, "docx"))).tables
    assert ["登记问题", "2", "2", "0"] in [[cell.text for cell in row.cells] for row in tables[0].rows]
    assert "Monthly bulletin" in file(client, id, "md", "en").decode()


def test_title_from_outside_stays_text(client: TestClient, delivery: Delivery, told: Log) -> None:
    id = issued(client)["document"]
    cells = [c.text for t in Document(BytesIO(file(client, id, "docx"))).tables for r in t.rows for c in r.cells]
    assert " ".join(EVIL.split()) in cells


def test_late_evidence_leaves_the_first(client: TestClient, delivery: Delivery, told: Log) -> None:
    first = issued(client)
    before = {name: file(client, first["document"], name) for name in ("md", "docx", "pdf")}
    late_solution(delivery, told)
    second = issued(client)
    assert client.get(f"/v1/issued/{first['document']}").json() == first
    assert {name: file(client, first["document"], name) for name in before} == before
    assert (second["edition"], second["restates"]) == (2, first["document"])
    assert second["digest"] != first["digest"]


def test_restatement_says_what_and_why(client: TestClient, delivery: Delivery, told: Log) -> None:
    first = issued(client)
    late_solution(delivery, told)
    second = issued(client)
    restated = second["restated"]
    assert restated["document"] == first["document"]
    places = {(one["section"], one["item"], one["column"]): (one["from"], one["to"]) for one in restated["changes"]}
    assert places["Rates", "Resolution rate", "This period"] == ("1 / 2", "2 / 2")
    [cause] = restated["causes"]["items"]
    assert (cause["event"], cause["type"]) == (str(told.events[-1].id), "result_reported")
    text = file(client, second["document"], "md").decode()
    assert "## 更正内容及原因" in text and "本期更正" in text
    assert "| 办理指标 | 问题解决率 | 本期 | 1 / 2 | 2 / 2 |" in text


def test_changed_rule_is_told_beside_events(client: TestClient, delivery: Delivery, told: Log) -> None:
    """From now on a miss takes five points; an innocent event became known too."""
    issued(client)
    [item] = DOCUMENT["appraisal"]["department"]["items"]
    department = {"base": 100, "items": [item | {"points": -5}]}
    document = {**DOCUMENT, "appraisal": DOCUMENT["appraisal"] | {"department": department}}
    published = {**programme(), "version": 2, "document": document}
    told.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **published)
    told.case("routing", "owner_named", FIRST, day(3), unit="bank", by="office")
    delivery.publish(learnt(told, 2), LATER)
    delivery.apply()
    second = issued(client)
    assert second["restated"]["rules"] == [{"rule": "programme", "from": "jinxian 1", "to": "jinxian 2"}]
    places = {(one["item"], one["column"]): (one["from"], one["to"]) for one in second["restated"]["changes"]}
    assert places["供电公司", "Score"] == (98, 95)
    assert second["restated"]["causes"]["total"] == 1
    text = file(client, second["document"], "md").decode()
    assert "| 方案及版本 | jinxian 1 | jinxian 2 |" in text and "不论是否影响数据" in text


def test_directory_that_was_published_anew_is_told(client: TestClient, delivery: Delivery, told: Log) -> None:
    """A department is called otherwise: nothing happened and no rule changed, but the directory became another."""
    issued(client)
    named = (("bank", "农商银行"), ("power-supply", "供电公司"))
    units = [{"id": id, "name": name, "kind": "department", "synthetic": False} for id, name in named]
    said: dict[str, Any] = {"agency": "jinxian", "version": 2, "units": units, "people": []}
    told.add("intake", "directory_published", "directory-jinxian", "jinxian", day(60), **said)
    delivery.publish(learnt(told, 1), LATER)
    delivery.apply()
    second = issued(client)
    places = {(one["item"], one["column"]): (one["from"], one["to"]) for one in second["restated"]["changes"]}
    assert places["农商银行", "Department"] == ("银行", "农商银行")
    [rule] = second["restated"]["rules"]
    assert (rule["rule"], parse_instant(rule["to"])) == ("directory", KNOWN + timedelta(days=1))
    assert parse_instant(rule["from"]) < KNOWN
    text = file(client, second["document"], "md").decode()
    assert "| 2021-05-11 08:00 |" in text.split("通讯录及知悉时间")[1].splitlines()[0]
    assert "没有新的情况。" in text


def test_each_cause_is_listed_once(
    client: TestClient, delivery: Delivery, told: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An enterprise, a team, a visit and a service that became known late; up to MOST are listed, all are counted."""
    issued(client)
    enterprise, before = str(uid("enterprise", "late")), len(told.events)
    registered = enterprise_of(enterprise)
    told.add("intake", "enterprise_registered", f"enterprise-{enterprise}", enterprise, day(4), **registered)
    told.team(str(uid("team", "late")), day(4), [enterprise])
    told.visit(str(uid("visit", "late")), enterprise, "call", day(5))
    told.service(str(uid("service", "late")), "recovery", 1, 7, day(5))
    elsewhere = str(uid("enterprise", "elsewhere"))
    far = enterprise_of(elsewhere, "elsewhere")
    told.add("intake", "enterprise_registered", f"enterprise-{elsewhere}", elsewhere, day(4), **far)
    delivery.publish(learnt(told, len(told.events) - before), LATER)
    delivery.apply()
    monkeypatch.setattr(causes, "MOST", 3)
    held = issued(client)["restated"]["causes"]
    ids = sorted(str(event.id) for event in told.events[before:-1])
    assert (held["total"], [one["event"] for one in held["items"]]) == (4, ids[:3])
    assert {one["about"] for one in held["items"]} <= {"荣鑫实业", "call", "recovery", "专班01"}


def test_nothing_new_is_refused(client: TestClient, delivery: Delivery, told: Log) -> None:
    first = issued(client)
    delivery.publish([], LATER)
    delivery.apply()
    answer = client.post(MARCH)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:bugle:problem:nothing-changed")
    assert first["document"] in answer.json()["errors"][0]["mend"]


def published_anew(delivery: Delivery, log: Log, document: dict[str, Any], version: int, at: datetime) -> None:
    published = {**programme(), "version": version, "document": document}
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **published)
    delivery.publish(learnt(log, 1, at), at + timedelta(hours=1))
    delivery.apply()


def test_label_restates_what_prints_it_alone(client: TestClient, delivery: Delivery, told: Log) -> None:
    """What a kind of issue is called stands in the quarter, where issues gather, and nowhere in the month."""
    quarter = MARCH.replace("monthly", "quarterly").replace("2021-03", "2021-Q1")
    issued(client), issued(client, quarter)
    renamed = {**DOCUMENT, "kinds": [{"id": "finance", "zh": "finance", "en": "Finance"}]}
    published_anew(delivery, told, renamed, 2, LATER)
    answer = client.post(MARCH)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:bugle:problem:nothing-changed")
    assert issued(client, quarter)["restated"]["rules"][0]["to"] == "jinxian 2"


def test_what_happens_after_the_period_changes_nothing(client: TestClient, delivery: Delivery, told: Log) -> None:
    """A supervised case goes on in April: who had it in March, and in which state, stays what the report tells."""
    first = issued(client)
    assert SECOND in [one["case_id"] for one in orjson.loads(first["content"])["told"]["supervised"]["items"]]
    told.case("routing", "result_reported", SECOND, day(45), unit="power-supply", outcome="solved", by="power-supply")
    delivery.publish(learnt(told, 1), LATER)
    delivery.apply()
    answer = client.post(MARCH)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:bugle:problem:nothing-changed")


def test_period_must_be_over(client: TestClient) -> None:
    answer = client.post("/v1/documents/monthly?programme=jinxian&period=2021-05")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:bugle:problem:period-not-over")


def test_period_before_the_beginning_is_refused(client: TestClient, delivery: Delivery, told: Log) -> None:
    """A report begins with its own day, else with the programme; the month within which that lies is told."""
    monthly, *others = DOCUMENT["reports"]
    begun = {
        **DOCUMENT,
        "starts_on": "2021-02-20",
        "reports": [monthly, *({**one, "from": "2021-04-01"} for one in others)],
    }
    published_anew(delivery, told, begun, 2, LATER)
    assert client.post(MARCH.replace("2021-03", "2021-02")).status_code == 201
    quarter = MARCH.replace("monthly", "quarterly")
    for path, begins in (
        (MARCH.replace("2021-03", "2021-01"), "2021-02-20"),
        (MARCH.replace("2021-03", "1900-01"), "2021-02-20"),
        (MARCH.replace("monthly", "supervision-list").replace("2021-03", "2021-01"), "2021-02-20"),
        (quarter.replace("2021-03", "2021-Q1"), "2021-04-01"),
    ):
        for answer in (client.post(path, headers={"accept-language": "en"}), client.get(f"{path}&lang=en")):
            assert (answer.status_code, answer.json()["type"]) == (422, "urn:bugle:problem:period-too-early")
        [fault] = client.post(path, headers={"accept-language": "en"}).json()["errors"]
        assert fault["field"].lstrip("/") == "period" and fault["mend"] == f"name a period with days from {begins} on"


def test_page_names_no_period_before_the_beginning(
    client: TestClient, issuer: Issuer, delivery: Delivery, told: Log
) -> None:
    reports = [{**one, "from": "2021-03-01"} for one in DOCUMENT["reports"]]
    published_anew(delivery, told, {**DOCUMENT, "starts_on": "2021-01-15", "reports": reports}, 2, LATER)
    client.cookies.set(COOKIE, issuer.token("office"))
    listed = client.get("/documents?programme=jinxian").text
    assert "2021-03" in listed and "/documents/monthly?programme=jinxian&amp;period=2021-02" not in listed
    draft = MARCH.removeprefix("/v1").replace("2021-03", "2021-02")
    assert client.get(draft, headers={"accept": "text/html"}).status_code == 422
    assert client.post(draft).status_code == 422


def test_undecided_deadline_is_waited_for(client: TestClient, delivery: Delivery, told: Log) -> None:
    clock_known_late(delivery, told)
    answer = client.post(MARCH, headers={"accept-language": "en"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:bugle:problem:deadlines-undecided")
    [fault] = answer.json()["errors"]
    assert fault["problem"].endswith("not been judged yet: 1.") and "as_of" in fault["mend"]
    assert client.post(MARCH.replace("2021-03", "2021-02")).status_code == 201  # due after the end of that period
    about = {"clock": "contact", "generation": 1, "stage": 1, "unit": "bank", "due_at": iso(day(12))}
    told.case("supervision", "deadline_missed", FIRST, day(12), **about)
    delivery.publish(learnt(told, 1, LATER), LATER + timedelta(minutes=1))
    delivery.apply()
    document = issued(client)
    assert orjson.loads(document["content"])["told"]["undecided"] == 0
    assert "尚未判定" not in file(client, document["document"], "md").decode()


def test_undecided_deadline_is_printed_as_of_an_instant(client: TestClient, delivery: Delivery, told: Log) -> None:
    """What was known then stays as it is: waiting would decide nothing, so the document says what was open."""
    clock_known_late(delivery, told)
    first = issued(client, f"{MARCH}&as_of=2021-05-11T12:00:00Z")
    assert "本期尚未判定、仍可能超期的时限：1项" in file(client, first["document"], "md").decode()
    about = {"clock": "contact", "generation": 1, "stage": 1, "unit": "bank", "due_at": iso(day(12))}
    told.case("supervision", "deadline_missed", FIRST, day(12), **about)
    delivery.publish(learnt(told, 1, LATER), LATER + timedelta(minutes=1))
    delivery.apply()
    restated = issued(client)["restated"]["changes"]
    assert ("Text", "Not judged yet", 1, None) in [
        (one["section"], one["column"], one["from"], one["to"]) for one in restated
    ]


def test_earlier_knowledge_is_told(client: TestClient, delivery: Delivery, told: Log) -> None:
    late_solution(delivery, told)
    document = issued(client, f"{MARCH}&as_of=2021-05-09")
    content = orjson.loads(document["content"])
    assert content["told"]["rates"][0]["period"]["numerator"] == 1
    assert document["known_before"] == "2021-05-09T16:00:00+00:00"


@pytest.mark.parametrize("role", ["analyst", "leader", "department"])
def test_only_the_office_issues(client: TestClient, issuer: Issuer, role: str) -> None:
    answer = client.post(MARCH, headers=issuer.headers(role, department="bank"))
    assert answer.status_code == 403


def test_list_is_of_the_agency(client: TestClient, issuer: Issuer) -> None:
    document = issued(client)["document"]
    items = client.get("/v1/issued?programme=jinxian&kind=monthly&about=2021-03").json()["items"]
    assert [one["document"] for one in items] == [document]
    elsewhere = issuer.headers("office", agency="elsewhere")
    assert client.get("/v1/issued", headers=elsewhere).json()["items"] == []
    for path in ("", "/pdf"):
        answer = client.get(f"/v1/issued/{document}{path}", headers=elsewhere)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:bugle:problem:unknown-document")
    bank = issuer.headers("department", department="bank")
    assert client.get(f"/v1/issued/{document}", headers=bank).status_code == 404


def test_numbers_follow_each_other(client: TestClient) -> None:
    march, february = issued(client), issued(client, MARCH.replace("03", "02"))
    assert (march["serial"], february["serial"]) == (1, 2)
    assert FIRST in march["content"] or march["year"] == february["year"]


def test_page_shows_both_editions(client: TestClient, issuer: Issuer, delivery: Delivery, told: Log) -> None:
    first = issued(client)
    late_solution(delivery, told)
    second = issued(client)
    client.cookies.set(COOKIE, issuer.token("office"))
    page = client.get("/documents?programme=jinxian&lang=zh", headers={"accept": "text/html"})
    assert page.status_code == 200, page.text
    for document in (first, second):
        for format in ("docx", "pdf", "md"):
            assert f"/issued/{document['document']}/{format}?programme=jinxian" in page.text
            held = client.get(f"/issued/{document['document']}/{format}?programme=jinxian&lang=en")
            assert held.content == file(client, document["document"], format, "en")
    assert "更正第1版" in page.text and "已由第2版更正" in page.text
    told_page = client.get(f"/issued/{second['document']}?programme=jinxian&lang=zh").text
    assert "更正内容及原因" in told_page and f"/issued/{first['document']}" in told_page


def test_office_issues_from_the_page(client: TestClient, issuer: Issuer) -> None:
    draft = f"{MARCH.removeprefix('/v1')}&lang=en"
    client.cookies.set(COOKIE, issuer.token("analyst"))
    assert ">Issue it<" not in client.get(draft).text
    assert client.post(draft).status_code == 403
    client.cookies.set(COOKIE, issuer.token("office"))
    assert ">Issue it<" in client.get(draft).text
    assert client.post(draft, headers={"origin": "https://elsewhere.example"}).status_code == 403
    answer = client.post(draft, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/issued/")
    assert "Monthly bulletin" in client.get(f"{answer.headers['location']}&lang=en").text
    assert client.post(draft).status_code == 409


def offered(client: TestClient, draft: str) -> list[str]:
    """What the page of a draft lets its visitor press, and whether it leads to an edition that was issued."""
    page = client.get(draft).text
    said = (">Issue it<", ">Restate it<", "It cannot be issued yet", "/issued/")
    return [one for one in said if one in page.partition('<article class="paper"')[0]]


def test_page_offers_what_can_be_issued(client: TestClient, issuer: Issuer, delivery: Delivery, told: Log) -> None:
    draft = f"{MARCH.removeprefix('/v1')}&lang=en"
    client.cookies.set(COOKIE, issuer.token("office"))
    assert offered(client, draft) == [">Issue it<"]
    page = client.get(draft).text
    assert "cannot be taken back" in page.split('<details class="issuing">')[1].split("</details>")[0]
    assert '<p class="draft-mark">Draft</p>' in page
    issued(client)
    assert offered(client, draft) == ["/issued/"] and "draft-mark" not in client.get(draft).text
    late_solution(delivery, told)
    assert offered(client, draft) == [">Restate it<", "/issued/"]
    clock_known_late(delivery, told)
    assert offered(client, draft) == ["It cannot be issued yet", "/issued/"]
    [then] = re.findall(r'href="([^"]+as_of=[^"]+)"', client.get(draft).text)
    assert offered(client, f"{unescape(then)}&lang=en") == [">Restate it<", "/issued/"]
    client.cookies.set(COOKIE, issuer.token("analyst"))
    assert offered(client, draft) == ["/issued/"]


def editions(client: TestClient, issuer: Issuer, delivery: Delivery, told: Log) -> tuple[Any, Any, str]:
    """Two editions of a document, and what asks as of the moment at which the first was issued; the office looks."""
    first = issued(client)
    late_solution(delivery, told)
    second = issued(client)
    client.cookies.set(COOKIE, issuer.token("office"))
    return first, second, f"&as_of={first['issued_at'].replace('+00:00', 'Z')}"


def test_list_as_of_an_instant_has_nothing_issued_since(
    client: TestClient, issuer: Issuer, delivery: Delivery, told: Log
) -> None:
    first, second, then = editions(client, issuer, delivery, told)
    for asked, known in (("", [first, second]), (then, [first]), ("&as_of=2021-05-11", [])):
        ids = [one["document"] for one in known]
        items = client.get(f"/v1/issued?programme=jinxian{asked}").json()["items"]
        assert [one["document"] for one in items] == ids
        page = client.get(f"/documents?programme=jinxian&lang=en{asked}").text
        assert re.findall(r'scope="row"><a href="/issued/([0-9a-f-]+)', page) == ids[::-1]
        assert ("restated by edition 2" in page) == (known == [first, second])


def test_draft_as_of_an_instant_tells_what_was_issued_since(
    client: TestClient, issuer: Issuer, delivery: Delivery, told: Log
) -> None:
    first, second, then = editions(client, issuer, delivery, told)
    linked = r'<p>(Issued since then:|) ?<a href="/issued/([0-9a-f-]+)'
    for asked, known in (
        ("", [("", second)]),
        (then, [("", first), ("Issued since then:", second)]),
        ("&as_of=2021-05-11", [("Issued since then:", second)]),
    ):
        page = client.get(f"{MARCH.removeprefix('/v1')}&lang=en{asked}").text.partition('<article class="paper"')[0]
        assert re.findall(linked, page) == [(said, one["document"]) for said, one in known]
