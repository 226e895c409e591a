"""What a page makes of what routing and supervision each say of a case."""

from __future__ import annotations

from typing import Any

from console.case import CaseView
from console.choices import choices_of
from console.names import Names
from eventkit.voice import ENGLISH
from tests.unit.console.made import CASE

FED_BACK = {"state": "fed_back", "round": 2}


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


def test_extension_is_chosen_by_its_deadlines() -> None:
    asked = {"extension": 1, "clock": "contact", "limit": "3wd", "reason": "变压器在途"}
    later = {"extension": 2, "clock": "plan", "limit": "1d", "due_if_granted": "2021-03-21T16:00:00+00:00"}
    clocks = [{"clock": clock, "due_at": "2021-03-15T16:00:00+00:00"} for clock in ("contact", "plan")]
    told = choices_of(view(FED_BACK, decidable=[1, 2], extensions=[asked, later], clocks=clocks), ENGLISH)
    assert told["extensions"] == [
        ("1", "contact · 2021-03-15 24:00 · +3wd · 变压器在途"),
        ("2", "plan · 2021-03-15 24:00 · +1d → 2021-03-21 24:00"),
    ]
