"""What was typed comes back, whatever has become meanwhile of the case or of whoever typed it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from console.actions import ACTIONS
from console.choices import FIXED
from console.forms import read_back
from eventkit.voice import ENGLISH
from pagekit.session import COOKIE
from tests.support.tokens import Issuer
from tests.unit.console.made import CASE, hidden_in, silent, visiting

TYPED = {"key": "x", "title": "电压不稳", "note": "变压器已换"}
KEY = "6f0e8b1c-4d2a-5c7e-9b10-000000000009"
RESULT = {"key": KEY, "version": "4", "outcome": "solved", "note": "<b>变压器</b>已换\n电压稳定"}
PLAN = {"key": KEY, "milestones-0-name": "变压器到货", "milestones-0-due_on": "2030-01-01"}


def send(tmp_path: Path, action: str, typed: dict[str, str], commands: int) -> tuple[httpx.Response, list[str]]:
    """What a department is answered that does not see the case any longer, and the commands that were sent.

    `commands`: the status that they are answered with.
    """
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            sent.append(request.url.path)
        status = commands if request.method == "POST" else 404
        return httpx.Response(status, json={"title": "x", "status": status})

    client = visiting(Issuer(tmp_path), answer, "department", department="power")
    return client.post(f"/cases/{CASE}/{action}?lang=en", data=typed), sent


@pytest.mark.parametrize("refusal", [403, 404, 412, 422])
def test_case_that_has_left_gives_back_what_was_typed(tmp_path: Path, refusal: int) -> None:
    page, sent = send(tmp_path, "report_result", RESULT, refusal)
    assert (page.status_code, sent) == (404, [f"/v1/cases/{CASE}/result"])
    assert "The case is no longer with your unit" in page.text and "it stands below, to be copied" in page.text
    assert "&lt;b&gt;变压器&lt;/b&gt;已换\n电压稳定" in page.text
    assert 'role="alert"' in page.text and "Send again" not in page.text and hidden_in(page) == {}


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("ask_extension", {"key": KEY, "clock": "contact", "limit": "3wd", "reason": "变压器在途", "add": "draft"}),
        ("plan", PLAN | {"add": "milestones"}),
    ],
    ids=["a draft is taken up", "a row is added"],
)
def test_what_was_not_to_be_sent_is_not(tmp_path: Path, action: str, typed: dict[str, str]) -> None:
    """Supervision learns later than routing that the case has left the department, and would still take it."""
    page, sent = send(tmp_path, action, typed, 201)
    assert (page.status_code, sent) == (404, [])
    assert all(value in page.text for name, value in typed.items() if name not in ("key", "add"))


def test_visitor_who_may_no_longer_is_given_back_what_was_typed(tmp_path: Path) -> None:
    """Signed in as somebody else in another tab, say."""
    page = visiting(Issuer(tmp_path), silent, "analyst").post("/report?lang=en", data=TYPED)
    assert (page.status_code, hidden_in(page)) == (403, TYPED)
    assert 'href="/sign-in"' in page.text and "Send again" in page.text


@pytest.mark.parametrize("path", ["/report", "/visit", f"/cases/{CASE}/report_result"])
def test_form_that_cannot_be_drawn_is_given_back(tmp_path: Path, path: str) -> None:
    def failing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500, json={"title": "Internal", "status": 500, "reference": "r-1"})

    page = visiting(Issuer(tmp_path), failing, "office").post(f"{path}?lang=en", data=TYPED)
    assert (page.status_code, hidden_in(page)) == (500, TYPED)
    assert "r-1" in page.text and f'action="{path}?lang=en"' in page.text


def test_what_was_typed_is_read_back_by_its_labels() -> None:
    plan = ACTIONS["plan"]
    typed = {
        "key": ["x"],
        "milestones-4-name": ["变压器到货"],
        "reason": ["补记"],
        "milestones-4-due_on": ["2030-01-01"],
    }
    assert read_back(plan.asked, plan.rows, typed, ENGLISH, FIXED) == [
        ("Why it is recorded late", "补记"),
        ("Milestone 1 · What", "变压器到货"),
        ("Milestone 1 · Due on", "2030-01-01"),
    ]


@pytest.mark.parametrize(
    ("action", "typed", "told"),
    [
        ("report_result", {"outcome": ["solved"]}, [("How it ended", "Solved")]),
        ("feed_back", {"copied_to_office": ["yes"]}, [("The office has a copy", "yes")]),
        (
            "amend_issue",
            {"jurisdiction": ["own"], "kind": ["power"]},
            [("Kind", "power"), ("Whose matter it is", "Our own")],
        ),
    ],
)
def test_what_was_chosen_is_read_back_by_its_name(
    action: str, typed: dict[str, list[str]], told: list[tuple[str, str]]
) -> None:
    assert read_back(ACTIONS[action].asked, None, typed, ENGLISH, FIXED) == told


def test_visitor_who_is_signed_out_is_told_in_plain_words(tmp_path: Path) -> None:
    client = visiting(Issuer(tmp_path), silent)
    client.cookies.set(COOKIE, "nonsense")
    page = client.post("/report?lang=en", data=TYPED)
    assert (page.status_code, hidden_in(page)) == (401, TYPED)
    assert "You are no longer signed in." in page.text and "Authorization" not in page.text


def test_what_was_ticked_stays_ticked_while_nobody_lists_it(tmp_path: Path) -> None:
    """Without intake nobody knows what may be chosen."""
    typed = {"programme": "help", "enterprise": "荣鑫实业", "mode": "call", "purposes": ["needs", "policy"]}
    page = visiting(Issuer(tmp_path), silent).post("/visit", data=typed)
    assert page.status_code == 503
    ticked = re.findall(r'<input type="checkbox" name="purposes" value="(\w+)" checked>', page.text)
    assert ticked == typed["purposes"]
    assert '<option value="help" selected>' in page.text
