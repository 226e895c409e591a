"""How lists, rankings and their files stood at a day: what came later is not there, and what changed is as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from bugle.stack import Stack
from eventkit.ids import uid
from pagekit.session import COOKIE
from reporting.exports.naming import LISTINGS
from reporting.queries.lists import HANDLED
from reporting.queries.lists import LISTINGS as KINDS
from tests.integration.reporting.serving import holding, reading
from tests.integration.reporting.test_programme_reads import DOCUMENT, read
from tests.support.http import TestClient
from tests.support.shown import numbers
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, enterprise_of, iso, programme

EARLY, LATE = str(uid("moment", "early")), str(uid("moment", "late"))
FIRM, NEW_FIRM = str(uid("moment", "firm")), str(uid("moment", "new firm"))
THEN = "2021-03-05"
"""The day of `day(4)`; what happens from `day(5)` on comes later."""
ITEMS = [
    {"id": "miss", "zh": "超时", "en": "Missed", "event": "deadline_missed", "points": -2},
    {"id": "result", "zh": "办结", "en": "Result", "event": "result_reported", "points": 1},
]
STEPS = [
    {"id": "assigned", "zh": "有分解", "en": "Assigned", "events": ["case_assigned"]},
    {"id": "measures", "zh": "有措施", "en": "Measures", "events": ["case_planned"]},
    {"id": "result", "zh": "有结果", "en": "Result", "events": ["result_reported"]},
]


def story() -> Log:
    """One issue that the bank plans and misses, and that the park solves later; and one, made up, reported later."""
    log = Log()
    lists = [{"id": of, "zh": "清单", "en": "List", "of": of} for of in KINDS]
    document = {**DOCUMENT, "lists": lists, "completeness": STEPS}
    document["appraisal"] = {"department": {"base": 100, "items": ITEMS}}
    said = {**programme(), "document": document}
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **said)
    for firm, at in ((FIRM, 0), (NEW_FIRM, 9)):
        log.add("intake", "enterprise_registered", f"enterprise-{firm}", firm, day(at), **enterprise_of(firm))
    member = {"person": "p1", "role": "team_leader", "unit": "bank"}
    log.team(str(uid("moment", "team")), day(1), [FIRM], ended_at=day(7), members=[member])
    log.team(str(uid("moment", "new team")), day(8), [FIRM], members=[member])
    log.reported(EARLY, day(1), title="用电困难", enterprise=FIRM, kind="power")
    assigned(log, EARLY, 2, "bank", 1)
    log.case("routing", "case_planned", EARLY, day(3), unit="bank", milestones=_MILESTONES, by="bank")
    missed(log, EARLY, 4, 1)
    duty(log)
    later(log)
    return log


_MILESTONES = [{"name": "增容", "due_on": "2021-04-01"}]


def later(log: Log) -> None:
    """All of it after the day that is asked about."""
    missed(log, EARLY, 6, 2)
    log.case("intake", "issue_amended", EARLY, day(6), changes={"title": "改后"}, reason="笔误", by="office")
    moved = {"from": "bank", "to": "park", "transfers": 1, "round": 2, "note": None, "by": "office"}
    log.case("routing", "case_transferred", EARLY, day(7), **moved, backdating_reason=None)
    assigned(log, EARLY, 7, "park", 2)
    log.case("routing", "case_planned", EARLY, day(8), unit="park", milestones=_MILESTONES, by="park")
    log.case("routing", "progress_reported", EARLY, day(8), unit="park", note=None, milestone="增容", by="park")
    log.case("routing", "result_reported", EARLY, day(9), unit="park", outcome="solved", by="park")
    log.case("supervision", "case_escalated", EARLY, day(9), clock="c", generation=2, stage=2, level=1, role="head")
    log.reported(LATE, day(10), title="后来的", enterprise=NEW_FIRM, kind="finance", synthetic=True)
    log.case("intake", "issue_linked", LATE, day(10), relation="recurrence", to=EARLY, by="office")
    assigned(log, LATE, 11, "bank", 1)
    missed(log, LATE, 12, 1)


def assigned(log: Log, case: str, at: float, lead: str, round_: int) -> None:
    said = {"lead": lead, "supporting": [], "letter": f"函-{at}", "meeting": None, "rule": None, "round": round_}
    log.case("routing", "case_assigned", case, day(at), **said, by="office")


def missed(log: Log, case: str, at: float, generation: int) -> None:
    about = {"clock": "contact", "generation": generation, "stage": 1, "due_at": iso(day(at)), "unit": "bank"}
    log.case("supervision", "deadline_missed", case, day(at), **about)


def duty(log: Log) -> None:
    """One that is missed later; and one that is opened later."""
    for name, opened, missed_at in (("first", 1, 6), ("second", 9, 12)):
        stream, id = f"duty-{uid('moment', name)}", str(uid("moment", name))
        said = {"duty": id, "programme": "jinxian", "agency": "jinxian", "rule": "session", "subject": "bank"}
        said |= {"unit": "bank", "person": "p1", "due_at": iso(day(missed_at)), "title": name}
        log.add("supervision", "duty_opened", stream, id, day(opened), **said)
        miss = {"period": "once", "due_at": iso(day(missed_at)), "lacking": [], "unit": "bank", "person": "p1"}
        log.add("supervision", "duty_missed", stream, id, day(missed_at), duty=id, **miss, card=None)


@pytest.fixture(scope="module")
def client(servers: Stack, issuer: Issuer) -> Iterator[TestClient]:
    with (
        holding(servers, "reportingmoments", story().events) as engine,
        reading(engine, issuer, headers=issuer.headers("office")) as client,
    ):
        yield client


def listed(client: TestClient, issuer: Issuer, list: str, at: str = f"&at={THEN}") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = read(client, issuer, f"/lists/{list}?programme=jinxian{at}")["items"]
    return items


def told(items: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(item[name] for name in names) for item in items]


def test_issues_are_as_they_stood(client: TestClient, issuer: Issuer) -> None:
    seen = ("case_id", "title", "lead", "state", "closed_at")
    assert told(listed(client, issuer, "issues"), *seen) == [(EARLY, "用电困难", "bank", "planned", None)]
    assert len(listed(client, issuer, "issues", "")) == 2
    assert listed(client, issuer, "issues", "&at=2021-03-01") == []


def test_rectification_is_as_it_stood(client: TestClient, issuer: Issuer) -> None:
    [row] = listed(client, issuer, "rectification")
    assert (row["assigned_at"], row["result_at"], row["outcome"]) == (day(2).isoformat(), None, None)
    assert listed(client, issuer, "rectification", "&at=2021-03-02") == []  # reported and not assigned yet
    [row] = [row for row in listed(client, issuer, "rectification", "&at=2021-03-10") if row["case_id"] == EARLY]
    assert (row["assigned_at"], row["result_at"], row["outcome"]) == (day(7).isoformat(), day(9).isoformat(), "solved")


def test_responsibility_is_as_it_stood(client: TestClient, issuer: Issuer) -> None:
    for at, expected in (("", ("park", 1)), (f"&at={THEN}", ("bank", 0)), ("&at=2021-03-10", ("park", 1))):
        rows = [row for row in listed(client, issuer, "responsibilities", at) if row["case_id"] == EARLY]
        assert told(rows, "lead", "level") == [expected]


def test_task_is_done_later(client: TestClient, issuer: Issuer) -> None:
    assert told(listed(client, issuer, "tasks"), "unit", "done_at") == [("bank", None)]
    assert told(listed(client, issuer, "tasks", ""), "unit", "done_at") == [("park", day(8).isoformat())]


def test_libraries_are_as_they_stood(client: TestClient, issuer: Issuer) -> None:
    assert told(listed(client, issuer, "enterprises"), "enterprise_id", "teams") == [(FIRM, 1)]
    assert told(listed(client, issuer, "helpers"), "team_id") == [(str(uid("moment", "team")),)]
    assert told(listed(client, issuer, "helpers", ""), "team_id") == [(str(uid("moment", "new team")),)]
    assert len(listed(client, issuer, "enterprises", "")) == 2


def test_handling_is_as_it_stood(client: TestClient, issuer: Issuer) -> None:
    seen = ("case_id", "holder", "unit", "state", "to_at")
    last = told(listed(client, issuer, "contributions"), *seen)[-1]
    assert last == (EARLY, "lead", "bank", "planned", (day(4) + timedelta(hours=15)).isoformat())
    assert listed(client, issuer, "returns") == listed(client, issuer, "returns_by_unit") == []
    assert len(listed(client, issuer, "returns", "")) == 1
    assert {row["unit"] for row in listed(client, issuer, "contributions_by_unit")} == {"bank"}
    assert {row["unit"] for row in listed(client, issuer, "contributions_by_unit", "")} == {"bank", "park"}


@pytest.mark.parametrize("list", [*KINDS, *HANDLED])
def test_list_at_the_end_is_todays(client: TestClient, issuer: Issuer, list: str) -> None:
    """After all that has happened, as it stood is as it is; only intervals that still run are longer."""
    running = {"days", "to_at", "overdue_days", "awaited_days"}
    then, now = (
        [{name: row[name] for name in row if name not in running} for row in listed(client, issuer, list, at)]
        for at in ("&at=2021-12-31", "")
    )
    assert then == now


def test_supervision_list_is_until_then(client: TestClient, issuer: Issuer) -> None:
    def items(at: str) -> list[tuple[Any, ...]]:
        found = read(client, issuer, f"/supervision-list?programme=jinxian&month=2021-03{at}")["items"]
        return [(item["case_id"], item["lead"], item["level"], len(item["events"])) for item in found]

    assert items(f"&at={THEN}") == [(EARLY, "bank", 0, 1)]
    assert items("&at=2021-03-03") == []
    assert items("") == items("&at=2021-12-31") == [(EARLY, "park", 1, 3), (LATE, "bank", 0, 1)]


def test_supervision_list_is_whose_it_was(client: TestClient, issuer: Issuer) -> None:
    """The park has the case now; on that day it was the bank's."""
    path = f"/supervision-list?programme=jinxian&month=2021-03&at={THEN}"
    shown = {
        unit: [item["case_id"] for item in read(client, issuer, path, "department", department=unit)["items"]]
        for unit in ("bank", "park")
    }
    assert shown == {"bank": [EARLY], "park": []}


def test_issue_is_shown_to_whom_it_belonged_then(client: TestClient, issuer: Issuer) -> None:
    """Lists of that day name it; as it is now it is another's."""
    told = read(client, issuer, f"/issues/{EARLY}/timeline?at={THEN}", "department", department="bank")
    assert (told["issue"]["lead"], told["issue"]["title"]) == ("bank", "用电困难")
    events = [event["event_id"] for event in told["items"]]
    client.cookies.set(COOKIE, issuer.token("department", department="bank"))
    pages = [f"/issues/{EARLY}", *(f"/issues/{EARLY}/events/{event}" for event in events)]
    assert {client.get(f"{page}?at={THEN}", headers={"accept": "text/html"}).status_code for page in pages} == {200}
    assert {client.get(page, headers={"accept": "text/html"}).status_code for page in pages} == {404}
    park = issuer.headers("department", department="park")
    assert client.get(f"/v1/issues/{EARLY}/timeline?at={THEN}", headers=park).status_code == 200, "it is theirs now"
    assert client.get(f"/v1/issues/{LATE}/timeline?at=2021-03-12", headers=park).status_code == 404


def test_scores_are_until_then(client: TestClient, issuer: Issuer) -> None:
    def scores(at: str) -> dict[str, int]:
        told = read(client, issuer, f"/appraisal/departments?programme=jinxian&period=2021-03{at}")["items"]
        return {one["unit"]: one["score"] for one in told}

    assert scores(f"&at={THEN}") == {"bank": 98}
    assert scores("") == {"park": 101, "bank": 94}
    path = "/appraisal/events?programme=jinxian&period=2021-03&unit=bank&item=miss"
    assert [read(client, issuer, path + at)["count"] for at in ("", f"&at={THEN}")] == [3, 1]
    path = "/figures/score/evidence?programme=jinxian&month=2021-03&unit=bank"
    assert [read(client, issuer, path + at)["value"] for at in ("", f"&at={THEN}")] == [94, 98]


def test_duties_are_as_they_stood(client: TestClient, issuer: Issuer) -> None:
    def duties(at: str) -> dict[str, str]:
        items = read(client, issuer, f"/appraisal/cadres?programme=jinxian&period=2021-03{at}")["items"]
        return {item["title"]: item["periods"][0]["status"] for item in items}

    assert duties(f"&at={THEN}") == {"first": "open"}
    assert duties("") == duties("&at=2021-12-31") == {"first": "missed", "second": "missed"}


def test_completeness_is_as_it_was(client: TestClient, issuer: Issuer) -> None:
    def having(at: str) -> tuple[dict[str, list[str]], dict[str, int]]:
        told = read(client, issuer, f"/completeness?programme=jinxian{at}")
        departments = {one["unit"]: one["cases"] for one in told["departments"]}
        return {item["case_id"]: item["has"] for item in told["items"]}, departments

    assert having(f"&at={THEN}") == ({EARLY: ["assigned", "measures"]}, {"bank": 1})
    now = ({EARLY: ["assigned", "measures", "result"], LATE: ["assigned"]}, {"bank": 1, "park": 1})
    assert having("") == having("&at=2021-12-31") == now


FILES = [*LISTINGS, *(f"lists.{list}" for list in (*KINDS, *HANDLED)), "counted.issues", "counted.letters"]


@pytest.mark.parametrize("name", FILES)
def test_file_at_a_day_has_nothing_later(client: TestClient, name: str) -> None:
    """No row or word of what came after; and what the same file has now, at the end of it all."""
    period = "&period=2021-03" if name in LISTINGS and "period" in LISTINGS[name].parameters else ""

    def rows(at: str) -> list[dict[str, Any]]:
        answer = client.get(f"/v1/exports/{name}?programme=jinxian&format=parquet{period}{at}")
        assert answer.status_code == 200, answer.text
        held: list[dict[str, Any]] = parquet.read_table(pa.BufferReader(answer.content)).to_pylist()
        return held

    text = repr(rows(f"&at={THEN}"))
    assert all(later not in text for later in (LATE, NEW_FIRM, "park", "改后"))
    running = {"days", "to_at", "overdue_days", "awaited_days"}
    end, now = (
        [{k: v for k, v in row.items() if k not in running} for row in rows(at)] for at in ("&at=2021-03-31", "")
    )
    assert end == now or name in ("trend", "league")


def browse(client: TestClient, issuer: Issuer, address: str) -> Any:
    client.cookies.set(COOKIE, issuer.token("office"))
    return client.get(address, headers={"accept": "text/html"})


def test_pages_at_a_day_show_that_day(client: TestClient, issuer: Issuer) -> None:
    assert LATE in browse(client, issuer, f"/issues/{EARLY}?programme=jinxian").text
    for page, there in (
        (f"/issues/{EARLY}?", EARLY),
        ("/lists/issues?", EARLY),
        ("/climbed?month=2021-03&", ""),
        ("/lists/contributions?", EARLY),
    ):
        answer = browse(client, issuer, f"{page}programme=jinxian&at={THEN}")
        assert answer.status_code == 200 and there in answer.text
        assert LATE not in answer.text and "改后" not in answer.text
    told = browse(client, issuer, f"/points?programme=jinxian&month=2021-03&unit=bank&at={THEN}&lang=en").text
    assert re.search(r"Score 98: 100 to begin with", told)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("asked", ["", f"&at={THEN}", "&at=2021-03-31", "&synthetic=false", "&as_of=2021-03-31"])
@pytest.mark.parametrize("who", [("office", {}), ("department", {"department": "bank"})])
def test_number_of_the_overview_is_its_evidence(
    client: TestClient, issuer: Issuer, asked: str, who: tuple[str, dict[str, str]]
) -> None:
    """Counts, and the scores of the league table: each is what the page that it leads to comes to."""
    client.cookies.set(COOKIE, issuer.token(who[0], **who[1]))
    page = client.get(f"/overview?programme=jinxian&lang=en{asked}", headers={"accept": "text/html"}).text
    found = [one for one in numbers(page) if "%" not in one.text]
    scores = 0
    for number in found:
        assert number.address is not None, number
        behind = client.get(number.address, headers={"accept": "text/html"})
        assert behind.status_code == 200, number
        if number.address.startswith("/points"):
            scores += 1
            assert f"Score {number.text}: " in behind.text or "No event gave or took points" in behind.text, number
        else:
            [count] = re.findall(r'<p class="count" role="status">([0-9,]+)', behind.text)
            assert count == number.text, number
    assert len(found) > 10 and (scores > 0 or "Departments in March 2021" not in page)


def league(client: TestClient, issuer: Issuer, asked: str, role: str = "office", **claims: str) -> dict[str, Any]:
    """Rank, given, kept by its closing and score, of each department."""
    path = f"/v1/exports/league?programme=jinxian&period=2021-03&format=parquet{asked}"
    answer = client.get(path, headers=issuer.headers(role, **claims))
    assert answer.status_code == 200, answer.text
    rows = parquet.read_table(pa.BufferReader(answer.content)).to_pylist()
    return {row["unit"]: (row["rank"], row["given"], row["score"]) for row in rows}


def test_league_is_of_its_moment(client: TestClient, issuer: Issuer) -> None:
    assert league(client, issuer, "") == {"park": (1, 1, 101), "bank": (2, 2, 94)}
    assert league(client, issuer, f"&at={THEN}") == {"bank": (1, 1, 98)}
    assert league(client, issuer, "&synthetic=false") == {"park": (1, 1, 101), "bank": (2, 1, 96)}
    assert league(client, issuer, "&synthetic=true") == {"bank": (1, 1, 98)}


def test_department_is_not_shown_a_false_league(client: TestClient, issuer: Issuer) -> None:
    """The bank shares no issue with the park; the park's row by the bank's issues would be made up of nothing."""
    assert league(client, issuer, "", "department", department="bank") == {"bank": (None, 1, 94)}
    assert league(client, issuer, "", "department", department="park") == {"park": (None, 1, 101)}
    client.cookies.set(COOKIE, issuer.token("department", department="bank"))
    page = client.get("/overview?programme=jinxian&lang=en&at=2021-03-31", headers={"accept": "text/html"}).text
    assert "Only your own department is shown" in page and "Not ranked" in page


def test_last_day_of_a_month_shows_it(client: TestClient, issuer: Issuer) -> None:
    for asked in ("&at=2021-03-31", "&as_of=2021-03-31"):
        page = browse(client, issuer, f"/overview?programme=jinxian&lang=en{asked}").text
        assert "Departments in March 2021" in page and "unit=bank" in page


@pytest.mark.parametrize("page", ["/documents?", "/documents/monthly?period=2021-03&", f"/issued/{EARLY}?"])
def test_page_of_no_moment_refuses_one(client: TestClient, issuer: Issuer, page: str) -> None:
    answer = browse(client, issuer, f"{page}programme=jinxian&at={THEN}&lang=en")
    assert answer.status_code == 422 and "is no filter here" in answer.text
    shown = browse(client, issuer, f"/overview?programme=jinxian&at={THEN}").text
    assert "/documents?programme=jinxian&amp;at=" not in shown and "/documents?programme=jinxian" in shown
