"""I9 is broken on purpose: a recovery that takes too long, and one that never comes to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import cast

import pytest

from bugle.chaos import recovery
from bugle.chaos.recovery import DETECTION, LEEWAY, RATE, Recovery, recover
from bugle.stack.place import Place
from bugle.verify.report import Invariant

SECOND = 1.0


def faults(recovered: Recovery) -> list[str]:
    i9 = Invariant()
    recovered.judge(i9)
    assert i9.checked == 1
    return i9.faults


@pytest.mark.parametrize("backlog", [0, 300])
def test_slow_recovery_is_found(backlog: int) -> None:
    allowed = LEEWAY * (DETECTION + backlog / RATE)
    assert faults(Recovery(allowed, backlog)) == []
    assert ["are allowed" in fault for fault in faults(Recovery(allowed + SECOND, backlog))] == [True]


def test_backlog_allows_no_more_than_its_draining() -> None:
    assert faults(Recovery(LEEWAY * DETECTION + SECOND, 0))
    assert not faults(Recovery(LEEWAY * DETECTION + SECOND, 20))


def watched(backlogs: list[int], monkeypatch: pytest.MonkeyPatch) -> Recovery:
    """What is made of a system with these backlogs, one after the other; the last one stays."""

    class Observed:
        def heads(self) -> dict[str, int]:
            return {}

        def backlog(self, heads: object) -> int:
            return backlogs.pop(0) if len(backlogs) > 1 else backlogs[0]

    @contextmanager
    def observing(system: object) -> Iterator[Observed]:
        yield Observed()

    passed = iter(range(0, 10_000, 10))
    monkeypatch.setattr(recovery, "Observer", observing)
    clock = SimpleNamespace(monotonic=lambda: float(next(passed)), sleep=lambda seconds: None)
    monkeypatch.setattr(recovery, "time", clock)
    return recover(cast(Place, None), began=0)


def test_recovery_that_ends_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = watched([30, 10, 0], monkeypatch)
    assert (found.backlog, found.left, faults(found)) == (30, 0, [])


@pytest.mark.parametrize("backlog", [1, 1_000_000])
def test_recovery_without_end_is_found(backlog: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where so much had piled up that it would have been allowed to take longer."""
    found = watched([backlog], monkeypatch)
    assert ["were still to be read" in fault for fault in faults(found)] == [True]
