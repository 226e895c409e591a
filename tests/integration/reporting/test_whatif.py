"""Other rules asked of reporting: scores, ranks and means by hand, and deadlines counted anew on a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Engine

from bugle.stack import Stack
from eventkit.ids import uid
from pagekit.session import COOKIE
from reporting.web import whatif_pages
from reporting.whatif import recounts
from tests.integration.reporting.serving import holding, reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, iso, programme

KEPT, MISSED, LATE, PAUSED = (str(uid("what if", name)) for name in ("kept", "missed", "late", "paused"))
TITLES = {KEPT: "贷款", MISSED: "用电", LATE: "厂房", PAUSED: "<b>停车</b>"}
DOCUMENT: dict[str, Any] = {
    **programme()["document"],
    "calendar": "cn",
    "clocks": [
        {"id": "contact", "zh": "联系", "en": "Contact", "starts": "received", "stops": ["contacted"], "limit": "3wd"}
    ],
    "appraisal": {
        "department": {
            "base": 100,
            "items": [
                {"id": "miss", "zh": "超期", "en": "Missed", "event": "deadline_missed", "points": -2},
                {"id": "result", "zh": "办结", "en": "Result", "event": "result_reported", "points": 1, "cap": 5},
            ],
        },
        "rates": [{"id": "resolution", "weight": 50}, {"id": "satisfaction", "weight": 50}],
    },
}  # fmt: skip
QUESTION = "?programme=jinxian"


def clock(log: Log, case: str, unit: str, due: str, **more: Any) -> None:
    """Begun on Tuesday 2 March at 9:00 in China, of three working days."""
    about = {"clock": "contact", "generation": 1, "fact": "received", "started_at": iso(day(1)), "unit": unit}
    said = {"due_at": due, "stages": [], "provisional": False, "limit": "3wd", "calendar": "cn", "pauses": []}
    log.case("supervision", "clock_started", case, day(1), round=1, extensions=[], **about, **said | more)


def stopped(log: Log, case: str, at: datetime, in_time: bool) -> None:
    about = {"clock": "contact", "generation": 1, "fact": "contacted", "stopped_at": iso(at), "in_time": in_time}
    log.case("supervision", "clock_stopped", case, at, **about)


def story() -> Log:
    """The bank met one deadline and missed one; the park was late once, and once met after a pause of two days."""
    log = Log()
    log.add(
        "intake", "programme_published", "programme-jinxian", "jinxian", START, **programme() | {"document": DOCUMENT}
    )
    units = [
        {"id": id, "name": name, "kind": "department", "synthetic": False}
        for id, name in (("bank", "银行"), ("park", "园区"))
    ]
    log.add(
        "intake",
        "directory_published",
        "directory-jinxian",
        "jinxian",
        START,
        agency="jinxian",
        version=1,
        units=units,
        people=[],
    )
    years = {"2021": {"off": [], "work": [], "notice": None}}
    log.add("supervision", "calendar_published", "calendar-cn", "cn", START, calendar="cn", version=1, years=years)
    for case, lead in ((KEPT, "bank"), (MISSED, "bank"), (LATE, "park"), (PAUSED, "park")):
        log.reported(case, day(1), title=TITLES[case], kind="power")
        about = {"lead": lead, "supporting": [], "letter": None, "meeting": None, "rule": None, "round": 1}
        log.case("routing", "case_assigned", case, day(1), **about, by="office")
    for case, unit in ((KEPT, "bank"), (MISSED, "bank"), (LATE, "park")):
        clock(log, case, unit, "2021-03-05T16:00:00Z")
    pause = {"from_at": iso(day(1.5)), "to_at": iso(day(3.5))}
    clock(log, PAUSED, "park", "2021-03-08T16:00:00Z", pauses=[pause])
    stopped(log, KEPT, day(2.5), True)
    stopped(log, LATE, day(6), False)
    stopped(log, PAUSED, day(5.9), True)
    for case, unit in ((MISSED, "bank"), (LATE, "park")):
        fired = {"clock": "contact", "generation": 1, "stage": 1, "due_at": "2021-03-05T16:00:00Z", "unit": unit}
        log.case("supervision", "deadline_missed", case, day(4.7), **fired)
    log.case("routing", "result_reported", KEPT, day(7), unit="bank", outcome="solved", by="bank")
    for case, answer in ((KEPT, "unsatisfied"), (LATE, "satisfied")):
        log.case(
            "supervision", "enterprise_verified", case, day(8), satisfaction=answer, note=None, round=1, by="office"
        )
    return log  # fmt: skip


@pytest.fixture(scope="module")
def engine(servers: Stack) -> Iterator[Engine]:
    with holding(servers, "reportingwhatif", story().events) as engine:
        yield engine


@pytest.fixture(scope="module")
def client(engine: Engine, issuer: Issuer) -> Iterator[TestClient]:
    with reading(engine, issuer, follow_redirects=False) as client:
        yield client


def asked(client: TestClient, issuer: Issuer, more: str, role: str = "office", **claims: Any) -> Any:
    answer = client.get(f"/v1/what-if{QUESTION}{more}", headers=issuer.headers(role, **claims))
    return answer.json() if answer.status_code == 200 else (answer.status_code, answer.json())


def moved(rows: list[dict[str, Any]], what: str) -> list[tuple[Any, ...]]:
    return [
        (row["unit"], *((row[side][what], row[side]["rank"]) for side in ("before", "after"))) for row in rows
    ]  # fmt: skip


def page(client: TestClient, issuer: Issuer, more: str, role: str = "office", **claims: Any) -> Any:
    client.cookies.set(COOKIE, issuer.token(role, **claims))
    return client.get(f"/what-if{QUESTION}{more}&lang=en")


def finished(client: TestClient, answer: Any) -> str:
    """The page after all steps, each asked for by the form of the one before."""
    for _ in range(20):
        text: str = answer.text
        form = re.search(r'<form method="post" action="([^"]+)".*?name="sums" value="([^"]*)"', text, re.DOTALL)
        if form is None:
            return text
        address, sums = (unescape(one) for one in form.groups())
        answer = client.post(address, data={"sums": sums}, headers={"HX-Request": "true"})
        assert answer.status_code == 200, answer.text
    raise AssertionError("the count does not end")


def table(text: str, label: str) -> list[list[str]]:
    """The rows of the table that is called so."""
    part = text.split(f'aria-label="{label}"')[1].split("<tbody>")[1].split("</tbody>")[0]
    rows = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in part.split("</tr>")[:-1])
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in rows]


def test_same_scales_move_nothing(client: TestClient, issuer: Issuer) -> None:
    told = asked(client, issuer, "")
    assert moved(told["departments"], "score") == [("bank", (99, 1), (99, 1)), ("park", (98, 2), (98, 2))]
    assert told["mean"]["before"] == told["mean"]["after"]


def test_other_points_move_scores(client: TestClient, issuer: Issuer) -> None:
    """The bank: a miss and a result; the park: a miss. A result at −3 takes the bank below the park."""
    told = asked(client, issuer, "&points=miss:-4,result:-3")
    assert moved(told["departments"], "score") == [("park", (98, 2), (96, 1)), ("bank", (99, 1), (93, 2))]


def test_cap_holds_other_points(client: TestClient, issuer: Issuer) -> None:
    [bank, _] = asked(client, issuer, "&points=result:9")["departments"]
    assert (bank["unit"], bank["after"]["score"]) == ("bank", 100 - 2 + 5)


def test_other_weights_move_means(client: TestClient, issuer: Issuer) -> None:
    """Resolved: one of four, of the bank's one of two; satisfied: one of two, none of the bank's, all of the park's."""
    told = asked(client, issuer, "&weights=resolution:100,satisfaction:0")["mean"]
    assert (told["before"], told["after"]) == (0.375, 0.25)
    assert moved(told["departments"], "mean") == [("bank", (0.25, 2), (0.5, 1)), ("park", (0.5, 1), (0.0, 2))]
    assert [(one["rate"], one["before"], one["after"]) for one in told["rates"]] == [
        ("resolution", 50, 100),
        ("satisfaction", 50, 0),
    ]


def test_days_choose_events(client: TestClient, issuer: Issuer) -> None:
    told = asked(client, issuer, "&points=miss:-4&from=2021-03-07&to=2021-03-08")
    assert [row for row in moved(told["departments"], "score") if row[1] != row[2]] == []
    assert asked(client, issuer, "&from=2021-03-06&to=2021-03-06")["departments"][0]["before"]["score"] == 98


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ("&points=luck:1,miss:x", ["points.luck", "points.miss"]),
        ("&weights=resolution:0,satisfaction:0", ["weights.resolution"]),
        ("&points=miss", ["points"]),
        ("&from=yesterday", ["from"]),
        ("&to=0001-01-01", ["to"]),
        ("&limit=2wd", ["limit"]),
    ],
)
def test_wrong_question_is_named(client: TestClient, issuer: Issuer, more: str, fields: list[str]) -> None:
    status, told = asked(client, issuer, more)
    assert (status, [one["field"].lstrip("/") for one in told["errors"]]) == (422, fields)


def test_department_compares_nobody(client: TestClient, issuer: Issuer) -> None:
    assert asked(client, issuer, "", "department", department="bank")[0] == 403
    assert page(client, issuer, "", "department", department="bank").status_code == 403
    assert asked(client, issuer, "", agency="elsewhere")[0] == 422


def test_page_counts_deadlines_anew(client: TestClient, issuer: Issuer) -> None:
    """One working day ends on the 3rd at 24:00: the bank, at 21:00 on the 3rd, kept it; the park, paused over the end
    of the 3rd, had until the 4th and came on the 7th."""
    text = finished(client, page(client, issuer, "&limits.contact=1wd"))
    assert "4 deadlines counted; 1 would have ended otherwise, 1 of them worse." in text
    assert table(text, "Deadlines counted anew") == [
        ["银行", "1", "0", "1", "50.00%", "1", "1", "0", "1", "50.00%", "1", "the same"],
        ["园区", "1", "1", "0", "50.00%", "1", "0", "2", "0", "0.00%", "2", "↓ 1 down"],
    ]
    [row] = table(text, "Who would have missed")
    assert row[:3] == ["<b>停车</b>", "Contact", "园区"] and row[5] == "2021-03-04 24:00"


def test_page_takes_another_calendar(client: TestClient, issuer: Issuer) -> None:
    """Where every day counts, the 4th and the 5th are the two after the pause."""
    text = finished(client, page(client, issuer, "&limits.contact=2wd&calendar=none"))
    assert "4 deadlines counted; 1 would have ended otherwise, 1 of them worse." in text
    assert table(text, "Who would have missed")[0][5] == "2021-03-05 24:00"


def test_page_shows_scores_and_means(client: TestClient, issuer: Issuer) -> None:
    text = page(client, issuer, "&points.result=-3&weights.resolution=100&weights.satisfaction=0").text
    assert table(text, "Scores of departments")[0] == ["园区", "98", "2", "98", "1", "↑ 1 up"]
    assert "37.50% → <strong>25.00%</strong>" in text and "Deadlines counted anew" not in text


def test_steps_join_up(client: TestClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = finished(client, page(client, issuer, "&limits.contact=1wd"))
    monkeypatch.setattr(recounts, "PAGE", 1)
    monkeypatch.setattr(whatif_pages, "STEP_SECONDS", 0.0)
    first = page(client, issuer, "&limits.contact=1wd")
    assert "Counted 0 of 4 issues." in first.text and 'hx-trigger="load delay:500ms"' in first.text
    text = finished(client, first)
    for label in ("Deadlines counted anew", "Who would have missed"):
        assert table(text, label) == table(whole, label)


def test_counts_take_turns(client: TestClient, issuer: Issuer) -> None:
    first = page(client, issuer, "&limits.contact=1wd")
    with whatif_pages._turn:
        answer = client.post(f"/what-if/count{QUESTION}&limits.contact=1wd&lang=en", data={"sums": sums_of(first.text)})
    assert "Counted 0 of 4 issues." in answer.text and "Somebody else’s count is going on" in answer.text
    assert "delay:2s" in answer.text and "1 of them worse" in finished(client, answer)


def sums_of(text: str) -> str:
    found = re.search(r'name="sums" value="([^"]*)"', text)
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize(
    "sums",
    [
        *("", "[]", "{}", "[0,0,0,-1,null,{},[]]", '[0,0,0,0,"x",{},[]]'),
        *('[0,0,0,0,null,{"bank":[1,2]},[]]', '[0,0,0,0,null,{},[["x"]]]'),
    ],
)
def test_made_up_sums_are_refused(client: TestClient, issuer: Issuer, sums: str) -> None:
    page(client, issuer, "")
    answer = client.post(f"/what-if/count{QUESTION}&limits.contact=1wd", data={"sums": sums})
    assert answer.status_code == 422


def test_sums_tell_nothing_of_others(client: TestClient, issuer: Issuer) -> None:
    """Whoever names another agency's issue in them is not told its title."""
    page(client, issuer, "", "operator")
    named = f'[9,9,9,9,"{uid("zz")}",{{}},[["{KEPT}","contact",1,"2021-03-03T16:00:00Z","late"]]]'.replace(
        str(uid("zz")), "ffffffff-ffff-ffff-ffff-ffffffffffff"
    )
    address = f"/what-if/count{QUESTION}&limits.contact=1wd"
    assert "贷款" in client.post(address, data={"sums": named}).text
    client.cookies.set(COOKIE, issuer.token("office", agency="elsewhere"))
    assert "贷款" not in client.post(address, data={"sums": named}).text


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ("&limits.luck=2wd", ["limits.luck"]),
        ("&limits.contact=9999wd&points.miss=x", ["limits.contact", "points.miss"]),
        ("&calendar=luck&from=never", ["calendar", "from"]),
    ],
)
def test_form_keeps_what_was_typed(client: TestClient, issuer: Issuer, more: str, fields: list[str]) -> None:
    answer = page(client, issuer, more)
    assert answer.status_code == 422
    assert re.findall(r'<li><a href="#([^"]+)"', answer.text) == fields
    assert all(value in answer.text for value in re.findall(r"=([^&]+)", more) if value != "luck")


def test_count_of_nothing_is_the_form(client: TestClient, issuer: Issuer) -> None:
    page(client, issuer, "")
    answer = client.post(f"/what-if/count{QUESTION}", headers={"HX-Request": "true"})
    assert answer.status_code == 200 and 'id="counted"' not in answer.text


def test_foreign_site_counts_nothing(client: TestClient, issuer: Issuer) -> None:
    page(client, issuer, "")
    answer = client.post(f"/what-if/count{QUESTION}", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
