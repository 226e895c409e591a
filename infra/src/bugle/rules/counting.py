"""The pages of a backtest added up; of the cases themselves a few are kept as examples."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EXAMPLES = 3

Json = dict[str, Any]


@dataclass
class Sum:
    """Everything counted so far; keys as routing names them."""

    cases: int = 0
    returns_avoided: int = 0
    other_support: int = 0
    to_look_at: int = 0
    destinations: Counter[tuple[str, str | None, bool]] = field(default_factory=Counter)
    forecasts: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, page: Mapping[str, Any]) -> None:
        """Take a page in."""
        counts = page["counts"]
        self.cases += counts["cases"]
        self.returns_avoided += counts["returns_avoided"]
        self.other_support += counts["other_support"]
        for one in counts["destinations"]:
            self.destinations[one["destination"], one["assigned_by"], one["synthetic"]] += one["cases"]
        for one in counts["forecasts"]:
            self.forecasts[one["forecast"], one["why"], one["synthetic"]] += one["cases"]
        for one in counts["moves"]:
            self.moves[one["from"], one["to"]] += one["cases"]
        for item in page["items"]:
            self.to_look_at += item["destination"] in ("elsewhere", "nobody") or item["forecast"] == "returned"
            self._keep(item["destination"], item["case"])
            if item["forecast"] is not None:
                self._keep(item["why"], item["case"])

    def _keep(self, name: str, case: str) -> None:
        if len(self.examples[name]) < EXAMPLES:
            self.examples[name].append(case)

    def json(self) -> Json:
        """As one JSON object, in the order of size and then of names."""
        return {
            "cases": self.cases,
            "to_look_at": self.to_look_at,
            "destinations": [
                {"destination": where, "assigned_by": by, "synthetic": synthetic, "cases": cases}
                for (where, by, synthetic), cases in ordered(self.destinations)
            ],
            "forecasts": [
                {"forecast": forecast, "why": why, "synthetic": synthetic, "cases": cases}
                for (forecast, why, synthetic), cases in ordered(self.forecasts)
            ],
            "moves": [{"from": left, "to": right, "cases": cases} for (left, right), cases in ordered(self.moves)],
            "returns_avoided": self.returns_avoided,
            "other_support": self.other_support,
        }


def ordered(counted: Counter[Any]) -> list[tuple[Any, int]]:
    """The most frequent first; equals by name."""
    return sorted(counted.items(), key=lambda item: (-item[1], str(item[0])))
