"""Files and saved views as the pages offer them: links with the filters of the address, and views of one's own."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from pagekit.session import COOKIE
from reporting.web.saved import MOST
from tests.integration.reporting.serving import reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer

BROWSER = {"accept": "text/html"}
_FILE = re.compile(r'<a href="(/exports/[^"]*)" download aria-label="([^"]*)"')


@pytest.fixture
def browser(filled: Engine, issuer: Issuer) -> Iterator[TestClient]:
    with reading(filled, issuer, headers=BROWSER) as client:
        client.cookies.set(COOKIE, issuer.token("office", sub="clerk"))
        yield client
    with filled.begin() as connection:
        connection.execute(text("DELETE FROM public.saved_views"))


def files(page: str) -> dict[str, str]:
    """The addresses of a page's files by what they are called."""
    return {html.unescape(label): html.unescape(address) for address, label in _FILE.findall(page)}


@pytest.mark.parametrize(
    ("page", "heads"),
    [
        ("/?", 2),
        ("/overview?programme=jinxian", 4),
        ("/programme?programme=jinxian&month=2021-03", 6),
        ("/ledger?programme=jinxian", 2),
        ("/deadlines?programme=jinxian&status=missed", 2),
        ("/cards-and-letters?programme=jinxian&colour=yellow", 2),
        ("/counted/issues?programme=jinxian&kind=power", 2),
        ("/counted/batches?programme=jinxian", 2),
        ("/coverage?programme=jinxian&way=team", 2),
        ("/climbed?programme=jinxian&month=2021-03", 2),
    ],
)
def test_tables_are_had_as_files(browser: TestClient, page: str, heads: int) -> None:
    answer = browser.get(f"{page}&lang=en")
    found = files(answer.text)
    assert (answer.status_code, len(found) >= heads) == (200, True), answer.text
    for label, address in found.items():
        file = browser.get(address)
        assert (file.status_code, "attachment" in file.headers["content-disposition"]) == (200, True), file.text
        assert ("xlsx" in address) == label.endswith("as Excel")


def test_file_has_the_filters_of_its_page(browser: TestClient) -> None:
    page = browser.get("/ledger?programme=jinxian&kind=power&columns=title,state&density=dense&lang=en").text
    assert (
        files(page)["Ledger as CSV"] == "/exports/ledger?programme=jinxian&kind=power&columns=title%2Cstate&format=csv"
    )
    rows = list(csv.reader(io.StringIO(browser.get(files(page)["Ledger as CSV"]).content.decode("utf-8-sig"))))
    [total] = re.findall(r'<p class="count" role="status">\D*([0-9,]+)', page)
    assert (rows[0], len(rows) - 1) == (["Issue id", "Issue", "State"], int(total))


def test_refused_file_is_a_page(browser: TestClient) -> None:
    answer = browser.get("/exports/ledger?format=docx")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
    browser.cookies.clear()
    assert browser.get("/exports/ledger?format=csv").status_code == 401


def test_blank_has_its_reason(browser: TestClient) -> None:
    page = browser.get("/ledger?programme=jinxian&columns=title,kind,letter,closed_at,outcome&lang=en").text
    reasons = set(re.findall(r'<span class="blank" title="([^"]*)"', page))
    assert {"Not classified", "Not yet, or not recorded"} <= reasons
    assert "<td></td>" not in page and "<td>–</td>" not in page


def save(browser: TestClient, name: str, query: str) -> int:
    answer = browser.post("/ledger/views", data={"name": name, "query": query}, follow_redirects=False)
    return answer.status_code


def views(browser: TestClient) -> dict[str, str]:
    page = browser.get("/ledger?lang=en").text
    found = re.findall(r'<a href="(/ledger\?[^"]*)">([^<]*)</a> <input type="hidden" name="name"', page)
    return {html.unescape(name): html.unescape(address) for address, name in found}


def test_view_is_kept_under_its_name(browser: TestClient) -> None:
    page = browser.get("/ledger?programme=jinxian&kind=power&columns=title&lang=en").text
    [query] = set(re.findall(r'name="query" value="([^"]*)"', page))
    assert save(browser, " 我的 <电力> ", html.unescape(query)) == 303
    assert views(browser) == {"我的 <电力>": "/ledger?programme=jinxian&kind=power&columns=title"}
    assert browser.get(views(browser)["我的 <电力>"]).status_code == 200
    assert save(browser, "我的 <电力>", "state=assigned") == 303
    assert views(browser) == {"我的 <电力>": "/ledger?state=assigned"}
    browser.post("/ledger/views/forget", data={"name": "我的 <电力>", "query": ""})
    assert views(browser) == {}


def test_views_are_ones_own(browser: TestClient, issuer: Issuer) -> None:
    save(browser, "mine", "kind=power")
    for claims in ({"sub": "other"}, {"sub": "clerk", "agency": "elsewhere"}):
        browser.cookies.set(COOKIE, issuer.token("office", **claims))
        assert views(browser) == {}
        browser.post("/ledger/views/forget", data={"name": "mine", "query": ""})
    browser.cookies.set(COOKIE, issuer.token("office", sub="clerk"))
    assert list(views(browser)) == ["mine"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "a\u202eb"])
def test_name_that_is_none_is_refused(browser: TestClient, name: str) -> None:
    assert save(browser, name, "kind=power") == 422


def test_view_holds_no_foreign_parameter(browser: TestClient) -> None:
    save(browser, "odd", "kind=power&to=https://evil.example&after=x&lang=en&title=%00")
    assert views(browser) == {"odd": "/ledger?kind=power"}


def test_views_have_a_limit(browser: TestClient) -> None:
    assert {save(browser, f"view {n}", "kind=power") for n in range(MOST)} == {303}
    assert save(browser, "one more", "kind=power") == 422
    assert save(browser, "view 1", "kind=finance") == 303


@pytest.mark.parametrize("address", ["/ledger/views", "/ledger/views/forget"])
def test_view_of_another_site_is_refused(browser: TestClient, address: str) -> None:
    answer = browser.post(address, data={"name": "x", "query": ""}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert browser.post(address, content="&".join("a=b" for _ in range(20))).status_code == 422
