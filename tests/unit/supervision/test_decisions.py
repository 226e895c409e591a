"""Verification and close-out: given facts, when a command comes, then events or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from supervision.domain import errors, times
from supervision.domain.commands import Act, CloseOut, Verify
from supervision.domain.decisions import close_out, verify
from supervision.domain.events import CaseClosedOut, EnterpriseVerified, ReopeningOrdered
from supervision.domain.watch import Watch
from tests.unit.supervision.made import Life, china, cn, names, policy

FED_BACK = china("2021-03-20T10:00")
CHECK = {"id": "check", "starts": "fed_back", "stops": ["verified"], "limit": "3wd"}
NEITHER: dict[str, Any] = {"verification": {"required": False, "copy_to_office": False}}
RETURN = {"id": "return", "starts": "verified", "stops": ["closed_out"], "limit": "3wd"}


def act(**later: float) -> Act:
    """So much after the feedback, told at once."""
    at = FED_BACK + timedelta(**later)
    return Act("wang", at, at)


def fed_back(copied: bool = True, **changes: Any) -> Life:
    """A case whose result the enterprise has."""
    life = Life(policy(CHECK, RETURN, **changes))
    life.step("assigned", FED_BACK - timedelta(days=3))
    life.step("fed_back", FED_BACK, copied_to_office=copied)
    return life


def result(**changes: Any) -> Life:
    """A case of which a result is reported, and no more."""
    life = Life(policy(**changes))
    life.step("assigned", FED_BACK - timedelta(days=3))
    life.step("result", FED_BACK - timedelta(days=1))
    return life


def verified(life: Life, satisfaction: Any = "satisfied", **later: float) -> list[str]:
    """Have the enterprise answer; the names of what happened."""
    return names(life.record(verify(life.watch, Verify(satisfaction, None, act(**later)), life.policy, cn())))


def closed(life: Life, **later: float) -> list[str]:
    """Have the office close out; the names of what happened."""
    return names(life.record(close_out(life.watch, CloseOut(act(**later)), life.policy, cn())))


def test_satisfied_answer_stops_and_starts_clocks() -> None:
    assert verified(fed_back(), days=1) == ["EnterpriseVerified", "ClockStopped", "ClockStarted"]


def test_unsatisfied_answer_orders_the_next_round() -> None:
    life = fed_back()
    assert verified(life, "unsatisfied", days=1)[-1] == "ReopeningOrdered"
    assert isinstance(life.happened[-1], ReopeningOrdered)
    assert (life.happened[-1].round, life.watch.round) == (2, 2)
    with pytest.raises(errors.NothingFedBack):
        verified(life, days=2)


def test_next_round_is_verified_anew() -> None:
    life = fed_back()
    verified(life, "unsatisfied", days=1)
    life.step("reopened", FED_BACK + timedelta(days=1), round=2)
    life.step("fed_back", FED_BACK + timedelta(days=2), round=2, copied_to_office=True)
    assert verified(life, days=3)[0] == "EnterpriseVerified"
    assert closed(life, days=4)[0] == "CaseClosedOut"
    assert isinstance(life.happened[-2], CaseClosedOut)
    assert life.happened[-2].round == 2


def test_close_out_ends_everything() -> None:
    life = fed_back()
    verified(life, days=1)
    assert closed(life, days=2) == ["CaseClosedOut", "ClockStopped"]
    assert life.watch.closed


@pytest.mark.parametrize(
    ("given", "when", "refusal"),
    [
        (lambda: Watch(), closed, errors.UnknownCase),
        (lambda: Life(policy()).watch, verified, errors.NothingFedBack),
        (lambda: Life(policy()).watch, closed, errors.NoResult),
        (lambda: result().watch, closed, errors.NothingFedBack),
        (lambda: fed_back(copied=False).watch, closed, errors.NotCopiedToOffice),
        (lambda: fed_back().watch, closed, errors.NotVerified),
    ],
)
def test_refused(given: Callable[[], Watch], when: Callable[..., object], refusal: type[Exception]) -> None:
    life = fed_back()
    life.watch = given()
    with pytest.raises(refusal):
        when(life, days=1)


def test_answer_is_given_once_a_round() -> None:
    life = fed_back()
    verified(life, days=1)
    with pytest.raises(errors.AlreadyVerified):
        verified(life, days=2)


def test_nothing_follows_a_close_out() -> None:
    life = fed_back()
    verified(life, days=1)
    closed(life, days=2)
    for move in (verified, closed):
        with pytest.raises(errors.AlreadyClosedOut):
            move(life, days=3)


def test_times_do_not_go_back() -> None:
    life = fed_back()
    with pytest.raises(errors.BackInTime):
        verified(life, days=-1)
    verified(life, days=2)
    with pytest.raises(errors.BackInTime):
        closed(life, days=1)


def test_programme_may_ask_for_neither_copy_nor_answer() -> None:
    life = result(**NEITHER)
    assert closed(life) == ["CaseClosedOut"]
    with pytest.raises(errors.BackInTime):
        closed(result(**NEITHER), days=-2)


def test_case_without_a_result_is_not_closed_out() -> None:
    """Also when the round before had one."""
    life = Life(policy(**NEITHER))
    with pytest.raises(errors.NoResult):
        closed(life)
    life = result(**NEITHER)
    life.step("returned", FED_BACK)
    with pytest.raises(errors.NoResult):
        closed(life, days=1)


def test_ledger_may_lack_the_result() -> None:
    life = Life(policy(**NEITHER))
    life.hear(EnterpriseVerified(life.watch.case, "satisfied", None, 1, "ledger", None, FED_BACK, FED_BACK))
    assert closed(life, days=1) == ["CaseClosedOut"]


def test_nothing_is_dated_before_the_report() -> None:
    """An office may date back as far as it likes, but not a case's steps before the case."""
    life = fed_back()
    with pytest.raises(errors.BackInTime):
        verified(life, days=-3650)
    with pytest.raises(errors.BackInTime):
        closed(life, days=-3650)


def said(**earlier: float) -> Act:
    """Told now, of so long ago, with a programme that allows ten days."""
    return times.act(
        "wang",
        FED_BACK - timedelta(**earlier),
        FED_BACK,
        backdating=timedelta(days=10),
        reason="late",
        office=False,
    )


def test_a_move_is_dated_as_said_within_the_limit() -> None:
    assert said(days=9) == Act("wang", FED_BACK - timedelta(days=9), FED_BACK, "late")


def test_a_clock_a_little_ahead_dates_nothing_in_the_future() -> None:
    assert said(minutes=-4) == Act("wang", FED_BACK, FED_BACK)


def test_future_and_far_past_are_refused() -> None:
    with pytest.raises(errors.FutureDate):
        said(minutes=-6)
    with pytest.raises(errors.TooFarBack):
        said(days=11)


@pytest.mark.parametrize(("office", "reason"), [(True, None), (False, "")])
def test_what_is_dated_back_needs_a_reason(office: bool, reason: str | None) -> None:
    about: dict[str, Any] = {"backdating": timedelta(days=10), "reason": reason, "office": office}
    with pytest.raises(errors.ReasonMissing):
        times.act("wang", FED_BACK - timedelta(days=2), FED_BACK, **about)


def test_office_may_date_back_further() -> None:
    about: dict[str, Any] = {"backdating": timedelta(days=10), "reason": "from the paper file", "office": True}
    assert times.act("wang", FED_BACK - timedelta(days=99), FED_BACK, **about).at == FED_BACK - timedelta(days=99)


def test_copy_handed_in_later_lets_the_case_close() -> None:
    life = fed_back(copied=False)
    verified(life, days=1)
    with pytest.raises(errors.NotCopiedToOffice):
        closed(life, days=2)
    life.step("fed_back", FED_BACK + timedelta(days=2), copied_to_office=True)
    assert closed(life, days=3)[0] == "CaseClosedOut"
