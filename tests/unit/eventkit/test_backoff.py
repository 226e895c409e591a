"""Waiting before the next attempt: by chance, and longer each time up to a bound."""

from __future__ import annotations

from eventkit.backoff import pause

DRAWN = 2_000


def test_bound_doubles_up_to_the_most() -> None:
    longest = [max(pause(attempt, 0.1, 2.0) for _ in range(DRAWN)) for attempt in (0, 1, 3, 9, 10_000)]
    for found, bound in zip(longest, (0.1, 0.2, 0.8, 2.0, 2.0), strict=True):
        assert 0.9 * bound < found <= bound


def test_waiters_do_not_return_together() -> None:
    drawn = [pause(4, 0.1, 10.0) for _ in range(DRAWN)]
    assert min(drawn) < 0.1 and max(drawn) > 1.5
    assert len(set(drawn)) == DRAWN
