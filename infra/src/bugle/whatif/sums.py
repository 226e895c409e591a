"""Supervision's pages of recounted deadlines added up, and ranks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bugle.answers import Json


@dataclass
class Sum:
    """The pages added up. Units by id; None: clocks of nobody. `names`: what units are called."""

    names: Mapping[str, str] = field(default_factory=dict)
    clocks: int = 0
    items: list[Json] = field(default_factory=list)
    before: defaultdict[str | None, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    after: defaultdict[str | None, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, page: Mapping[str, Any]) -> None:
        """Take a page in."""
        self.clocks += page["clocks"]
        self.items += ({**item, "unit_name": self.names.get(item["unit"])} for item in page["items"])
        for one in page["units"]:
            self.before[one["unit"]].update(one["before"])
            self.after[one["unit"]].update(one["after"])

    @property
    def worse(self) -> int:
        """Clocks that were kept or still ran, and would have been missed or late."""
        broken = ("missed", "late")
        return sum(one["after"]["status"] in broken and one["before"]["status"] not in broken for one in self.items)

    def units(self) -> list[Json]:
        """Each unit with its counts and ranks, by the rank it would have had."""
        was, would = ranks(self.before), ranks(self.after)
        rows = [
            {
                "unit": unit,
                "name": None if unit is None else self.names.get(unit),
                "before": {**self.before[unit], "kept": _kept(self.before[unit]), "rank": was[unit]},
                "after": {**self.after[unit], "kept": _kept(self.after[unit]), "rank": would[unit]},
            }
            for unit in self.before
        ]
        return sorted(rows, key=lambda row: (row["after"]["rank"] or len(rows) + 1, str(row["unit"])))

    def json(self) -> Json:
        """As one JSON object."""
        return {"clocks": self.clocks, "worse": self.worse, "units": self.units(), "items": self.items}


def ranks(counts: Mapping[str | None, Mapping[str, int]]) -> dict[str | None, int | None]:
    """Of units, by the share of deadlines kept, the highest first; equals share one, without a deadline it is None."""
    shares = {unit: _kept(held) for unit, held in counts.items()}
    given = [share for share in shares.values() if share is not None]
    return {
        unit: None if share is None else 1 + sum(other > share for other in given) for unit, share in shares.items()
    }


def _kept(counts: Mapping[str, int]) -> float | None:
    due = sum(counts.get(status, 0) for status in ("met", "late", "missed"))
    return counts.get("met", 0) / due if due else None
