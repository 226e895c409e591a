"""Scores and completeness when a case changes hands, and when what fired was withdrawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from bugle.stack import Stack
from eventkit.ids import uid
from pagekit.session import COOKIE
from reporting.queries import points
from tests.integration.reporting.serving import holding, reading
from tests.integration.reporting.test_programme_reads import DOCUMENT, duty, missed, read
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, iso, programme

CASE, OTHER = str(uid("moved case")), str(uid("case whose card was withdrawn"))
ITEMS = [
    {"id": "miss", "zh": "超时", "en": "Missed", "event": "deadline_missed", "points": -2},
    {"id": "absent", "zh": "未报到", "en": "Absent", "event": "duty_missed", "points": -5},
    {"id": "card", "zh": "黄牌", "en": "Card", "event": "card_issued", "points": -1},
    {"id": "climb", "zh": "上报", "en": "Climbed", "event": "case_escalated", "points": -3},
    {"id": "letter", "zh": "督办单", "en": "Letter", "event": "supervision_letter_issued", "points": -4},
    {
        "id": "report",
        "zh": "未报",
        "en": "No report",
        "event": "duty_missed",
        "where": {"rule": "long_term"},
        "points": -1,
    },
    {"id": "result", "zh": "办结", "en": "Result", "event": "result_reported", "per_case": 1, "points": 1},
]
STEPS = [
    {"id": "measures", "zh": "有措施", "en": "Measures", "events": ["case_planned", "progress_reported"]},
    {"id": "reward", "zh": "有奖惩", "en": "Sanction", "events": ["card_issued", "enterprise_verified"]},
]
NOTHING: dict[str, Any] = {"note": None, "by": "office", "backdating_reason": None}


def assigned(log: Log, case: str, lead: str, at: datetime, round: int = 1) -> None:
    said = {"lead": lead, "supporting": [], "letter": None, "meeting": None, "rule": None, "round": round}
    log.case("routing", "case_assigned", case, at, **said, by="office")


def letter(log: Log, name: str, withdrawn: bool) -> None:
    id = str(uid("letter", name))
    issued = {"programme": "jinxian", "programme_version": 1, "agency": "jinxian", "unit": "bank", "ground": "cards"}
    issued |= {"cards": [], "case": None, "text": None, "reply_due_at": iso(day(9)), "by": "rule"}
    log.add("supervision", "supervision_letter_issued", f"letter-{id}", id, day(6), letter=id, **issued)
    if withdrawn:
        log.add("supervision", "supervision_letter_withdrawn", f"letter-{id}", id, day(6), letter=id)


def story() -> Log:
    """A case that the bank missed and let climb before the park got it; a duty missed, a letter of two withdrawn."""
    log = Log()
    document = {**DOCUMENT, "completeness": STEPS, "appraisal": {"department": {"base": 100, "items": ITEMS}}}
    about = {**programme(), "document": document}
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **about)
    for case in (CASE, OTHER):
        log.reported(case, day(1), title="用电困难", kind="power")
        assigned(log, case, "bank", day(2))
        log.case("routing", "case_planned", case, day(3), unit="bank", milestones=[], by="bank")
    missed(log, CASE, 1)
    climbed = {"clock": "contact", "generation": 1, "stage": 2, "level": 1, "role": "head"}
    log.case("supervision", "case_escalated", CASE, day(5), **climbed)
    moved = {"from": "bank", "to": "park", "transfers": 1, "round": 2, **NOTHING}
    log.case("routing", "case_transferred", CASE, day(6), **moved)
    assigned(log, CASE, "park", day(6), 2)
    duty(log, "absent", False)
    _unreported(log, "month one", False)
    _unreported(log, "month two", True)
    letter(log, "stands", False)
    letter(log, "withdrawn", True)
    _withdrawn_card(log)
    for number in (7, 8, 40):
        log.case("routing", "result_reported", OTHER, day(number), unit="bank", outcome="long_term", by="bank")
    return log


def _withdrawn_card(log: Log) -> None:
    said = {"clock": "contact", "generation": 1, "stage": 1, "unit": "bank", "colour": "yellow"}
    card = log.case("supervision", "card_issued", OTHER, day(4), card=str(uid("card")), **said)
    gone = [{"event": str(card.id), "kind": "card", "stage": 1}]
    about = {"clock": "contact", "generation": 1, "fact": "contacted", "evidence_at": iso(day(3))}
    log.case("supervision", "misses_rescinded", OTHER, day(4), **about, withdrawn=gone)


def _unreported(log: Log, name: str, rescinded: bool) -> None:
    """A report on the case that the bank owed and did not give, with the card for it."""
    stream, id = f"duty-{uid(name)}", str(uid(name))
    opened = {"duty": id, "programme": "jinxian", "agency": "jinxian", "rule": "long_term", "subject": CASE}
    opened |= {"case": CASE, "unit": "bank", "person": None, "due_at": iso(day(4)), "title": None}
    log.add("supervision", "duty_opened", stream, id, day(3), **opened)
    about = {"duty": id, "period": "once", "unit": "bank", "person": None}
    said = {**about, "due_at": iso(day(4)), "lacking": ["progress"], "card": "yellow"}
    miss = log.add("supervision", "duty_missed", stream, id, day(4), **said)
    card = log.add("supervision", "duty_card_issued", stream, id, day(4), **about, colour="yellow")
    if rescinded:
        gone = {"period": "once", "withdrawn": [str(miss.id), str(card.id)], "evidence_at": iso(day(3))}
        log.add("supervision", "duty_rescinded", stream, id, day(4), duty=id, **gone)


@pytest.fixture(scope="module")
def client(servers: Stack, issuer: Issuer) -> Iterator[TestClient]:
    with holding(servers, "reportingappraisal", story().events) as engine, reading(engine, issuer) as client:
        yield client


SCORES = "/appraisal/departments?programme=jinxian&period=2021-03"


def counted(client: TestClient, issuer: Issuer, unit: str, role: str = "office", **claims: Any) -> dict[str, int]:
    found = [one for one in read(client, issuer, SCORES, role, **claims)["items"] if one["unit"] == unit]
    return {item["id"]: item["count"] for one in found for item in one["items"]}


def test_event_counts_for_whom_it_happened_to(client: TestClient, issuer: Issuer) -> None:
    """The park has the case now; what it missed and climbed was the bank's. One letter and one card of two stand."""
    once = {"miss": 1, "card": 1, "climb": 1, "letter": 1}
    assert counted(client, issuer, "bank") == {**once, "absent": 2, "report": 1, "result": 1}
    assert counted(client, issuer, "park") == {}


def test_filter_goes_by_what_opened_the_duty(client: TestClient, issuer: Issuer) -> None:
    """Two duties were missed, of which one was a report."""
    [bank] = [one for one in read(client, issuer, SCORES)["items"] if one["unit"] == "bank"]
    events = {item["id"]: item["events"] for item in bank["items"]}
    assert len(events["absent"]) == 2 and len(events["report"]) == 1
    assert set(events["report"]) < set(events["absent"])


def all_events(client: TestClient, issuer: Issuer, address: str, role: str = "office", **claims: Any) -> list[str]:
    """What the pages of an address tell, one event each."""
    found, after = list[str](), ""
    while True:
        told = read(client, issuer, f"{address.removeprefix('/v1')}&limit=1{after}", role, **claims)
        assert len(told["items"]) <= 1
        found += [one["event_id"] for one in told["items"]]
        if told["next"] is None:
            assert told["count"] == len(found)
            return found
        after = f"&after={told['next']}"


@pytest.mark.parametrize("known", ["", "&as_of=2021-05-31"])
def test_every_point_leads_to_its_events(
    client: TestClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch, known: str
) -> None:
    [whole] = [one for one in read(client, issuer, SCORES + known)["items"] if one["unit"] == "bank"]
    assert whole["items"] and all(item["more"] is None for item in whole["items"])
    monkeypatch.setattr(points, "SHOWN", 0)
    [short] = [one for one in read(client, issuer, SCORES + known)["items"] if one["unit"] == "bank"]
    assert short["score"] == whole["score"] and (known[1:] in short["items"][0]["more"])
    for item, full in zip(short["items"], whole["items"], strict=True):
        assert (item["events"], item["count"], item["points"]) == ([], full["count"], full["points"])
        assert all_events(client, issuer, item["more"]) == full["events"]
        assert all_events(client, issuer, item["more"], "department", department="bank") == full["events"]
        assert all_events(client, issuer, item["more"], "department", department="park") == []


def test_evidence_of_a_score_is_bounded(client: TestClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/figures/score/evidence?programme=jinxian&unit=bank&month=2021-03"
    whole = {item["id"]: item["events"] for item in read(client, issuer, path)["items"]}
    monkeypatch.setattr(points, "SHOWN", 1)
    for item in read(client, issuer, path)["items"]:
        assert item["events"] == whole[item["id"]][:1] and (item["more"] is None) == (item["count"] == 1)
        if item["more"]:
            assert all_events(client, issuer, item["more"]) == whole[item["id"]]


@pytest.mark.parametrize("other", ["unit=park&item=miss", "unit=bank&item=unknown", "unit=nobody&item=miss"])
def test_nothing_counted_has_no_events(client: TestClient, issuer: Issuer, other: str) -> None:
    assert all_events(client, issuer, f"/appraisal/events?programme=jinxian&period=2021-03&{other}") == []


def test_duty_card_is_found_under_cards(client: TestClient, issuer: Issuer) -> None:
    [bank] = [one for one in read(client, issuer, SCORES)["items"] if one["unit"] == "bank"]
    [card] = [item["events"] for item in bank["items"] if item["id"] == "card"]
    address = "/appraisal/events?programme=jinxian&period=2021-03&unit=bank&item=card"
    assert all_events(client, issuer, address) == card
    assert read(client, issuer, address)["items"][0]["type"] == "duty_card_issued"


def test_result_of_a_case_scores_once(client: TestClient, issuer: Issuer) -> None:
    """Reported long term three times, the last a month later: it adds nothing there."""
    april = read(client, issuer, SCORES.replace("2021-03", "2021-04"))["items"]
    assert [one["unit"] for one in april] == []
    [year] = [one for one in read(client, issuer, SCORES.replace("2021-03", "2021"))["items"] if one["unit"] == "bank"]
    assert {item["id"]: item["count"] for item in year["items"]}["result"] == 1


def test_department_sees_the_score_that_the_office_sees(client: TestClient, issuer: Issuer) -> None:
    assert counted(client, issuer, "bank", "department", department="bank") == counted(client, issuer, "bank")
    assert counted(client, issuer, "bank", "department", department="park") == {}


def test_supervision_list_shows_cases_that_one_may_see(client: TestClient, issuer: Issuer) -> None:
    path = "/supervision-list?programme=jinxian&month=2021-03"
    shown = {unit: read(client, issuer, path, "department", department=unit)["items"] for unit in ("bank", "park")}
    assert {unit: [item["case_id"] for item in items] for unit, items in shown.items()} == {"bank": [], "park": [CASE]}


def test_supervision_list_shows_duties_of_a_case(client: TestClient, issuer: Issuer) -> None:
    """The report that was not given and its card, with the events of the case's clocks; what was withdrawn is not."""
    [item] = read(client, issuer, "/supervision-list?programme=jinxian&month=2021-03")["items"]
    told = [(event["type"], event.get("colour"), event["unit"]) for event in item["events"] if "clock" not in event]
    assert sorted(told) == [("duty_card_issued", "yellow", "bank"), ("duty_missed", None, "bank")]


def test_completeness_is_of_the_current_round_and_of_what_stands(client: TestClient, issuer: Issuer) -> None:
    told = read(client, issuer, "/completeness?programme=jinxian")
    assert {item["case_id"]: item["has"] for item in told["items"]} == {CASE: [], OTHER: ["measures"]}
    assert told["departments"] == [
        {"unit": "bank", "cases": 1, "complete": 0, "having": {"measures": 1, "reward": 0}},
        {"unit": "park", "cases": 1, "complete": 0, "having": {"measures": 0, "reward": 0}},
    ]
    shown = read(client, issuer, "/completeness?programme=jinxian", "department", department="park")
    assert [item["case_id"] for item in shown["items"]] == [CASE]
    assert [one["unit"] for one in shown["departments"]] == ["park"]


@pytest.mark.parametrize(("period", "expected"), [("2021-03", 1), ("2021-Q1", 1), ("2021", 1), ("2021-04", 0)])
def test_duties_of_officials_by_period(client: TestClient, issuer: Issuer, period: str, expected: int) -> None:
    told = read(client, issuer, f"/appraisal/cadres?programme=jinxian&period={period}")
    assert len(told["items"]) == expected


def test_page_of_points_links_events(client: TestClient, issuer: Issuer) -> None:
    """Of an issue or not; the bank itself sees it, another department none of what the bank owes."""
    browser = {"accept": "text/html"}
    client.cookies.set(COOKIE, issuer.token("office"))
    page = client.get("/points?programme=jinxian&unit=bank&month=2021-03", headers=browser).text
    links = re.findall(r'<td class="evidence">(.*?)</td>', page, re.DOTALL)
    assert len(links) == len(ITEMS) and "<code>" not in "".join(links)  # the card for a duty counts
    beside = re.findall(r'href="(/events/[^"?]*)', "".join(links))
    pages = "".join(client.get(at, headers=browser).text for at in beside)
    assert {"duty_missed", "supervision_letter_issued"} <= set(re.findall(r"bugle\.supervision\.(\w+)\.v1", pages))
    for unit, status in (("bank", 200), ("park", 404)):
        client.cookies.set(COOKIE, issuer.token("department", department=unit))
        assert {client.get(at, headers=browser).status_code for at in beside} == {status}
    client.cookies.clear()
