"""Where made-up issues come from and go to: enterprises, kinds and units, the first of each far oftener than the last.

All of them by Zipf's law: the one of rank r is drawn with weight 1/r.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from bugle.importing.folder import Folder

PER_ENTERPRISE = 20
"""Issues of an enterprise, on average."""
MOST_ENTERPRISES = 50_000
_RESPONSIBLE = 0.85
"""How often a kind's own unit leads."""


@dataclass(frozen=True, slots=True)
class World:
    """`enterprises`, and cumulated weights of their numbers; `units` may lead; `responsible`: whose a kind is.

    Issues arrive on `days` days from `first` on. Nothing is told of later than `end`.
    """

    zone: ZoneInfo
    first: date
    days: int
    enterprises: int
    cumulated: Sequence[float]
    kinds: Sequence[str]
    units: Sequence[str]
    responsible: Mapping[str, str]

    @property
    def end(self) -> datetime:
        """The first instant after the ledger."""
        return datetime.combine(self.first + timedelta(days=self.days), time(), self.zone)

    def enterprise(self, random: Random) -> int:
        """A number from 1."""
        return random.choices(range(1, self.enterprises + 1), cum_weights=self.cumulated)[0]

    def kind(self, random: Random) -> str:
        """A kind of the programme."""
        return random.choices(self.kinds, _zipf(len(self.kinds)))[0]

    def lead(self, random: Random, kind: str) -> str:
        """Mostly the unit that the kind belongs to."""
        return self.responsible[kind] if random.random() < _RESPONSIBLE else self.other(random, kind)

    def other(self, random: Random, kind: str) -> str:
        """A unit that the kind does not belong to; that one all the same where there is none but it."""
        others = [unit for unit in self.units if unit != self.responsible[kind]] or list(self.units)
        return random.choices(others, _zipf(len(others)))[0]


def world_of(folder: Folder, issues: int, days: int) -> World:
    """The programme's own kinds and units; a kind's unit is the one that a rule gives it to, else the next in turn."""
    units = [unit["id"] for unit in folder.directory["units"] if unit.get("kind") != "office"]
    kinds = [kind["id"] for kind in folder.programme["kinds"]]
    ruled = {rule["kind"]: rule["lead"] for rule in folder.programme.get("rules", ()) if rule.get("kind")}
    count = min(MOST_ENTERPRISES, -(-issues // PER_ENTERPRISE))
    return World(
        folder.zone,
        date.fromisoformat(folder.programme["starts_on"]),
        days,
        count,
        list(accumulate(_zipf(count))),
        kinds,
        units,
        {kind: ruled.get(kind, units[place % len(units)]) for place, kind in enumerate(kinds)},
    )


def _zipf(count: int) -> list[float]:
    return [1 / rank for rank in range(1, count + 1)]
