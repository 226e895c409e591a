"""What must not come is looked for when everything has been applied, not at the first answer that fits."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bugle.importing.faults import Unreadable
from bugle.scenarios.files import read_scenarios
from bugle.scenarios.matching import chosen
from bugle.scenarios.play import Played, play
from bugle.stack.home import ROOT

FORBIDDEN = [{"see": ["case_opened"], "of": "x", "never": ["case_assigned"]}]
LACKING = [
    {"read": "reporting:/issues/x/timeline", "has": {"items": []}, "lacks": {"items": [{"data": {"late": True}}]}}
]


class Late:
    """A system that shows what is forbidden a moment after what is expected, as over Kafka it does.

    `behind`: for how many readings some service's watermark lies in the past; `due`: for how many a watch is still due.
    """

    def __init__(self, behind: int = 0, due: int = 0, *, forbidden: bool = True) -> None:
        self.behind, self.due, self.forbidden = behind, due, forbidden
        self.asked = 0

    def headers(self, agency: str, who: Any) -> dict[str, str]:
        return {}

    def command(self, *_: Any) -> httpx.Response:
        return httpx.Response(201, json={"id": "c", "issues": ["c"]})

    def applied_until(self) -> datetime:
        self.behind -= 1
        return datetime.now(UTC) + timedelta(seconds=-1 if self.behind >= 0 else 60)

    def read(self, address: str, headers: Any) -> httpx.Response:
        now = datetime.now(UTC)
        if address.startswith("supervision:/watches"):
            self.due -= 1
            return _items({"ripe_at": (now - timedelta(days=1)).isoformat() if self.due >= 0 else None})
        if not address.startswith("reporting:/issues"):
            return httpx.Response(404)
        settled = self.behind < 0 and self.due < 0 and self.asked > 0
        self.asked += 1
        return _items(_event("case_opened"), *([_event("case_assigned")] if settled and self.forbidden else []))


def _items(*items: Mapping[str, Any], **more: Any) -> httpx.Response:
    return httpx.Response(200, json={"items": list(items), "next": None, **more})


def _event(name: str) -> dict[str, Any]:
    late = name == "case_assigned"
    about = {"data": {"late": late}, "occurred_at": "2021-04-20T01:00:00Z", "event_id": "e"}
    return {"type": f"bugle.routing.{name}.v1", **about}


def played(system: Late, steps: list[dict[str, Any]], patience: float = 5) -> Played:
    [scenario] = [one for one in read_scenarios(ROOT / "programmes") if one.row == "J2"]
    told: Any = system  # what a play asks of it
    return play(told, replace(scenario, steps=steps), patience=patience, catching_up=4 * patience)


@pytest.mark.parametrize("steps", [FORBIDDEN, LACKING])
@pytest.mark.parametrize("system", [Late(), Late(behind=3), Late(due=3)])
def test_what_comes_late_still_never_may(system: Late, steps: list[dict[str, Any]]) -> None:
    late = Late(system.behind, system.due)
    assert played(late, steps).fault is not None
    assert (late.behind, late.due) < (0, 0)


@pytest.mark.parametrize("steps", [FORBIDDEN, LACKING])
def test_what_never_comes_passes(steps: list[dict[str, Any]]) -> None:
    assert played(Late(2, 2, forbidden=False), steps).fault is None


def test_forbidden_event_may_be_told_by_its_data() -> None:
    late = {"type": "case_assigned", "data": {"late": True}}
    assert played(Late(), [{"see": ["case_opened"], "of": "x", "never": [late]}]).fault is not None
    assert played(Late(), [{"see": ["case_opened"], "of": "x", "never": [late | {"data": {"late": False}}]}]).passed


def test_system_that_does_not_catch_up_proves_nothing() -> None:
    stuck = played(Late(behind=10**6, forbidden=False), FORBIDDEN, patience=0.5)
    assert stuck.fault is not None
    assert "caught up" in stuck.fault
    assert stuck.broken


def test_server_that_is_away_proves_nothing() -> None:
    """Neither a command nor a read that it cannot answer shows that a mechanism does not act."""

    class Away(Late):
        def command(self, name: str, *_: Any) -> httpx.Response:
            return httpx.Response(503) if name == "routing.assign" else super().command()

        def read(self, address: str, headers: Any) -> httpx.Response:
            return httpx.Response(503, text="away")

    for steps in (FORBIDDEN, LACKING, [{"do": "routing.assign", "data": {}}]):
        away = played(Away(), steps, patience=0.2)
        assert (away.broken, away.step, away.lacks) == (True, 1, None)


def answering(status: int, slug: str) -> Late:
    """A system that gives this answer to every read of an issue and to one command."""

    class Answering(Late):
        def command(self, name: str, *_: Any) -> httpx.Response:
            return problem() if name == "routing.assign" else super().command()

        def read(self, address: str, headers: Any) -> httpx.Response:
            return problem() if address.startswith("reporting:/issues") else super().read(address, headers)

    def problem() -> httpx.Response:
        return httpx.Response(status, json={"type": f"urn:bugle:problem:{slug}"})

    return Answering(forbidden=False)


ASKED = (LACKING, [{"do": "routing.assign", "data": {}}], [{"do": "routing.assign", "data": {}, "refused": "other"}])


@pytest.mark.parametrize("steps", ASKED)
@pytest.mark.parametrize(
    ("status", "slug"), [(401, "unauthorized"), (403, "forbidden"), (404, "unknown-case"), (429, "slow-down")]
)
def test_answer_of_no_rule_proves_nothing(status: int, slug: str, steps: list[dict[str, Any]]) -> None:
    """A key that is gone does not forbid, hide or slow down; another fault does."""
    found = played(answering(status, slug), steps, patience=0.2)
    assert (found.broken, found.step) == (True, 1)


@pytest.mark.parametrize("steps", ASKED)
@pytest.mark.parametrize(
    ("status", "slug"), [(409, "not-in-programme"), (422, "unknown-report"), (404, "unknown-list")]
)
def test_refusal_of_a_rule_fails_the_step(status: int, slug: str, steps: list[dict[str, Any]]) -> None:
    found = played(answering(status, slug), steps, patience=0.2)
    assert (found.passed, found.broken, found.step) == (False, False, 1)


def test_forbidden_as_expected_passes() -> None:
    step = {"do": "routing.assign", "data": {}, "refused": "forbidden"}
    assert played(answering(403, "forbidden"), [step], patience=0.2).passed


def test_event_on_its_way_is_not_missing() -> None:
    """Reporting lies behind: that the event is not there says nothing of the mechanism."""
    slow = played(Late(behind=10**6), [{"see": ["case_escalated"], "of": "x"}], patience=0.2)
    assert (slow.broken, slow.lacks) == (True, None)


def test_refusal_for_what_is_on_its_way_says_nothing() -> None:
    """The service refuses what it has not heard of yet: asked again when all has been applied."""

    class Deaf(Late):
        def command(self, name: str, *_: Any) -> httpx.Response:
            unheard = name == "routing.assign" and self.behind >= 0
            refusal = httpx.Response(422, json={"type": "urn:bugle:problem:unknown-case"})
            return refusal if unheard else super().command()

    assert played(Deaf(behind=3), [{"do": "routing.assign", "data": {}}], patience=0.2).passed


def test_event_that_does_not_come_is_named() -> None:
    wanted = ["case_opened", {"type": "case_escalated", "data": {"level": 1}}]
    lacking = played(Late(), [{"see": wanted, "of": "x"}], patience=0.2)
    assert (lacking.step, lacking.lacks, lacking.broken) == (1, "case_escalated", False)


@pytest.mark.parametrize("places", [[], [1, 3]])
def test_one_step_is_driven_by_the_key(tmp_path: Path, places: list[int]) -> None:
    """Named by the file itself: without exactly one there is nothing to compare a failure with."""
    folder = shutil.copytree(ROOT / "programmes" / "jinxian", tmp_path / "jinxian")
    for other in (folder / "scenarios").iterdir():
        if other.name != "J2.toml":
            other.unlink()
    file = folder / "scenarios" / "J2.toml"
    plain = re.sub(r"^driven = .*\n", "", file.read_text("utf-8"), flags=re.M)
    head, *steps = plain.split("[[steps]]\n")
    marked = [f"driven = true\n{step}" if n in places else step for n, step in enumerate(steps, start=1)]
    file.write_text("[[steps]]\n".join([head, *marked]), "utf-8")
    with pytest.raises(Unreadable, match=rf"J2.toml: {len(places)} steps are driven"):
        read_scenarios(tmp_path)


def test_watches_that_may_not_be_read_prove_nothing() -> None:
    class Closed(Late):
        def read(self, address: str, headers: Any) -> httpx.Response:
            return httpx.Response(403) if address.startswith("supervision:/watches") else super().read(address, headers)

    assert not played(Closed(forbidden=False), FORBIDDEN, patience=0.5).passed


def test_events_of_all_cases_are_shown() -> None:
    class Held(Late):
        def read(self, address: str, headers: Any) -> httpx.Response:
            if address.startswith("reporting:/ledger"):
                return _items({"case_id": "x"})
            if address.startswith("supervision:/duties"):
                once = {"status": "broken", "reminded": True, "ended": None}
                return _items(once, {"periods": [{"status": "fulfilled", "reminded": False}], "ended": {"at": "t"}})
            return super().read(address, headers)

    assert played(Held(), []).events == [
        *("case_opened", "duty_opened", "duty_reminded", "duty_missed", "duty_broken", "duty_fulfilled", "duty_ended")
    ]


@pytest.mark.parametrize("withdrawn", [True, False])
def test_what_was_withdrawn_is_not_held_against_it(withdrawn: bool) -> None:
    class Rescinding(Late):
        def read(self, address: str, headers: Any) -> httpx.Response:
            if not address.startswith("reporting:/issues"):
                return super().read(address, headers)
            rescission = _event("misses_rescinded") | {"event_id": "r"}
            rescission["data"] = {"withdrawn": [{"event": "e" if withdrawn else "another"}]}
            return _items(_event("case_opened") | {"event_id": "o"}, _event("case_assigned"), rescission)

    assert played(Rescinding(), FORBIDDEN).passed == withdrawn


def test_saved_event_is_the_one_described() -> None:
    told = [("1", "receipt"), ("2", "same_day")]
    events = [{"event_id": id, "type": "bugle.supervision.clock_stopped.v1", "data": {"clock": c}} for id, c in told]
    assert chosen(events, [], "clock_stopped") == "1"
    assert chosen(events, [{"type": "clock_stopped", "data": {"clock": "same_day"}}], "clock_stopped") == "2"
