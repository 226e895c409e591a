"""Where there is nothing to show a page says so, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.tokens import Issuer
from tests.unit.console.made import CASE, TOLD, silent, visiting


def nothing(request: httpx.Request) -> httpx.Response:
    """The empty list, whatever is asked for."""
    return httpx.Response(200, json={"items": [], "next": None, "units": [], "watermark": None})


@pytest.mark.parametrize("query", ["answer=reopened", "after=x", "answer=&after=x"])
def test_clerk_is_told_that_nothing_fits(tmp_path: Path, query: str) -> None:
    page = visiting(Issuer(tmp_path), nothing).get(f"/?lang=en&{query}").text
    assert "Nothing that was reported fits these filters." in page and '<a href="/">Show all</a>' in page
    assert "Nothing has been reported yet." not in page


@pytest.mark.parametrize("query", ["state=planned", "title=x", "enterprise=x", "after=x"])
def test_office_is_told_that_nothing_fits(tmp_path: Path, query: str) -> None:
    page = visiting(Issuer(tmp_path), nothing, "office").get(f"/?lang=en&{query}").text
    assert "Nothing that is open fits these filters." in page and '<a href="/">Show all</a>' in page


def test_empty_list_says_so(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    for role, told in (("frontend", "Nothing has been reported yet."), ("office", "Nothing is open here.")):
        page = visiting(issuer, nothing, role).get("/?lang=en&answer=").text
        assert told in page and "Show all" not in page


@pytest.mark.parametrize(("status", "shown"), [("running", True), ("cancelled", False)])
def test_cancelled_deadlines_leave_no_empty_table(tmp_path: Path, status: str, shown: bool) -> None:
    clock = {"clock": "contact", "status": status, "due_at": "2021-03-15T16:00:00+00:00", "unit": "power"}
    told: dict[str, Any] = {
        f"/v1/cases/{CASE}": TOLD | {"state": "received", "version": 4},
        f"/v1/watches/{CASE}": {"clocks": [clock], "moves": [], "facts": [], "version": 1},
        "/v1/programmes/help": {"document": {}},
        "/v1/directories/jinxian": {"units": []},
    }

    def answer(request: httpx.Request) -> httpx.Response:
        held = told.get(request.url.path)
        return httpx.Response(404 if held is None else 200, json=held or {"title": "x", "status": 404})

    page = visiting(Issuer(tmp_path), answer, "department", department="power").get(f"/cases/{CASE}?lang=en").text
    assert ("<tbody>" in page, "<h2>Deadlines</h2>" in page) == (shown, shown)


def test_choice_without_options_says_so(tmp_path: Path) -> None:
    page = visiting(Issuer(tmp_path), nothing).get("/report?lang=en").text
    assert page.count("There is nothing to choose from.") == 2
    assert 'id="programme" name="programme" aria-describedby="programme-bare"' in page
    assert 'id="kind" name="kind" aria-describedby="kind-bare"' in page


def test_choice_that_nobody_tells_now_says_so(tmp_path: Path) -> None:
    page = visiting(Issuer(tmp_path), silent).get("/report?lang=en").text
    assert page.count("What may be chosen cannot be told now") == 2 and "nothing to choose" not in page


@pytest.mark.parametrize(("moves", "said"), [(["amend_issue"], False), ([], True)])
def test_clerk_without_a_step_left_is_told(tmp_path: Path, moves: list[str], said: bool) -> None:
    about = {"programme": "help", "agency": "jinxian", "enterprise": CASE, "title": "电压不稳", "text": None}
    more = {"reported_at": None, "answer": "closed_out", "merger": None, "withdrawal": None, "parts": []}

    def answer(request: httpx.Request) -> httpx.Response:
        told = {"document": {}, "units": [], "name": "荣鑫实业", "moves": moves, "version": 1, **about, **more}
        return httpx.Response(200, json=told)

    page = visiting(Issuer(tmp_path), answer).get(f"/cases/{CASE}?lang=en").text
    assert ("There is nothing for you to do here now." in page) == said
