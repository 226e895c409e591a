"""Cards and supervision letters in one list: given what was issued and taken back, when asked, then who sees what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import Engine, text

from bugle.stack import Stack
from eventkit.ids import uid
from pagekit.session import COOKIE
from tests.integration.reporting.serving import holding, reading
from tests.integration.reporting.test_programme_reads import DOCUMENT, read
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, iso, programme

CASE, OTHER = str(uid("reproof", "case")), str(uid("reproof", "made up"))
LIST = "/cards-and-letters"
ALL = f"{LIST}?programme=jinxian"
BROWSER = {"accept": "text/html"}


def story() -> Log:
    """The bank gets cards, one withdrawn, one for a duty, and letters: answered, withdrawn and issued again; the park,
    which has the case since, one card that names nobody."""
    log = Log()
    log.add(
        "intake", "programme_published", "programme-jinxian", "jinxian", START, **programme() | {"document": DOCUMENT}
    )
    log.reported(CASE, day(1), title="用电困难", kind="power")
    log.reported(OTHER, day(1), title="做出来的", synthetic=True)
    assigned(log, CASE, 2, "bank", 1)
    assigned(log, OTHER, 2, "bank", 1)
    card(log, CASE, 4, 1, "bank", "yellow")
    gone = card(log, CASE, 5, 2, "bank", "yellow")
    duty_card(log, 6)
    letter(log, "for cards", 7, ground="cards", cards=[gone, gone])
    log.case("routing", "case_transferred", CASE, day(8), **MOVED)
    assigned(log, CASE, 8, "park", 2)
    card(log, CASE, 9, 3, None, "red")
    rescinded(log, gone, 10)
    reissued(log)
    card(log, OTHER, 41, 1, "bank", "red")
    return log


MOVED = {
    "from": "bank",
    "to": "park",
    "transfers": 1,
    "round": 2,
    "note": None,
    "by": "office",
    "backdating_reason": None,
}


def assigned(log: Log, case: str, at: float, lead: str, round_: int) -> None:
    said = {"lead": lead, "supporting": [], "letter": None, "meeting": None, "rule": None, "round": round_}
    log.case("routing", "case_assigned", case, day(at), **said, by="office")


def card(log: Log, case: str, at: float, generation: int, unit: str | None, colour: str) -> str:
    """A card with the miss before it; its event's id."""
    about = {"clock": "contact", "generation": generation, "stage": 1, "unit": unit}
    log.case("supervision", "deadline_missed", case, day(at), **about, due_at=iso(day(at)))
    id = str(uid("reproof", "card", generation))
    return str(log.case("supervision", "card_issued", case, day(at), card=id, colour=colour, **about).id)


def rescinded(log: Log, event: str, at: float) -> None:
    about = {"clock": "contact", "generation": 2, "fact": "contacted", "evidence_at": iso(day(3))}
    gone = [{"event": event, "kind": "card", "stage": 1}]
    log.case("supervision", "misses_rescinded", CASE, day(at), **about, withdrawn=gone)


def duty_card(log: Log, at: float) -> None:
    stream, id = f"duty-{uid('reproof', 'duty')}", str(uid("reproof", "duty"))
    opened = {"duty": id, "programme": "jinxian", "agency": "jinxian", "rule": "long_term", "subject": CASE}
    opened |= {"case": CASE, "unit": "bank", "person": None, "due_at": iso(day(at)), "title": "月报"}
    log.add("supervision", "duty_opened", stream, id, day(3), **opened)
    about = {"duty": id, "period": "2021-03", "unit": "bank", "person": None}
    said = {**about, "due_at": iso(day(at)), "lacking": ["progress"], "card": "yellow"}
    log.add("supervision", "duty_missed", stream, id, day(at), **said)
    log.add("supervision", "duty_card_issued", stream, id, day(at), **about, colour="yellow")


def letter(log: Log, name: str, at: float, **more: Any) -> None:
    id = str(uid("reproof", name))
    issued = {"programme": "jinxian", "programme_version": 1, "agency": "jinxian", "unit": "bank", "ground": "order"}
    issued |= {"cards": [], "case": None, "text": None, "reply_due_at": iso(day(at + 3)), "by": "rule", **more}
    log.add("supervision", "supervision_letter_issued", f"letter-{id}", id, day(at), letter=id, **issued)


def reissued(log: Log) -> None:
    """A letter that was withdrawn, then issued again and answered."""
    id = str(uid("reproof", "twice"))
    letter(log, "twice", 11, text="请说明", by="office-1")
    log.add("supervision", "supervision_letter_withdrawn", f"letter-{id}", id, day(12), letter=id)
    letter(log, "twice", 13, text="请再说明", by="office-1")
    reply = {"letter": id, "reply": "已整改", "by": "bank-1", "backdating_reason": None}
    log.add("supervision", "supervision_letter_answered", f"letter-{id}", id, day(14), **reply)


@pytest.fixture(scope="module")
def engine(servers: Stack) -> Iterator[Engine]:
    with holding(servers, "reportingreproofs", story().events) as engine:
        yield engine


@pytest.fixture(scope="module")
def client(engine: Engine, issuer: Issuer) -> Iterator[TestClient]:
    with reading(engine, issuer) as client:
        yield client


def items(client: TestClient, issuer: Issuer, more: str = "", role: str = "office", **claims: Any) -> list[Any]:
    return list(read(client, issuer, f"{ALL}{more}", role, **claims)["items"])


def told(found: list[Any]) -> list[tuple[Any, ...]]:
    """Form, colour, unit and standing."""
    return [(one["form"], one["colour"], one["unit"], one["standing"]) for one in found]


CARDS = [
    ("card", "red", "park", "stands"),
    ("letter", None, "bank", "stands"),
    ("duty_card", "yellow", "bank", "stands"),
    ("card", "yellow", "bank", "withdrawn"),
    ("card", "yellow", "bank", "stands"),
]
LETTERS = [("letter", None, "bank", "answered"), ("letter", None, "bank", "withdrawn")]
LATEST = [("card", "red", "bank", "stands")]
EVERYTHING = [*LATEST, *LETTERS, *CARDS]


def test_everything_issued_is_listed(client: TestClient, issuer: Issuer) -> None:
    """The newest first. A card that names nobody is for whoever led the case that day."""
    assert told(items(client, issuer)) == EVERYTHING


def test_row_says_why_and_by_whom(client: TestClient, issuer: Issuer) -> None:
    found = items(client, issuer)
    card, duty, answered = found[3], found[5], found[1]
    assert (card["case_id"], card["title"], card["clock"], card["generation"]) == (CASE, "用电困难", "contact", 3)
    assert (card["due_at"], card["issued_by"]) == (day(9).isoformat(), "rule")
    assert (duty["case_id"], duty["rule"], duty["task"], duty["period"]) == (CASE, "long_term", "月报", "2021-03")
    assert (answered["ground"], answered["text"], answered["issued_by"]) == ("order", "请再说明", "office-1")
    assert (answered["answered_at"], answered["reply"]) == (day(14).isoformat(), "已整改")
    assert (found[4]["ground"], len(found[4]["events"]), found[4]["case_id"]) == ("cards", 2, None)
    assert found[6]["withdrawn_at"] == day(10).isoformat()


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("&department=park", CARDS[:1]),
        ("&form=letter", [*LETTERS, CARDS[1]]),
        ("&colour=yellow&form=card", CARDS[3:]),
        ("&issued=2021-04", LATEST),
        ("&withdrawn=true", [LETTERS[1], CARDS[3]]),
        ("&withdrawn=false&department=bank&issued=2021-03", [LETTERS[0], *CARDS[1:3], CARDS[4]]),
        ("&answered=false", [CARDS[1]]),
        ("&answered=true", LETTERS[:1]),
        ("&synthetic=true", LATEST),
    ],
)
def test_filters_choose(client: TestClient, issuer: Issuer, more: str, expected: list[Any]) -> None:
    assert told(items(client, issuer, more)) == expected


@pytest.mark.parametrize("more", ["&colour=blue", "&form=note", "&issued=2021-3", "&kind=power", "&withdrawn=1"])
def test_senseless_filter_is_named(client: TestClient, issuer: Issuer, more: str) -> None:
    answer = client.get(f"/v1{ALL}{more}", headers=issuer.headers("office"))
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [more[1:].split("=")[0]]


def test_pages_join_up(client: TestClient, issuer: Issuer) -> None:
    whole, after, found = items(client, issuer), "", []
    while True:
        body = read(client, issuer, f"{ALL}&limit=3{after}")
        found += body["items"]
        if body["next"] is None:
            break
        after = f"&after={body['next']}"
    assert found == whole


def test_list_at_a_moment(client: TestClient, issuer: Issuer) -> None:
    """What was withdrawn later was never valid, and nothing later is told of it."""
    then = items(client, issuer, "&at=2021-03-08")
    assert told(then) == CARDS[1:]
    assert then[2]["withdrawn_at"] is None
    assert told(items(client, issuer, "&at=2021-03-14"))[0] == ("letter", None, "bank", "stands")
    assert items(client, issuer, "&at=2021-12-31") == items(client, issuer)


def test_list_as_it_was_known(client: TestClient, issuer: Issuer, engine: Engine) -> None:
    """Before the rescission was known the card stood."""
    with engine.connect() as connection:
        sequenced = "SELECT sequenced_at FROM live.timeline WHERE type LIKE '%misses_rescinded%'"
        known = connection.execute(text(sequenced)).scalar_one()
    for instant, standing in ((known, "withdrawn"), (known - timedelta(microseconds=1), "stands")):
        as_of = instant.isoformat().replace("+00:00", "Z")
        assert told(items(client, issuer, f"&as_of={as_of}")) == [*CARDS[:3], (*CARDS[3][:3], standing), CARDS[4]]


def test_department_sees_its_own(client: TestClient, issuer: Issuer) -> None:
    """The bank's cards are still its own when the park has the case; the case is not."""
    bank = items(client, issuer, role="department", department="bank")
    assert told(bank) == [row for row in EVERYTHING if row[2] == "bank"]
    assert {one["case_id"] for one in bank} == {OTHER, None} and "用电困难" not in str(bank)
    park = items(client, issuer, role="department", department="park")
    assert (told(park), park[0]["case_id"]) == (CARDS[:1], CASE)


def test_other_agency_sees_none(client: TestClient, issuer: Issuer) -> None:
    assert read(client, issuer, LIST, agency="elsewhere")["items"] == []
    assert client.get(f"/v1{ALL}", headers=issuer.headers("office", agency="elsewhere")).status_code == 422


@pytest.mark.parametrize("more", ["", "&form=letter", "&at=2021-03-08"])
def test_file_has_the_rows(client: TestClient, issuer: Issuer, more: str) -> None:
    path = f"/v1/exports{ALL}&format=parquet{more}"
    answer = client.get(path, headers=issuer.headers("office"))
    assert answer.status_code == 200, answer.text
    rows = parquet.read_table(pa.BufferReader(answer.content)).to_pylist()
    listed = [one["event_id"] for one in items(client, issuer, more)]
    assert [row["event_id"] for row in reversed(rows)] == listed


def test_file_speaks_in_words(client: TestClient, issuer: Issuer) -> None:
    path = f"/v1/exports{ALL}&format=csv&lang=zh&form=card&colour=red&department=park"
    content = client.get(path, headers=issuer.headers("department", department="park")).text
    head, row = content.strip().splitlines()
    assert "现状" in head and all(word in row for word in ("红牌", "用电困难", "有效"))


def browse(client: TestClient, issuer: Issuer, address: str, role: str = "leader", **claims: Any) -> str:
    client.cookies.set(COOKIE, issuer.token(role, **claims))
    answer = client.get(address, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_page_leads_to_issues_and_events(client: TestClient, issuer: Issuer) -> None:
    page = browse(client, issuer, f"{ALL}&lang=en")
    assert re.findall(r'<p class="count" role="status">([0-9]+)', page) == [str(len(EVERYTHING))]
    assert "Red card" in page and "用电困难" in page and "Withdrawn" in page
    for link in set(re.findall(r'href="(/(?:issues|events)/[^"]*)"', page)):
        browse(client, issuer, link.replace("&amp;", "&"))


@pytest.mark.parametrize("unit", ["bank", "park"])
def test_page_of_a_department_has_no_dead_link(client: TestClient, issuer: Issuer, unit: str) -> None:
    whose = {"role": "department", "department": unit}
    page = browse(client, issuer, f"{ALL}&lang=en", **whose)
    links = set(re.findall(r'href="(/(?:issues|events)/[^"]*)"', page))
    assert links
    for link in links:
        browse(client, issuer, link.replace("&amp;", "&"), **whose)


def test_overview_counts_what_stands(client: TestClient, issuer: Issuer) -> None:
    page = browse(client, issuer, "/overview?programme=jinxian&lang=en&at=2021-03-31")
    [(link, number)] = re.findall(r'<a href="(/cards-and-letters[^"]*issued=[^"]*)">([0-9]+)</a>', page)
    behind = browse(client, issuer, link.replace("&amp;", "&"))
    assert f'role="status">{number} ' in behind and number == "5"


@pytest.mark.parametrize(
    ("most", "english", "chinese"),
    [(7, ">more than 7 cards and letters", ">超过7次亮牌、督办"), (8, ">8 cards and letters", ">8次亮牌、督办")],
)
def test_page_counts_so_far_and_says_so(
    client: TestClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch, most: int, english: str, chinese: str
) -> None:
    monkeypatch.setattr("reporting.web.reproofs.COUNTED", most)
    assert english in browse(client, issuer, f"{ALL}&lang=en")
    assert chinese in browse(client, issuer, f"{ALL}&lang=zh")
