"""When a move may be said to have happened."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from routing.domain import errors, times
from routing.domain.commands import Act
from tests.unit.routing.made import START as NOW


def said(at: datetime | None, reason: str | None = None, office: bool = False) -> Act:
    return times.act("officer", at, NOW, backdating_days=7, reason=reason, office=office)


def test_live_move_is_now() -> None:
    assert said(None, "not needed") == Act("officer", NOW)


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_skewed_clock_is_forgiven(minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    assert said(at) == Act("officer", at)


def test_future_is_refused() -> None:
    with pytest.raises(errors.FutureDate):
        said(NOW + timedelta(minutes=6), "why not", office=True)


def test_date_before_all_ledgers_is_refused() -> None:
    with pytest.raises(errors.TooEarly):
        said(times.EARLIEST - timedelta(seconds=1), "a slip of the pen", office=True)


def test_backdating_needs_reason() -> None:
    at = NOW - timedelta(days=7)
    assert said(at, "no network") == Act("officer", at, "no network")
    with pytest.raises(errors.ReasonMissing):
        said(at)


def test_office_alone_goes_beyond_limit() -> None:
    at = NOW - timedelta(days=7, seconds=1)
    with pytest.raises(errors.TooFarBack):
        said(at, "no network")
    assert said(at, "no network", office=True).at == at
    with pytest.raises(errors.ReasonMissing):
        said(at, office=True)
