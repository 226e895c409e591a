"""What became of each generation of each clock, read from supervision's events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from eventkit.envelope import Envelope
from tests.unit.life import legal
from tests.unit.life.services import Service

REPLACING = ("recomputed", "paused", "extended", "policy")
"""Grounds on which another generation takes a clock's place at once; after a merger only once that has been undone."""


def name(event: Envelope) -> str:
    """The short type."""
    return event.type.split(".")[2]


class Course:
    """One generation of a clock, as its events tell it."""

    def __init__(self, started: Envelope) -> None:
        self.about = started.json()
        self.end: datetime | None = None
        self.merged: datetime | None = None
        self.replaced = self.corrected = self.cancelled = False
        self.standing: set[int] = set()

    def __repr__(self) -> str:
        return f"{self.about}, ended {self.end}, replaced {self.replaced}, standing {self.standing}"

    def add(self, event: Envelope) -> None:
        """A further event of it."""
        data = event.json()
        self.cancelled = self.cancelled or name(event) == "clock_cancelled"
        match name(event):
            case "clock_stopped":
                self.end = min(self.end or event.occurred_at, event.occurred_at)
            case "clock_cancelled" if data["reason"] == "merged":
                self.merged = event.occurred_at
            case "clock_cancelled":
                self.replaced = data["reason"] in REPLACING
                self.corrected = data["reason"] == "recomputed" and self.about["provisional"]
                self.end = min(self.end or event.occurred_at, event.occurred_at)
            case "misses_rescinded":
                self.standing -= {gone["stage"] for gone in data["withdrawn"]}
            case "reminder_sent" | "deadline_missed" | "case_escalated":
                self.standing.add(data["stage"])

    def give_way(self, started: Envelope) -> None:
        """To a further generation of its round; after the end of this one that corrects what is past.

        A further answer of the round starts its clocks without an end to those of the answer before.
        """
        about = ("case", "clock", "round")
        if self.cancelled and not self.replaced and all(self.about[key] == started.json()[key] for key in about):
            self.replaced = self.corrected = True
            self.end = min(filter(None, (self.end, self.merged)), default=None)

    def owed(self) -> set[int]:
        """The stages that are to stand: those due before the end; none of a generation whose place another took."""
        stages = ((stage["stage"], datetime.fromisoformat(stage["due_at"])) for stage in self.about["stages"])
        return {stage for stage, due in stages if self.end is None or due < self.end}

    @property
    def overran(self) -> bool:
        """Whether it was due before its end."""
        due = datetime.fromisoformat(self.about["due_at"])
        return self.end is None or due < self.end

    def levels(self, upto: int) -> set[int]:
        """The stages that climb to a level no higher than this one."""
        return {stage["stage"] for stage in self.about["stages"] if (stage["level"] or upto + 1) <= upto}


def courses(supervision: Service) -> dict[tuple[Any, ...], Course]:
    """Every generation of every clock, by case, clock and generation."""
    found: dict[tuple[Any, ...], Course] = {}
    for event in supervision.store.tables.events:
        data = event.json()
        if "generation" in data and name(event) in legal.CLOCK:
            clock = (event.key, data["clock"], data["generation"])
            if name(event) == "clock_started":
                for one in found.values():
                    one.give_way(event)
                found[clock] = Course(event)
            found[clock].add(event)
    for event in _standing(supervision.store.tables.events):
        for (case, *_), course in found.items():
            if case == event.key and _ends(course, name(event), event.json()):
                course.end = min(course.end or event.occurred_at, event.occurred_at)
    return found


def _standing(events: Sequence[Envelope]) -> list[Envelope]:
    """Without the mergers that were undone, unless the case was withdrawn before: then it was never worked on again."""
    standing: list[Envelope] = []
    withdrawn: set[str | None] = set()
    for event in events:
        fact = event.json().get("fact") if name(event) == "fact_learnt" else None
        if fact == "withdrawn":
            withdrawn.add(event.key)
        if fact == "unmerged" and event.key not in withdrawn:
            standing = [one for one in standing if one.key != event.key or one.json().get("fact") != "merged"]
        standing.append(event)
    return standing


def _ends(course: Course, what: str, data: dict[str, Any]) -> bool:
    """Whether the clock has nothing to miss after the event; of several such events the earliest counts."""
    fact, round = data.get("fact", what), data.get("round", 0) - (what == "reopening_ordered")
    if course.replaced:
        return False
    if (what, fact) in (("fact_learnt", "merged"), ("fact_learnt", "withdrawn"), ("case_closed_out", what)):
        return True
    over = (what == "fact_learnt" and fact in ("returned", "transferred")) or what == "reopening_ordered"
    return over and course.about["fact"] != "reported" and round >= course.about["round"]
