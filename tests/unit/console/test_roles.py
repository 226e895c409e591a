"""Who may record what is new is told so before anything has been typed, and is offered nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.visiting import REPORTING
from intake.application.book import AGENCY
from tests.support.tokens import Issuer
from tests.unit.console.made import visiting
from tests.unit.console.test_empty import nothing

FORMS = ("/report", "/visit", "/register")
OTHERS = (("department", {"department": "power"}), ("leader", {}))


def test_console_lets_those_report_whom_intake_lets() -> None:
    assert REPORTING == AGENCY


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(("role", "claims"), OTHERS, ids=[role for role, _ in OTHERS])
def test_form_is_refused_before_it_is_filled_in(tmp_path: Path, role: str, claims: dict[str, str], path: str) -> None:
    page = visiting(Issuer(tmp_path), nothing, role, **claims).get(f"{path}?lang=en")
    assert page.status_code == 403 and 'name="key"' not in page.text
    assert "recorded by the reporting clerks and the office" in page.text and "stand in the work list" in page.text


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("role", sorted(REPORTING))
def test_form_is_drawn_for_whoever_may_send_it(tmp_path: Path, role: str, path: str) -> None:
    assert visiting(Issuer(tmp_path), nothing, role).get(path).status_code == 200


@pytest.mark.parametrize(("role", "claims"), OTHERS, ids=[role for role, _ in OTHERS])
def test_others_are_offered_no_such_form(tmp_path: Path, role: str, claims: dict[str, str]) -> None:
    page = visiting(Issuer(tmp_path), nothing, role, **claims).get("/").text
    assert not any(f'href="{path}"' in page for path in FORMS)
