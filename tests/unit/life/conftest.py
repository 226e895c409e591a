"""A life of fifty steps reads the same streams thousands of times: what they came to so far is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from eventkit.envelope import Envelope
from eventkit.session import Aggregate

MANY = 20_000


@pytest.fixture(autouse=True)
def _folds_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory store gives an event as one object for good, and states are immutable."""
    kept: dict[int, tuple[Envelope, Any]] = {}

    def fold(aggregate: Aggregate[Any], history: Sequence[Envelope]) -> Any:
        done = next((n for n in range(len(history), 0, -1) if id(history[n - 1]) in kept), 0)
        state = kept[id(history[done - 1])][1] if done else aggregate.initial()
        for event in history[done:]:
            state = aggregate.apply(state, aggregate.codec.decode(event))
            kept[id(event)] = event, state  # held, so that its id stays its own
        if len(kept) > MANY:
            kept.clear()
        return state

    monkeypatch.setattr(Aggregate, "fold", fold)
