"""How a worker under measurement knows that it is done."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from bench import react_worker
from bench.react_worker import Meter


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the meter sent to its own process."""
    sent: list[int] = []
    monkeypatch.setattr(react_worker.os, "kill", lambda process, number: sent.append(number))
    return sent


@pytest.mark.parametrize("batches", [[300], [299, 1], [1] * 300], ids=["at once", "in two", "one by one"])
def test_last_event_ends_the_worker(batches: list[int], tmp_path: Path, signals: list[int]) -> None:
    answer = tmp_path / "answer"
    meter = Meter(300, answer)
    for batch in batches:
        meter.begin()
        assert not signals
        meter.count(batch)
    assert float(answer.read_text()) > 0
    assert signals == [signal.SIGTERM]
