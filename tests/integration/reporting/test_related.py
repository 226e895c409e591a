"""How issues belong together, on the page of one: as they did at the moment that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from bugle.stack import Stack
from eventkit.ids import uid
from pagekit.session import COOKIE
from tests.integration.reporting.serving import holding, reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, programme

ONE, AGAIN, PART, TAKEN, LATER = NAMES = [
    str(uid("related", name)) for name in ("one", "again", "part", "taken", "later")
]
THEN = "&at=2021-04-30"
"""The links of March stand; they are undone in June, when others are made."""


def story() -> Log:
    """What is a part of the first issue and what was merged into it are taken away; two others come to it."""
    log = Log()
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **programme())
    for number, case in enumerate(NAMES):
        log.reported(case, day(number), title=f"issue {number}")
    for case, lead in ((ONE, "bank"), (PART, "bank"), (TAKEN, "park")):
        said = {"lead": lead, "supporting": [], "letter": None, "meeting": None, "rule": None, "round": 1}
        log.case("routing", "case_assigned", case, day(4), **said, by="office")
    links = ((PART, "part_of", 5), (AGAIN, "recurrence", 92), (LATER, "part_of", 92))
    for case, relation, at in links:
        log.case("intake", "issue_linked", case, day(at), relation=relation, to=ONE, by="office")
    log.case("routing", "case_merged", TAKEN, day(5), into=ONE)
    undone = {"relation": "part_of", "to": ONE, "reason": "no", "by": "office"}
    log.case("intake", "issue_unlinked", PART, day(93), **undone)
    log.case("routing", "case_unmerged", TAKEN, day(93), into=ONE)
    log.case("intake", "issue_amended", PART, day(93), changes={"title": "renamed"}, reason="typo", by="office")
    return log


@pytest.fixture(scope="module")
def client(servers: Stack, issuer: Issuer) -> Iterator[TestClient]:
    with holding(servers, "reportingrelated", story().events) as engine, reading(engine, issuer) as client:
        client.cookies.set(COOKIE, issuer.token("office"))
        yield client


def related(client: TestClient, case: str, at: str = "") -> set[tuple[str, str]]:
    """How the page of an issue says that others belong to it, and what these are called."""
    page = client.get(f"/issues/{case}?programme=jinxian&lang=en{at}")
    assert page.status_code == 200, page.text
    found = re.findall(r'<p class="related">([^<]+) <a href="[^"]+">([^<]+)</a>', page.text)
    return {(how, unescape(title)) for how, title in found}


def test_links_of_now_are_told(client: TestClient) -> None:
    assert related(client, ONE) == {("Was raised again as", "issue 1"), ("Has the part", "issue 4")}
    assert related(client, AGAIN) == {("Was raised before as", "issue 0")}
    assert related(client, PART) == related(client, TAKEN) == set()


def test_links_at_a_day_are_those_of_the_day(client: TestClient) -> None:
    """None that were made later, and those that were undone later, from both sides."""
    assert related(client, ONE, THEN) == {("Has the part", "issue 2"), ("Took in", "issue 3")}
    assert related(client, PART, THEN) == {("Part of", "issue 0")}
    assert related(client, TAKEN, THEN) == {("Merged into", "issue 0")}
    assert related(client, AGAIN, THEN) == related(client, LATER, THEN) == set()


def test_department_is_told_of_its_own(client: TestClient, issuer: Issuer) -> None:
    client.cookies.set(COOKIE, issuer.token("department", department="bank"))
    assert related(client, ONE, THEN) == {("Has the part", "issue 2")}
    assert related(client, ONE) == set()
    client.cookies.set(COOKIE, issuer.token("office"))
