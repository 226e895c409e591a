"""A case put off for long stays open until its final result: each answer is fed back and verified for itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from eventkit.caller import Caller
from supervision.application.moves import SIMPLE, Mover
from supervision.domain import errors, leave
from supervision.domain.commands import Act, AskExtension, DecideExtension, PauseCase
from supervision.domain.events import ClockStarted, PartClosed, PartsLearnt
from supervision.domain.limits import Limit
from supervision.domain.naming import event_ids
from tests.unit.supervision.made import CASE, LEARNT, Life, cn, names, policy
from tests.unit.supervision.test_decisions import FED_BACK, act, closed, verified

UNASKED: dict[str, Any] = {"verification": {"required": False, "copy_to_office": False}}

CLOCKS: list[dict[str, Any]] = [
    {"id": "answer", "starts": "assigned", "stops": ["fed_back"], "limit": "10d"},
    {"id": "feedback", "starts": "result", "stops": ["fed_back"], "limit": "5d"},
    {"id": "check", "starts": "fed_back", "stops": ["verified"], "limit": "3d"},
]


def put_off(*clocks: dict[str, Any], **changes: Any) -> Life:
    """The enterprise has heard that its case takes long."""
    life = Life(policy(*clocks, **changes))
    life.step("assigned", FED_BACK - timedelta(days=3))
    life.step("result", FED_BACK - timedelta(hours=1), outcome="long_term")
    life.step("fed_back", FED_BACK, copied_to_office=True)
    return life


def solved(life: Life, days: float = 30) -> Life:
    """The final result comes."""
    life.step("result", FED_BACK + timedelta(days=days), outcome="solved")
    return life


def told(life: Life, days: float = 31, copied: bool = True) -> Life:
    """And is fed back."""
    life.step("fed_back", FED_BACK + timedelta(days=days), copied_to_office=copied)
    return life


def offered(life: Life, days: float) -> set[str]:
    caller = Caller("office", "jinxian", None, None, frozenset({"office"}))
    mover = Mover(caller, life.policy, cn(), act(days=days))
    return {name for name in ("verify", "close_out") if passes(name, life, mover)}


def passes(name: str, life: Life, mover: Mover) -> bool:
    try:
        SIMPLE[name](life.watch, mover)
    except errors.Refusal:
        return False
    return True


@pytest.mark.parametrize("asked", [{}, UNASKED])
def test_long_term_case_is_not_closed(asked: dict[str, Any]) -> None:
    life = put_off(**asked)
    verified(life, days=1)
    with pytest.raises(errors.StillLongTerm) as refused:
        closed(life, days=2)
    assert refused.value.slug == "still-long-term" and refused.value.mend
    assert "close_out" not in offered(life, 2)


def test_final_result_is_closed_out() -> None:
    life = told(solved(put_off(**UNASKED)))
    assert closed(life, days=32)[0] == "CaseClosedOut"


def test_close_out_waits_for_latest_answer() -> None:
    life = put_off()
    verified(life, days=1)
    for step, refusal in ((solved, errors.NothingFedBack), (told, errors.NotVerified)):
        step(life)  # type: ignore[operator]
        with pytest.raises(refusal):
            closed(life, days=32)
    assert offered(life, 32) == {"verify"}
    assert verified(life, days=32)[0] == "EnterpriseVerified"
    assert closed(life, days=33)[0] == "CaseClosedOut"


def test_latest_answer_is_copied_too() -> None:
    life = told(solved(put_off()), copied=False)
    verified(life, days=32)
    with pytest.raises(errors.NotCopiedToOffice):
        closed(life, days=33)
    told(life, days=32.5)
    assert closed(life, days=33)[0] == "CaseClosedOut"


def test_nothing_is_dated_before_latest_answer() -> None:
    life = told(solved(put_off(**UNASKED)))
    with pytest.raises(errors.BackInTime):
        closed(life, days=30.5)
    with pytest.raises(errors.BackInTime):
        verified(life, days=30.5)


def test_enterprise_is_not_asked_before_feedback() -> None:
    with pytest.raises(errors.NothingFedBack):
        verified(solved(put_off()), days=31)


def test_each_answer_is_verified_once() -> None:
    life = put_off()
    verified(life, days=1)
    with pytest.raises(errors.AlreadyVerified):
        verified(life, days=2)
    told(solved(life))
    verified(life, days=32)
    with pytest.raises(errors.AlreadyVerified):
        verified(life, days=33)


def test_dissatisfaction_with_final_result_reopens() -> None:
    life = told(solved(put_off()))
    assert verified(life, "unsatisfied", days=32)[-1] == "ReopeningOrdered"


def test_every_verification_has_an_id() -> None:
    life = put_off()
    before = life.watch
    verified(life, days=1)
    [first] = event_ids(before, life.happened[-1:])
    between = told(solved(life)).watch
    verified(life, days=32)
    [second] = event_ids(between, life.happened[-1:])
    assert names(life.happened[-1:]) == ["EnterpriseVerified"] and first != second


def timed(life: Life) -> dict[str, list[str]]:
    """How each clock stands, generation by generation."""
    life.sweep(FED_BACK + timedelta(days=300))
    held = {clock["id"]: [c for c in life.watch.clocks if c.name == clock["id"]] for clock in CLOCKS}
    assert all([c.generation for c in clocks] == list(range(1, len(clocks) + 1)) for clocks in held.values())
    return {name: [c.status for c in clocks] for name, clocks in held.items()}


def test_each_answer_has_its_own_deadlines() -> None:
    life = put_off(*CLOCKS)
    verified(life, days=1)
    verified(told(solved(life)), days=32)
    assert timed(life) == {"answer": ["met"], "feedback": ["met", "met"], "check": ["met", "met"]}
    assert [c.started_at for c in life.watch.clocks if c.name == "feedback"][1] == FED_BACK + timedelta(days=30)


def test_final_result_must_be_fed_back() -> None:
    assert timed(solved(put_off(*CLOCKS))) == {"answer": ["met"], "feedback": ["met", "missed"], "check": ["missed"]}


def test_final_feedback_must_be_verified() -> None:
    life = put_off(*CLOCKS)
    verified(life, days=1)
    assert timed(told(solved(life), days=40)) == {
        "answer": ["met"],
        "feedback": ["met", "late"],
        "check": ["met", "missed"],
    }


def test_repeated_final_answer_starts_nothing() -> None:
    life = told(solved(put_off(*CLOCKS)))
    assert "ClockStarted" not in names(told(solved(life, days=32), days=33).happened[-2:])


def test_extension_is_of_its_answer() -> None:
    """What was granted before the final result is not added to the time that its feedback has."""
    rule = {"ask_before": None, "max": "9d", "times": 1, "decides": "office"}
    life = put_off(*CLOCKS, extension={k: v for k, v in rule.items() if v})
    for answer in (1, 2):
        days = 0.5 + 31 * (answer - 1)
        asked = AskExtension("check", Limit(2, "d"), "far away", None, act(days=days))
        life.record(leave.ask_extension(life.watch, asked, life.policy, life.calendar))
        decided = DecideExtension(answer, "granted", None, None, frozenset({"office"}), act(days=days))
        life.record(leave.decide_extension(life.watch, decided, life.policy, life.calendar))
        told(solved(life))
    checks = [clock for clock in life.watch.clocks if clock.name == "check"]
    assert [(c.answer, c.replaced, c.extensions) for c in checks] == [
        (0, True, ()),
        (0, False, ("2d",)),
        (1, True, ()),
        (1, False, ("2d",)),
    ]


def test_pause_leaves_the_first_answer_alone() -> None:
    life = told(solved(put_off(*CLOCKS)))
    at = FED_BACK + timedelta(days=32)
    life.policy = policy(*CLOCKS, pause={"reasons": [{"id": "enterprise"}], "max": "10d"})
    pause = PauseCase("enterprise", None, None, Act("office", at, at))
    started = life.record(leave.pause(life.watch, pause, life.policy, life.calendar))
    again = [event for event in started if isinstance(event, ClockStarted)]
    assert [(event.clock, event.started_at) for event in again] == [("check", FED_BACK + timedelta(days=31))]


def test_solved_parts_end_what_takes_long() -> None:
    """A case that was divided ends with its parts, whatever was said of the whole."""
    life = put_off(**UNASKED)
    at = FED_BACK + timedelta(days=5)
    life.record([PartsLearnt(CASE, ("part",), LEARNT, at), PartClosed(CASE, "part", "closed_out", 1, LEARNT, at)])
    assert closed(life, days=6)[0] == "CaseClosedOut"
