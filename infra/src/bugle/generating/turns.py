"""A round of a course as cells of a row: its dated facts, and how it was returned, extended or reopened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bugle.generating.arrivals import at_work
from bugle.generating.courses import Course, Round
from bugle.generating.world import World
from bugle.importing.folder import Folder
from bugle.importing.history import FACTS

COLUMNS = (
    *(f"{fact}_at" for fact in FACTS), "contacted_evidence_at", "lead", "supporting", "letter", "outcome",
    "copied_to_office", "satisfaction", "returned_at", "return_reason", "extension_asked_at", "extended_at",
    "extended_to", "extension_reason", "reopened_at", "reopening_reason",
)  # fmt: skip
"""Of a round."""
_NOT_OURS, _NEEDS_TIME, _NOT_SOLVED = "不属本单位职责（生成示例）", "情况复杂（生成示例）", "企业不满意（生成示例）"
_LATER = timedelta(days=12)
"""After so long late evidence comes."""
_DECIDED = timedelta(days=1)
"""So long it takes to decide on more time, which is asked for when two thirds of the time have gone."""


def wall(moment: datetime | None) -> str:
    """A cell that holds a moment."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Turns:
    """What a programme's ledger tells of turns. `reasons`: why units give issues back.

    `extends`: whether a clock goes by the issues' own due dates, without which nothing is there to be extended; not
    where the programme has a rule, which the made-up extensions do not know.
    """

    letter: str
    reasons: tuple[str, ...]
    extends: bool
    end: datetime

    @classmethod
    def of(cls, folder: Folder, world: World) -> Turns:
        """As the programme has it."""
        document: Mapping[str, Any] = folder.programme
        reasons = tuple(reason["zh"] for reason in document.get("returns", {}).get("reasons", ()))
        clocks = {(clock.get("limit"), clock["starts"]) for clock in document.get("clocks", ())}
        extends = ("external", "assigned") in clocks and "extension" not in document
        return cls(document.get("letter", "〔{year}〕{number}号"), reasons or (_NOT_OURS,), extends, world.end)

    def cells(self, course: Course, round: int, held: Round) -> dict[str, str]:
        """What is not there is empty."""
        told = {f"{fact}_at": wall(at) for fact, at in held.facts.items()}
        told |= {"lead": held.lead, "supporting": ";".join(held.supporting), "outcome": held.outcome or ""}
        told |= {"satisfaction": held.satisfaction or "", "letter": self._letter(course, round, held)}
        told["copied_to_office"] = "true" if "fed_back" in held.facts else ""
        told["contacted_evidence_at"] = wall(self._evidence(course, round, held))
        if held.returned_at is not None:
            reason = self.reasons[course.number % len(self.reasons)]
            told |= {"returned_at": wall(held.returned_at), "return_reason": reason}
        if held.satisfaction == "unsatisfied":
            told |= {"reopened_at": wall(held.facts["verified"]), "reopening_reason": _NOT_SOLVED}
        return told | self._extension(course, held)

    def first_due(self, course: Course) -> datetime | None:
        """The due date before it was extended; the last one where its extension is not told."""
        return course.first_due_at if any(self._extension(course, held) for held in course.rounds) else course.due_at

    def _letter(self, course: Course, round: int, held: Round) -> str:
        number = f"{course.number}" if round == 1 else f"{course.number}-{round}"
        return self.letter.format(year=held.facts["assigned"].year, number=number)

    def _extension(self, course: Course, held: Round) -> dict[str, str]:
        """Of the round that had the issue when two thirds of its time had gone."""
        if not self.extends or not course.extended or course.first_due_at is None or course.due_at is None:
            return {}
        asked_at = at_work(course.reported_at + (course.first_due_at - course.reported_at) * 2 / 3)
        granted_at = at_work(asked_at + _DECIDED)
        over = held.returned_at or min(held.facts.get("result", self.end), self.end)
        if not held.facts["assigned"] <= asked_at < granted_at < min(over, course.first_due_at):
            return {}
        return {
            "extension_asked_at": wall(asked_at),
            "extended_at": wall(granted_at),
            "extended_to": f"{course.due_at:%Y-%m-%d}",
            "extension_reason": _NEEDS_TIME,
        }

    def _evidence(self, course: Course, round: int, held: Round) -> datetime | None:
        """When a contact of the last round became known that was told late."""
        if not course.late_evidence or round < len(course.rounds) or held.satisfaction == "unsatisfied":
            return None
        contacted = held.facts.get("contacted")
        shown = None if contacted is None else at_work(contacted + _LATER)
        return shown if shown is not None and shown < self.end else None
