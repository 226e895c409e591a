"""The clocks of a long-term result and of the final one run side by side: each is renewed in its own place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from supervision.domain import leave
from supervision.domain.commands import Act, AskExtension, DecideExtension, PauseCase
from supervision.domain.events import PolicyAdopted
from supervision.domain.limits import Limit
from supervision.domain.policy import Policy
from supervision.domain.renewal import Cause, renew
from tests.unit.supervision.made import Life, document
from tests.unit.supervision.test_decisions import FED_BACK, act, verified
from tests.unit.supervision.test_long_term import put_off, solved, told

CHECK: dict[str, Any] = {"id": "check", "starts": "fed_back", "stops": ["verified"], "limit": "60d", "card": "yellow"}
LEAVE: dict[str, Any] = {
    "pause": {"reasons": [{"id": "enterprise"}], "max": "10d"},
    "extension": {"max": "20d", "times": 1, "decides": "office"},
}
LATER = 120


def answered(days: float | None = None, **check: Any) -> Life:
    """Fed back as long-term on day 0, and the final result on another."""
    life = put_off({**CHECK, **check}, **LEAVE)
    return life if days is None else told(solved(life, days), days)


def adopted(life: Life, days: float, limit: str = "20d", version: int = 2, **check: Any) -> None:
    """Twenty days after a feedback are over by then: the clock leaves the day."""
    life.policy = Policy.of("jinxian", version, document({**CHECK, **check, "limit": limit}, **LEAVE))
    at = FED_BACK + timedelta(days=days)
    life.record([PolicyAdopted(life.watch.case, version, at, at)])
    life.record(renew(life.watch, life.policy, life.calendar, Cause("policy", at, at, "policy_adopted")))


def paused(life: Life, days: float) -> None:
    at = FED_BACK + timedelta(days=days)
    pause = PauseCase("enterprise", None, None, Act("office", at, at))
    life.record(leave.pause(life.watch, pause, life.policy, life.calendar))


def asked(life: Life, days: float) -> None:
    wanted = AskExtension("check", Limit(10, "d"), "far away", None, act(days=days))
    life.record(leave.ask_extension(life.watch, wanted, life.policy, life.calendar))


def granted(life: Life, days: float, number: int = 1) -> None:
    decision = DecideExtension(number, "granted", None, None, frozenset({"office"}), act(days=days))
    life.record(leave.decide_extension(life.watch, decision, life.policy, life.calendar))


def held(life: Life) -> list[tuple[int, int, str]]:
    """The clocks that no other has taken the place of: generation, answer and how each stands in the end."""
    life.sweep(FED_BACK + timedelta(days=LATER))
    return [(c.generation, c.answer, c.status) for c in life.watch.clocks if not c.replaced]


def carded(life: Life) -> list[int]:
    """The generations that brought a card."""
    return [c.generation for c in life.watch.clocks if c.standing and not c.replaced]


def test_both_clocks_leave_in_their_place() -> None:
    life = answered(31)
    adopted(life, 40)
    assert held(life) == [(3, 0, "missed"), (4, 1, "missed")]
    assert carded(life) == [3, 4]


def test_verification_stops_both_renewed_clocks() -> None:
    life = answered(31)
    adopted(life, 40)
    verified(life, days=41)
    assert held(life) == [(3, 0, "late"), (4, 1, "met")]


def test_pause_renews_what_left_the_day() -> None:
    life = answered()
    adopted(life, 25)
    told(solved(life, 25.02), 25.04)
    paused(life, 25.06)
    assert held(life) == [(4, 0, "missed"), (5, 1, "missed")]
    assert carded(life) == [4, 5]


def test_extension_leaves_the_final_clock_alone() -> None:
    """Asked for before the final result came, and granted afterwards."""
    life = answered()
    adopted(life, 25)
    asked(life, 25.01)
    told(solved(life, 25.02), 25.04)
    granted(life, 26)
    assert held(life) == [(3, 1, "missed"), (4, 0, "missed")]
    assert [c.extensions for c in life.watch.clocks if not c.replaced] == [(), ("10d",)]


def merged(life: Life, days: float, until: float) -> None:
    """The case is merged into another, what runs is cancelled, and the merger is undone."""
    for fact, day in (("merged", days), ("unmerged", until)):
        at = FED_BACK + timedelta(days=day)
        life.step(fact, at, learnt_at=at)
        life.sweep(at + timedelta(hours=1))


def interrupted_by_merger(life: Life, days: float) -> None:
    merged(life, days, days + 3)


INTERRUPTED = pytest.mark.parametrize("interrupted", [paused, interrupted_by_merger])


@INTERRUPTED
def test_two_that_left_together_are_told_apart(interrupted: Callable[[Life, float], None]) -> None:
    """Both count from the adoption."""
    life = answered(31)
    adopted(life, 55)
    interrupted(life, 55.01)
    assert held(life) == [(5, 0, "missed"), (6, 1, "missed")]


@INTERRUPTED
def test_answers_of_one_moment_are_told_apart(interrupted: Callable[[Life, float], None]) -> None:
    """A ledger may date both feedbacks to the same day."""
    life = answered(0)
    interrupted(life, 10)
    assert held(life) == [(3, 0, "missed"), (4, 1, "missed")]


def test_only_the_extended_one_comes_back() -> None:
    """Both left together and ended with the reopened round; the extension of the final one is granted after that."""
    life = answered(31, stops=["copied"])
    adopted(life, 55, stops=["copied"])
    asked(life, 55.01)
    verified(life, "unsatisfied", days=60)
    life.sweep(FED_BACK + timedelta(days=61))
    granted(life, 62)
    assert held(life) == [(3, 0, "missed"), (5, 1, "cancelled")]


def test_final_answer_is_extended_after_the_first() -> None:
    """The renewed clock of the long-term result is the later generation, but not the one that is worked on."""
    life = answered()
    adopted(life, 25)
    asked(life, 25.01)
    told(solved(life, 25.02), 25.04)
    granted(life, 26)
    asked(life, 27)
    assert [(e.clock, e.generation) for e in life.watch.extensions] == [("check", 2), ("check", 3)]
