"""A visitor's way through the pages, with the eyes of axe: by keyboard and mouse, in both languages, on a phone too."""

from __future__ import annotations

import re

import pytest

from tests.browser.visiting import SIZES, Visit, serious
from tests.support.tokens import Issuer

pytestmark = pytest.mark.timeout(120)
WORDS = {
    "zh": ("用令牌登录", "台账", "查看事件", "总览", "通报", "以某日所知为准", "月通报", "如果时限、分值或权重不同"),
    "en": (
        *("Sign in with the token", "Ledger", "The event", "Overview", "Documents"),
        *("As it was known on a day", "Monthly bulletin", "What if limits, points or weights"),
    ),
}
EVERY = [(language, size) for language in WORDS for size in SIZES]


@pytest.mark.parametrize("visit", EVERY, indirect=True, ids=["-".join(one) for one in EVERY])
def test_visitor_finds_the_evidence(visit: Visit, address: str, issuer: Issuer) -> None:
    page, language = visit.page, visit.name[:2]
    enter, ledger, event, overview, documents, known, bulletin, other = WORDS[language]
    page.goto(f"{address}/overview?programme=jinxian&lang={language}")
    visit.look("sign-in")
    page.locator("#token").fill(issuer.token("office"))
    page.get_by_role("button", name=enter).click()
    assert page.locator(".figure").count() == 4
    page.locator(".chart canvas").first.wait_for()  # the script draws it after the page has come
    assert page.locator(".chart canvas").count() == 1
    visit.look("overview")
    page.get_by_role("link", name=ledger, exact=True).click()
    visit.look("ledger")
    page.locator("table.ledger tbody th a").first.click()
    assert page.locator(".strip .day").count() > 1
    visit.look("issue")
    page.locator("summary", has_text=event).first.click()
    page.locator(".proof-body dl.raw").first.wait_for()
    visit.look("evidence")
    page.get_by_role("link", name=overview, exact=True).click()
    page.locator(".figure .value a").first.click()
    page.wait_for_url("**/counted/**")
    assert page.locator("td.evidence a").count() > 0
    visit.look("counted")
    page.get_by_role("link", name=overview, exact=True).click()
    issues = _issues(visit)
    page.locator("summary", has_text=known).click()
    page.locator("input#as_of").fill("2021-03-02")
    page.locator("input#as_of ~ button").click()
    page.wait_for_url("**as_of=2021-03-02**")
    assert 0 < _issues(visit) < issues
    visit.look("as-of")
    page.get_by_role("link", name=documents, exact=True).click()
    page.locator(".periods a", has_text=re.compile("^2021-03$")).first.click()
    assert bulletin in page.locator("h1").inner_text() and page.locator(".paper table").count() > 1
    visit.look("bulletin")
    page.goto(f"{address}/programme?programme=jinxian")
    page.get_by_role("link", name=other).click()
    page.locator('[id="limits.contact"]').fill("1wd")
    page.locator('[id="points.miss"]').fill("-9")
    page.locator('[id="weights.resolution"]').fill("90")
    visit.look("what-if-form")
    page.locator("form.whatif button.main").click()
    page.locator("#counted table").first.wait_for()  # the script counts on until all is counted
    assert page.locator("section table").count() >= 3
    visit.look("what-if")


def _issues(visit: Visit) -> int:
    """How many issues the overview counts."""
    return int(visit.page.locator("table.grid tfoot td").last.inner_text())


@pytest.mark.parametrize("visit", [("zh", "desk")], indirect=True)
def test_keyboard_reaches_the_content(visit: Visit, address: str, issuer: Issuer) -> None:
    page = visit.page
    page.context.add_cookies([{"name": "bugle_session", "value": issuer.token("office"), "url": address}])
    page.goto(f"{address}/overview?programme=jinxian")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("visit", [("zh", "desk")], indirect=True)
def test_serious_finding_would_be_seen(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/sign-in")
    visit.page.evaluate("document.querySelectorAll('label').forEach(label => label.remove())")
    assert serious(visit.page) != []
