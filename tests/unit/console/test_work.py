"""What the first page tells of each issue: how long is left, whose it is, and how many there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from console.due import left
from tests.support.tokens import Issuer
from tests.unit.console.made import CASE, Answer, visiting

CHINA = ZoneInfo("Asia/Shanghai")
ROW = {"case_id": CASE, "programme": "help", "enterprise": CASE, "enterprise_name": "荣鑫实业", "title": "电压不稳"}
STANDS = {"state": "received", "clock": "contact", "status": "missed", "due_at": "2021-03-15T16:00:00+00:00"}


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2021-03-13T00:00", "3 days left"),
        ("2021-03-13T23:59", "3 days left"),
        ("2021-03-15T00:00", "1 day left"),
        ("2021-03-16T00:00", "today"),
        ("2021-03-16T17:29", "today"),
        ("2021-03-16T17:30", "over since today"),
        ("2021-03-17T00:00", "1 day over"),
        ("2021-03-19T00:00", "3 days over"),
    ],
)
def test_time_left_is_counted_in_days_of_the_zone(now: str, told: str) -> None:
    due = datetime(2021, 3, 16, 9, 30, tzinfo=UTC)  # 17:30 in China
    assert left(due, datetime.fromisoformat(now).replace(tzinfo=CHINA), CHINA) == told


def test_deadline_at_midnight_ends_the_day_before() -> None:
    due = datetime(2021, 3, 16, tzinfo=CHINA)
    assert left(due, datetime(2021, 3, 15, 23, 59, tzinfo=CHINA), CHINA) == "today"
    assert left(due, datetime(2021, 3, 16, 0, 0, tzinfo=CHINA), CHINA) == "1 day over"


def listing(*rows: dict[str, Any], next: str | None = None) -> Answer:
    """Reporting with these rows of work, and intake with two units."""
    units = [{"id": "power", "name": "供电公司"}, {"id": "roads", "name": "道路局"}]
    given = {"items": rows, "next": next, "watermark": None}
    empty = {"items": [], "next": None, "units": units}
    return lambda asked: httpx.Response(200, json=given if asked.url.path == "/v1/work" else empty)


@pytest.fixture
def work(tmp_path: Path) -> Callable[..., str]:
    """The work list of a role in English."""

    def page(answer: Answer, role: str = "department", query: str = "") -> str:
        claims = {"department": "power"} if role == "department" else {}
        return visiting(Issuer(tmp_path), answer, role, **claims).get(f"/?lang=en{query}").text

    return page


def test_row_says_that_it_is_over_due(work: Callable[..., str]) -> None:
    page = work(listing(ROW | STANDS | {"lead": "power"}))
    assert "days over</span>" in page and '<span class="alarm">' in page


@pytest.mark.parametrize("stands", [{"status": "unobserved"}, {"clock": None, "status": None, "due_at": None}])
def test_row_that_nothing_runs_for_says_nothing_of_days(work: Callable[..., str], stands: dict[str, Any]) -> None:
    page = work(listing(ROW | STANDS | stands | {"lead": "power"}))
    assert "days over" not in page and "电压不稳" in page


def test_lead_is_told_where_it_is_another(work: Callable[..., str]) -> None:
    own, other = (ROW | STANDS | {"lead": lead} for lead in ("power", "roads"))
    assert "供电公司" not in work(listing(own, own))
    assert "供电公司" in work(listing(own, other)) and "供电公司" in work(listing(own), "office")


def test_issues_are_numbered_as_far_as_they_are_known(work: Callable[..., str]) -> None:
    row = ROW | STANDS | {"lead": "power"}
    assert "Issues: 2<" in work(listing(row, row))
    assert "Issues: more than 2<" in work(listing(row, row, next="x"))
    assert "Issues:" not in work(listing(row), query="&after=x")


@pytest.mark.parametrize(("role", "suggests"), [("office", True), ("leader", True), ("department", False)])
def test_enterprises_are_suggested_to_whoever_may_list_them(
    work: Callable[..., str], role: str, suggests: bool
) -> None:
    page = work(listing(), role, "&enterprise=x")
    assert ('hx-get="/enterprises"' in page, 'value="x"' in page) == (suggests, True)


@pytest.mark.parametrize(("role", "name"), [("frontend", "Reported issues"), ("office", "Work list")])
def test_tab_is_called_as_the_page(work: Callable[..., str], role: str, name: str) -> None:
    page = work(listing(), role)
    assert f'aria-current="page">{name}</a>' in page and f"<h1>{name}</h1>" in page


def test_sentences_of_chinese_have_no_space_between(tmp_path: Path) -> None:
    page = visiting(Issuer(tmp_path), listing(), "office").get("/?done=accept").text
    assert "问题已受理。数秒内即显示" in page
