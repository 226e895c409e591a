"""Every number of the overview and of the programme's page, counted once more from the events that lie in Kafka.

The numbers are those that the pages show, so a new one without evidence fails here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from bugle.answers import pages
from bugle.demo.command import GRACE, PROGRAMMES
from bugle.importing.command import run_import
from bugle.importing.target import Target
from bugle.quiet import wait_quiet
from bugle.stack import System
from bugle.stack.home import ROOT
from bugle.verify.event import Event, from_record
from bugle.verify.topics import KafkaTopics
from bugle.whatif.sums import Sum
from eventkit.settings import KafkaSettings
from pagekit.session import COOKIE
from tests.support.recount import Known
from tests.support.shown import Number, numbers, stated

pytestmark = pytest.mark.timeout(300)

PAGES = ("/overview", "/programme")
FIGURES = {"/points": "score", "/mean": "composite"}
"""Addresses of what is made of other figures; the rest are /counted/<figure>."""
LIST = "/cards-and-letters"
"""Its rows are the events themselves."""
REPROOFS = ("card_issued", "duty_card_issued", "supervision_letter_issued")
PART = ("part", "reason")
LIMITS = {"limits": "contact:1wd", "limit": "200"}


@pytest.fixture(scope="module")
def client(system: System) -> Iterator[httpx.Client]:
    """Who may see all, over a system with the five programmes, at rest."""
    assert run_import(system, [ROOT / "programmes" / name for name in PROGRAMMES], grace=GRACE)
    wait_quiet(system)
    target = Target.of(system)
    with target.client(target.reporting, None) as client:
        client.cookies.set(COOKIE, client.headers["Authorization"].removeprefix("Bearer "))
        yield client


@pytest.fixture(scope="module")
def events(client: httpx.Client, system: System) -> list[Event]:
    return everything(system)


@pytest.fixture(scope="module")
def known(events: list[Event]) -> Known:
    """What all of them amount to."""
    return Known(events)


def everything(system: System) -> list[Event]:
    """All events in Kafka, each once."""
    topics = KafkaTopics(KafkaSettings(kafka=system.kafka.address), system.topic_prefix)
    found: dict[object, Event] = {}
    for number in range(topics.partitions):
        for record in topics.read(number):
            event = from_record(record.key, record.value, record.headers)
            if event is not None:
                found.setdefault(event.id, event)
    topics.close()
    return list(found.values())


def asked(number: Number) -> tuple[str, dict[str, str]]:
    """The figure behind a number, and its parameters; a number that leads nowhere is a fault."""
    assert number.address is not None, f"{number.text} leads nowhere"
    parts = urlsplit(number.address)
    figure = FIGURES.get(parts.path) or parts.path.removeprefix("/counted/")
    assert "/" not in figure, f"{number.text} leads to {number.address}, which is no evidence"
    return figure, dict(parse_qsl(parts.query))


def evidence(client: httpx.Client, figure: str, given: dict[str, str]) -> dict[str, Any]:
    """The answer of the API with the items of all pages."""
    answer = client.get(f"/v1/figures/{figure}/evidence", params={**given, "limit": "200"})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    following = told.get("next")
    while following:
        page = client.get(f"/v1/figures/{figure}/evidence", params={**given, "limit": "200", "after": following})
        told["items"] += page.json()["items"]
        following = page.json()["next"]
    return told


def key(item: dict[str, Any]) -> Any:
    """What names a row, as the recount names it."""
    if item.get("clock"):
        return item["case_id"], item["clock"], item["generation"]
    if "enterprise" in item and "team_id" in item:
        return item["team_id"], item["enterprise"]
    names = ("event_id", "case_id", "id", "team_id", "visit_id", "record_id", "enterprise_id")
    return next(item[name] for name in names if name in item)


def explain(known: Known, told: dict[str, Any], figure: str, given: dict[str, str]) -> float:
    """What the number must be, recounted; and that the evidence names the very rows and their events."""
    filters = {name: value for name, value in given.items() if name not in (*PART, "as_of", "lang")}
    if figure == "score":
        assert {event for item in told["items"] for event in item["events"]} <= known.events.keys()
        assert told["base"] + sum(item["points"] for item in told["items"]) == told["value"]
        return known.score(filters["programme"], filters["unit"], filters["month"])
    if figure == "composite":
        rates = {one["rate"]: (one["weight"], known.figure(one["rate"], filters)) for one in told["items"]}
        shares = [
            (w, len(c.part("numerator")) / len(c.part("denominator")))
            for w, c in rates.values()
            if c.part("denominator")
        ]
        return sum(weight * share for weight, share in shares) / sum(weight for weight, _ in shares)
    counted = known.figure(figure, filters)
    part = given.get("part") or (None if counted.numerator is None else "denominator")
    rows = counted.part(part, given.get("reason"))
    assert {key(item) for item in told["items"]} == {row["id"] for row in rows}, (figure, given)
    assert told["rows"] == len(rows) == len(told["items"])
    for item in told["items"]:
        assert item["events"], (figure, item)
        assert {event["event_id"] for event in item["events"]} <= known.events.keys()
    if counted.numerator is None:
        return counted.value(rows)
    sizes = {name: len(counted.part(name)) for name in ("numerator", "denominator", "excluded")}
    assert sizes == {name: told[name] for name in sizes}, (figure, given)
    return len(rows) if "part" in given else sizes["numerator"] / sizes["denominator"]


def check(client: httpx.Client, known: Known, page: str, given: dict[str, str]) -> int:
    """How many numbers of a page were explained; the first that is not fails."""
    answer = client.get(page, params=given)
    assert answer.status_code == 200, answer.text
    found = numbers(answer.text)
    for number in found:
        if number.address is not None and urlsplit(number.address).path == LIST:
            listed(client, known, number)
            continue
        figure, parameters = asked(number)
        assert parameters.get("as_of") == given.get("as_of")
        told = evidence(client, figure, parameters)
        recounted = explain(known, told, figure, parameters)
        exact = abs(number.value - recounted) < (0.00005 if number.text.endswith("%") else 1e-9)
        assert exact, f"{number.text} at {number.address} is {recounted} by its events"
        assert told["basis"]["programmes"] and told["formula"]
    for number in stated(answer.text):
        lead_to(client, number)
    return len(found)


def listed(client: httpx.Client, known: Known, number: Number) -> None:
    """The list behind the number has as many rows, each one of the events that are to be on it."""
    assert number.address is not None
    given = dict(parse_qsl(urlsplit(number.address).query))
    given.pop("lang", None)
    answers = pages(lambda more: client.get(f"/v1{LIST}", params={**given, "limit": "200", **more}).json())
    ids = [item["event_id"] for page in answers for item in page["items"]]
    assert set(ids) == known.reproofs(given["programme"], given["issued"]) and len(ids) == number.value, number


def lead_to(client: httpx.Client, number: Number) -> None:
    """What a number within a sentence leads to: an event, points, more of the grid, or rows that each have an event."""
    assert number.address is not None, f"{number.text} leads nowhere"
    path, given = urlsplit(number.address).path, dict(parse_qsl(urlsplit(number.address).query))
    answer = client.get(number.address)
    assert answer.status_code == 200, number
    if path == "/coverage":
        rows, proved = 0, 0
        while True:
            rows += answer.text.count('<tr><th scope="row">')
            proved += answer.text.count('<td class="evidence"><a ')
            following = re.search(r'rel="next" href="([^"]+)"', answer.text)
            if following is None:
                break
            answer = client.get(unescape(following[1]))
        assert (rows, proved) == (number.value, number.value), number
    elif path == "/overview":
        assert given["places"] == "all" and not [one for one in stated(answer.text) if one.address == number.address]
    else:
        assert path == "/points" or re.fullmatch(r"/issues/[0-9a-f-]+/events/[0-9a-f-]+", path), number


def test_number_in_a_sentence_must_lead(client: httpx.Client) -> None:
    """Without a link, to a plain list, or to rows that are others than it says: each fails."""
    for number in (Number("3", None), Number("3", "/ledger"), Number("-3", "/coverage?programme=jinxian&way=team")):
        with pytest.raises(AssertionError):
            lead_to(client, number)


@pytest.mark.parametrize("programme", PROGRAMMES)
@pytest.mark.parametrize("page", PAGES)
def test_every_number_is_its_events(client: httpx.Client, known: Known, programme: str, page: str) -> None:
    assert check(client, known, page, {"programme": programme, "lang": "en"}) > 10


@pytest.mark.parametrize("programme", ["jinxian", "chuanhui"])  # the richest; all of them took four minutes
@pytest.mark.parametrize("page", PAGES)
def test_every_number_as_of_then(client: httpx.Client, events: list[Event], programme: str, page: str) -> None:
    instant = halfway(events, programme)
    known = Known(events, instant + timedelta(microseconds=1))
    assert len(known.cases) > 0 and len(known.events) < len(events)
    assert check(client, known, page, {"programme": programme, "as_of": instant.isoformat(), "lang": "en"}) > 10


def halfway(events: list[Event], programme: str) -> datetime:
    """When half of what is said of the programme's issues had become known."""
    cases = {e.key for e in events if e.short_type == "issue_reported" and e.body["programme"] == programme}
    instants = sorted(event.sequenced_at for event in events if event.key in cases)
    return instants[len(instants) // 2]


def test_wrong_evidence_is_found(client: httpx.Client, events: list[Event], known: Known) -> None:
    """A row too few, an event that never was, a wrong sum, a number with no link: each fails."""
    given = {"programme": "daan", "part": "numerator"}
    told = evidence(client, "resolution", given)
    explain(known, told, "resolution", given)
    [first, *rest] = told["items"]
    for altered in (
        {**told, "items": rest},
        {**told, "items": [{**first, "events": [{"event_id": "gone"}]}, *rest]},
        {**told, "items": [{**first, "events": []}, *rest]},
        {**told, "excluded": told["excluded"] + 1},
    ):
        with pytest.raises(AssertionError):
            explain(known, altered, "resolution", given)
    for address in (None, "/ledger?programme=daan", "/lists/issues?programme=daan"):
        with pytest.raises(AssertionError):
            asked(Number("87", address))
    month = f"{LIST}?programme=daan&issued=2022-09&withdrawn=false"
    listed(client, known, Number("2", month))
    for few, lacking in (
        (Number("1", month), known),
        (Number("2", month), Known([e for e in events if e.short_type not in REPROOFS])),
    ):
        with pytest.raises(AssertionError):
            listed(client, lacking, few)
    without = [event for event in events if event.short_type != "result_reported"]
    with pytest.raises(AssertionError):
        explain(Known(without), told, "resolution", given)


def test_what_if_page_counts_as_supervision(client: httpx.Client, system: System) -> None:
    """The page reads reporting's copy of the events, `bugle whatif` asks supervision: both come to the same."""
    rules = {"programme": "jinxian", "from": "2021-04-01", "to": "2021-05-31"}
    target, total = Target.of(system), Sum()
    with target.client(target.supervision, None) as asking:
        for page in pages(lambda more: asking.get("/v1/what-if", params={**rules, **LIMITS, **more}).json()):
            total.add(page)
    address = f"/what-if?{urlencode({**rules, 'limits.contact': '1wd', 'lang': 'en'})}"
    text = client.get(address).text
    while form := re.search(r'<form method="post" action="([^"]+)".*?name="sums" value="([^"]*)"', text, re.DOTALL):
        text = client.post(unescape(form[1]), data={"sums": unescape(form[2])}).text
    told = re.search(r"([0-9,]+) would have ended otherwise, ([0-9,]+) of them worse", text)
    assert told is not None and total.worse > 0
    assert [int(one.replace(",", "")) for one in told.groups()] == [len(total.items), total.worse]
