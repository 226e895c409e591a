"""An issue's page tells its story in the order in which one thing followed from another, with what was said."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bugle.stack import Stack
from eventkit.ids import uid
from pagekit.session import COOKIE
from tests.integration.reporting.serving import holding, reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import Log, day, iso, programme

CASE = str(uid("story"))
CLOCK = {"clock": "contact", "generation": 1, "unit": "bank"}
AT_ONCE = ["enterprise_verified", "reopening_ordered", "case_reopened", "case_assigned"]
"""Each follows from the one before, and has its time."""


def story() -> Log:
    log = Log()
    log.reference()
    log.reported(CASE, day(1))
    log.case("supervision", "reminder_sent", CASE, day(2), stage=0, due_at=iso(day(2)), **CLOCK)
    said = {"unit": "bank", "outcome": "explained", "policy": "停车管理办法第三条", "note": None, "by": "bank"}
    log.case("routing", "result_reported", CASE, day(3), **said, backdating_reason=None)
    answer = {"satisfaction": "unsatisfied", "note": "容量仍不足", "round": 1, "by": "office"}
    log.case("supervision", "enterprise_verified", CASE, day(4), **answer, backdating_reason=None)
    log.case("supervision", "reopening_ordered", CASE, day(4), round=2, reason="容量仍不足", by="office")
    log.case("routing", "case_reopened", CASE, day(4), round=2, reason="容量仍不足")
    letter = {"lead": "bank", "supporting": [], "letter": "函-2", "meeting": None, "rule": None, "round": 2}
    log.case("routing", "case_assigned", CASE, day(4), **letter, by="rule")
    log.events[:] = [
        replace(one, sequenced_at=one.occurred_at + timedelta(seconds=n)) for n, one in enumerate(log.events, 1)
    ]
    return log


def test_day_of_an_issue_ends_in_its_programmes_zone(servers: Stack, issuer: Issuer) -> None:
    log = story()
    document = {**programme()["document"], "zone": "America/New_York"}
    told = {**programme(), "programme": "far", "document": document}
    log.add("intake", "programme_published", "programme-far", "far", day(0), **told)
    with (
        holding(servers, "reportingzones", log.events) as engine,
        reading(engine, issuer, headers=issuer.headers("office")) as client,
    ):
        assert client.get("/v1/ledger?at=2021-03-04").status_code == 422, "a day ends at two times in this agency"
        told = client.get(f"/v1/issues/{CASE}/timeline?at=2021-03-04").json()
        assert told["items"][-1]["occurred_at"] < "2021-03-04T16:00" and len(told["items"]) == 3


@pytest.fixture(scope="module")
def client(servers: Stack, issuer: Issuer) -> Iterator[TestClient]:
    with (
        holding(servers, "reportingstory", story().events) as engine,
        reading(engine, issuer, headers=issuer.headers("office")) as client,
    ):
        client.cookies.set(COOKIE, issuer.token("office"))
        yield client


def test_effects_stand_behind_their_causes(client: TestClient) -> None:
    told = [one["type"].split(".")[2] for one in client.get(f"/v1/issues/{CASE}/timeline").json()["items"]]
    assert told[-4:] == AT_ONCE
    page = client.get(f"/issues/{CASE}?programme=jinxian&lang=en").text
    shown = re.findall(r"<strong>([^<]*)</strong>", page.split('class="story"')[1].split("</section>")[0])
    assert shown[-4:] == ["Enterprise verified", "Reopening ordered", "Case reopened", "Case assigned"]
    rows = client.get(f"/v1/exports/events?programme=jinxian&issue={CASE}&format=csv&lang=en").text.splitlines()
    ids = [str(one.id) for one in story().events[-4:]]
    assert [next(n for n, row in enumerate(rows) if id in row) for id in ids] == [*range(len(rows) - 4, len(rows))]


def test_overview_begins_with_the_first_issue(client: TestClient) -> None:
    page = client.get("/overview?programme=jinxian&lang=en&at=2021-04-30").text
    months = re.findall(r'<th scope="row">(\d{4}-\d{2})</th>', page)
    assert months == ["2021-03", "2021-04"] and f'"data": {json.dumps(months)}' in html.unescape(page)


def test_reminder_says_no_other_deadline(client: TestClient) -> None:
    entry = client.get(f"/issues/{CASE}?programme=jinxian&lang=en").text.split("Reminder sent")[1].split("</li>")[0]
    assert "<dt>Deadline</dt>" in entry and "<dt>Due</dt>" not in entry


def test_policy_behind_an_explanation_is_told(client: TestClient) -> None:
    page = client.get(f"/issues/{CASE}?programme=jinxian&lang=zh").text
    assert "<dt>政策依据</dt><dd>停车管理办法第三条</dd>" in page
