"""Dates in the future and in the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from intake.domain.timing import Timing, backdating_reason
from tests.unit.intake.made import NOW, refused


def past(days: float, **given: object) -> Timing:
    return Timing(NOW - timedelta(days=days), NOW, **given)  # type: ignore[arg-type]  # any field of Timing


def test_now_needs_no_reason() -> None:
    assert backdating_reason(Timing(NOW, NOW, reason="unneeded"), 7) is None


@pytest.mark.parametrize("minutes", [-5, 5])
def test_clocks_may_be_apart(minutes: int) -> None:
    assert backdating_reason(Timing(NOW + timedelta(minutes=minutes), NOW), 0) is None


def test_future_is_refused() -> None:
    refused(lambda: backdating_reason(Timing(NOW + timedelta(minutes=6), NOW), 7), "future-date", "occurred_at")


def test_future_is_refused_from_ledgers_too() -> None:
    ahead = Timing(NOW + timedelta(days=1), NOW, from_ledger=True, office=True)
    refused(lambda: backdating_reason(ahead, 7), "future-date", "occurred_at")


def test_nothing_lies_before_1990() -> None:
    early = Timing(datetime(1989, 12, 31, 23, 59, tzinfo=UTC), NOW, from_ledger=True, office=True)
    refused(lambda: backdating_reason(early, 7), "too-early", "occurred_at")


def test_past_needs_a_reason() -> None:
    refused(lambda: backdating_reason(past(1), 7), "back-dated", "reason")


def test_reason_is_kept_within_limit() -> None:
    assert backdating_reason(past(7, reason="纸质登记"), 7) == "纸质登记"


def test_frontend_is_bound_by_limit() -> None:
    refused(lambda: backdating_reason(past(8, reason="纸质登记"), 7), "back-dated", "occurred_at")


def test_office_goes_beyond_limit() -> None:
    assert backdating_reason(past(400, reason="纸质登记", office=True), 7) == "纸质登记"


def test_office_needs_a_reason_too() -> None:
    refused(lambda: backdating_reason(past(400, office=True), 7), "back-dated", "reason")


def test_ledger_goes_back_as_far_as_it_goes() -> None:
    assert backdating_reason(past(4000, from_ledger=True), 7) is None
