"""A visitor's way through the pages, with the eyes of axe: by keyboard and mouse, in both languages, on a phone too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import CHROMIUM
from tests.support.tokens import Issuer

playwright = pytest.importorskip(
    "playwright.sync_api", reason="no Playwright: `make browser` installs it and runs these tests"
)
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe: `make browser` installs it")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
    pytest.mark.timeout(120),
]
SIZES = {"desk": (1280, 900), "phone": (360, 740)}
WORDS = {
    "zh": ("用令牌登录", "台账", "查看事件", "总览", "通报"),
    "en": ("Sign in with the token", "Ledger", "The event", "Overview", "Documents"),
}
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """One page of a browser; every look at it is checked and kept as a picture."""

    def __init__(self, page: Any, name: str, shots: Path) -> None:
        self.page, self.name, self.shots = page, name, shots
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda told: self.faults.append(told.text) if told.type == "error" else None)

    def look(self, what: str) -> None:
        """No script failed, nothing was blocked, nothing is wider than the screen, and axe has no serious finding."""
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=self.shots / f"{self.name}-{what}.png", full_page=True)
        assert [fault for fault in self.faults if "401" not in fault] == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what
        assert serious(self.page) == []


def serious(page: Any) -> list[tuple[str, Any]]:
    found = axe.Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["target"]) for one in found if one["impact"] in SERIOUS]


@pytest.fixture
def visit(chromium: Any, shots: Path, request: pytest.FixtureRequest) -> Iterator[Visit]:
    language, size = request.param
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    yield Visit(context.new_page(), f"{language}-{size}", shots)
    context.close()


EVERY = [(language, size) for language in WORDS for size in SIZES]


@pytest.mark.parametrize("visit", EVERY, indirect=True, ids=["-".join(one) for one in EVERY])
def test_visitor_finds_the_evidence(visit: Visit, address: str, issuer: Issuer) -> None:
    page, language = visit.page, visit.name[:2]
    enter, ledger, event, overview, documents = WORDS[language]
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
    page.wait_for_url("**/overview?**")
    page.get_by_role("link", name=documents, exact=True).click()
    page.locator(".periods a").first.click()
    assert page.locator(".paper table").count() > 1
    visit.look("document")


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
