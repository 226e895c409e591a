"""Recounted deadlines added up, page by page: units with their ranks, and the first of those that would be worse.

A count of a large programme takes many requests. What has been added up travels with them as JSON; it is the visitor's
own, and what it names is read again, as far as he may see it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from eventkit.envelope import parse_instant
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.bulletins.departments import ranked
from reporting.whatif.recounts import Recount

COUNTED = ("met", "late", "missed")
"""Statuses that count, in the order of a unit's numbers."""
NAMED = 100
"""Deadlines that are named; `bugle whatif --json` names all."""
Numbers = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Named:
    """A clock that would have ended worse."""

    case: str
    clock: str
    generation: int
    due_at: datetime
    status: str


@dataclass(slots=True)
class Sums:
    """What has been counted: issues, `until` which of them, their clocks, those that would have ended otherwise,
    and `worse` ones; by unit the numbers of COUNTED, before and after. "" stands for clocks of nobody."""

    issues: int = 0
    clocks: int = 0
    differing: int = 0
    worse: int = 0
    before: Numbers = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    after: Numbers = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    named: list[Named] = field(default_factory=list)
    until: str | None = None

    def add(self, issues: Sequence[str], counted: Iterable[Recount]) -> None:
        """Take a page in."""
        self.issues += len(issues)
        self.until = issues[-1]
        for one in counted:
            unit = one.row.unit or ""
            self.clocks += 1
            self.differing += one.status != one.row.status
            self.worse += one.worse
            for numbers, status in ((self.before[unit], one.row.status), (self.after[unit], one.status)):
                if status in COUNTED:
                    numbers[COUNTED.index(status)] += 1
            if one.worse and len(self.named) < NAMED:
                row = one.row
                self.named.append(Named(row.case_id, row.clock, row.generation, one.due_at, one.status))

    def units(self) -> list[dict[str, Any]]:
        """Units by the rank they would have, by deadlines kept: `unit`, and `before` and `after` its numbers by status,
        `share` kept (None: nothing was due) and `rank`."""
        sides = [{row["unit"]: row for row in _ranks(numbers)} for numbers in (self.before, self.after)]
        return [{"unit": unit, "before": _side(sides[0][unit]), "after": _side(row)} for unit, row in sides[1].items()]

    def dump(self) -> str:
        """As text that `load` reads."""
        named = [(one.case, one.clock, one.generation, one.due_at, one.status) for one in self.named]
        numbers = {unit: self.before[unit] + self.after[unit] for unit in self.before}
        told = [self.issues, self.clocks, self.differing, self.worse, self.until, numbers, named]
        return orjson.dumps(told).decode()

    @classmethod
    def load(cls, text: str) -> Sums:
        """From `dump`; Faulty for anything else."""
        try:
            *counts, until, numbers, named = orjson.loads(text)
            issues, clocks, differing, worse = (_whole(one) for one in counts)
            sums = cls(issues, clocks, differing, worse, until=None if until is None else str(UUID(until)))
            for unit, held in numbers.items():
                sums.before[unit], sums.after[unit] = _three(held[:3]), _three(held[3:])
            sums.named = [_named(*one) for one in named[:NAMED]]
        except (ValueError, TypeError, AttributeError):
            mend = Text("count again from the beginning")
            raise Faulty([FieldProblem("sums", Text("cannot be read"), mend)]) from None
        return sums


def _ranks(numbers: Mapping[str, list[int]]) -> list[dict[str, Any]]:
    return ranked(
        [
            {"unit": unit, "score": None, "kept": of[0], "due": sum(of), **dict(zip(COUNTED, of, strict=True))}
            for unit, of in numbers.items()
        ]
    )


def _side(row: Mapping[str, Any]) -> dict[str, Any]:
    share = row["kept"] / row["due"] if row["due"] else None
    return {"rank": row["rank"], "share": share, **{status: row[status] for status in COUNTED}}


def _three(given: Any) -> list[int]:
    met, late, missed = (_whole(one) for one in given)
    return [met, late, missed]


def _whole(given: Any) -> int:
    if type(given) is not int or not 0 <= given < 10**9:
        raise ValueError
    return given


def _named(case: str, clock: str, generation: int, due_at: str, status: str) -> Named:
    if type(clock) is not str or "\x00" in clock or status not in COUNTED:
        raise ValueError
    return Named(str(UUID(case)), clock, _whole(generation), parse_instant(due_at), status)
