"""A case put off for long stays open until its final result: each answer is fed back and verified for itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from eventkit.caller import Caller
from supervision.application.moves import SIMPLE, Mover
from supervision.domain import errors
from supervision.domain.events import PartClosed, PartsLearnt
from supervision.domain.naming import event_ids
from tests.unit.supervision.made import CASE, LEARNT, Life, cn, names, policy
from tests.unit.supervision.test_decisions import FED_BACK, act, closed, verified

UNASKED: dict[str, Any] = {"verification": {"required": False, "copy_to_office": False}}


def put_off(**changes: Any) -> Life:
    """The enterprise has heard that its case takes long."""
    life = Life(policy(**changes))
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


def test_solved_parts_end_what_takes_long() -> None:
    """A case that was divided ends with its parts, whatever was said of the whole."""
    life = put_off(**UNASKED)
    at = FED_BACK + timedelta(days=5)
    life.record([PartsLearnt(CASE, ("part",), LEARNT, at), PartClosed(CASE, "part", "closed_out", 1, LEARNT, at)])
    assert closed(life, days=6)[0] == "CaseClosedOut"
