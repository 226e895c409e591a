"""What a page makes of what routing and supervision each say of a case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.case import CaseView
from console.choices import choices_of
from console.names import Names
from eventkit.voice import ENGLISH
from tests.support.tokens import Issuer
from tests.unit.console.made import CASE, TOLD, visiting

FED_BACK = {"state": "fed_back", "round": 2}


def test_case_tells_its_plan_and_its_result(tmp_path: Path) -> None:
    said = {"outcome": "explained", "policy": "停车管理办法<第三条>", "note": "已当面说明"}
    plan = {"milestones": [{"name": "现场踏勘", "due_on": "2021-04-01"}]}

    def answer(request: httpx.Request) -> httpx.Response:
        watch = {"facts": [], "clocks": [], "moves": ["verify"], "version": 1}
        more = {"state": "fed_back", "version": 4, "document": {}, "units": [], "name": "荣鑫实业"}
        return httpx.Response(200, json=TOLD | watch | more | said | plan)

    page = visiting(Issuer(tmp_path), answer, "department", department="power").get(f"/cases/{CASE}?lang=zh").text
    told = page.split("牵头单位上报的结果")[1].split("</dl>")[0]
    assert all(one in told for one in ("解释到位", "停车管理办法&lt;第三条&gt;", "已当面说明"))
    assert "<li>2021-04-01 现场踏勘</li>" in page


def view(course: dict[str, Any], **watch: Any) -> CaseView:
    return CaseView(CASE, None, course, watch, Names({}, {}, "en"), "荣鑫实业", ())


def verified(round: int) -> list[dict[str, Any]]:
    return [{"fact": "verified", "round": round}]


def test_case_is_verified_in_its_round() -> None:
    assert view(FED_BACK, facts=verified(2)).state == "verified"
    assert view(FED_BACK, facts=verified(1)).state == "fed_back"
    assert view({"state": "concluded", "round": 2}, facts=verified(2)).state == "concluded"


def test_missing_step_is_told() -> None:
    [(action, why)] = view(FED_BACK, facts=[], blocked={"close_out": "no copy", "dance": "no music"}).blocked
    assert (action.path, why) == ("/cases/{case}/close-out", "no copy")


@pytest.mark.parametrize(
    ("moves", "waits_for"),
    [
        (["classify", "grade"], "classify"),
        (["classify", "assign", "grade"], "assign"),
        (["return_case", "report_result", "contact"], "contact"),
        (["name_cause", "transfer"], None),
    ],
)
def test_case_waits_for_the_next_step_of_its_course(moves: list[str], waits_for: str | None) -> None:
    assert view(FED_BACK | {"moves": moves}, moves=[]).next == waits_for


@pytest.mark.parametrize(("units", "narrowed"), [(12, False), (13, True)])
def test_form_of_assigning_offers_the_units(tmp_path: Path, units: int, narrowed: bool) -> None:
    """No lead is a choice too, and says what comes of it; a long list can be narrowed."""

    def answer(request: httpx.Request) -> httpx.Response:
        listed = [{"id": f"unit-{n}", "name": f"部门{n}"} for n in range(units)]
        told = {"state": "opened", "version": 1, "moves": ["assign"], "facts": [], "clocks": [], "name": "x"}
        return httpx.Response(200, json=TOLD | told | {"document": {}, "units": listed})

    page = visiting(Issuer(tmp_path), answer, "office").get(f"/cases/{CASE}/assign?lang=en").text
    assert '<option value="">by the programme&#39;s rules</option>' in page
    assert page.count('name="supporting"') == units
    assert ('<label for="supporting-part">Show only names with</label>' in page) == narrowed


def test_extension_is_chosen_by_its_deadlines() -> None:
    asked = {"extension": 1, "clock": "contact", "limit": "3wd", "reason": "变压器在途"}
    later = {"extension": 2, "clock": "plan", "limit": "1d", "due_if_granted": "2021-03-21T16:00:00+00:00"}
    clocks = [{"clock": clock, "due_at": "2021-03-15T16:00:00+00:00"} for clock in ("contact", "plan")]
    told = choices_of(view(FED_BACK, decidable=[1, 2], extensions=[asked, later], clocks=clocks), ENGLISH)
    assert told["extensions"] == [
        ("1", "contact · 2021-03-15 24:00 · +3wd · 变压器在途"),
        ("2", "plan · 2021-03-15 24:00 · +1d → 2021-03-21 24:00"),
    ]


def test_one_step_leads_and_what_ends_the_issue_stands_last(tmp_path: Path) -> None:
    moves = ["withdraw_issue", "name_cause", "accept", "amend_issue"]

    def answer(request: httpx.Request) -> httpx.Response:
        more = {"state": "received", "version": 1, "moves": moves, "facts": [], "clocks": [], "merger": None}
        return httpx.Response(
            200, json=TOLD | more | {"withdrawal": None, "parts": [], "document": {}, "units": [], "name": "x"}
        )

    page = visiting(Issuer(tmp_path), answer, "office").get(f"/cases/{CASE}?lang=en").text
    offered = re.findall(r'class="button([ a-z]*)" href="/cases/[^/]+/(\w+)"', page)
    assert offered == [(" next", "accept"), ("", "name_cause"), ("", "amend_issue"), (" ends", "withdraw_issue")]
