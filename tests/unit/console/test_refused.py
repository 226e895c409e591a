"""A page of the console that refuses shows who is signed in, and leads on."""

from __future__ import annotations

from pathlib import Path

from tests.support.tokens import Issuer
from tests.unit.console.made import silent, visiting


def test_account_stays_on_a_page_that_refuses(tmp_path: Path) -> None:
    client = visiting(Issuer(tmp_path), silent, "office", name="李明")
    told = client.get("/nowhere?lang=en", headers={"accept": "text/html", "referer": "http://testserver/report"})
    assert (told.status_code, "Office · 李明" in told.text, "Sign out" in told.text) == (404, True, True)
    assert '<a href="/report">Back to the page before</a>' in told.text and "Work list" in told.text


def test_role_that_does_not_work_here_is_told_which_do(tmp_path: Path) -> None:
    told = visiting(Issuer(tmp_path), silent, "analyst").get("/?lang=en")
    assert told.status_code == 403
    assert "Department, Reporting clerk, Leader, Office" in told.text and "frontend" not in told.text
