"""What happened to a case, as far as a backtest asks: how it stood when it was first assigned, and who had it since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from routing.domain import events, history, opening
from routing.domain.case import Case, apply
from routing.domain.events import Event
from routing.domain.rules import Subject

Assigner = Literal["rule", "office", "ledger"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event of a case's stream with its id."""

    id: str
    event: Event


@dataclass(frozen=True, slots=True)
class Move:
    """The case went to a unit (assigned), or `unit` lost it: by its own return, or by the office's word."""

    event: str
    what: Literal["assigned", "returned", "transferred", "arbitrated"]
    unit: str | None
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """`opening`: what the issue said when its case was opened. `judged`: when it was first assigned, or says today
    where it never was; its kind is the one that people gave it, None where a rule did or nobody.

    `last` and `supporting`: who has it at the end; `rule`: which chose the first lead, for the office too.
    """

    case: str
    enterprise: str
    opened_at: datetime
    synthetic: bool
    opening: Subject
    judged: Subject
    by: Assigner | None
    rule: str | None
    moves: tuple[Move, ...]
    last: str | None
    supporting: tuple[str, ...]

    @property
    def first(self) -> str | None:
        """The first lead."""
        return next((move.unit for move in self.moves if move.what == "assigned"), None)

    @property
    def losses(self) -> tuple[Move, ...]:
        """The moves by which a unit lost the case."""
        return tuple(move for move in self.moves if move.what != "assigned" and move.unit is not None)


def course_of(recorded: Sequence[Recorded]) -> Course | None:
    """The course that a stream tells, from its first event; None when it does not begin with the opening."""
    if not recorded or not isinstance(opened := recorded[0].event, events.CaseOpened):
        return None
    assigned = _first_assignment(recorded)
    before = recorded if assigned is None else recorded[: recorded.index(assigned)]
    at_first, end = _fold(before), _fold(recorded)
    chosen = assigned.event if assigned is not None else None
    return Course(
        case=opened.case,
        enterprise=opened.enterprise,
        opened_at=opened.at,
        synthetic=opened.synthetic,
        opening=Subject(None, opened.title, opened.text),
        judged=Subject(_said_kind(before), at_first.title, at_first.text),
        by=_assigner(chosen.by) if isinstance(chosen, events.CaseAssigned) else None,
        rule=chosen.rule if isinstance(chosen, events.CaseAssigned) else None,
        moves=tuple(_moves(recorded)),
        last=end.lead,
        supporting=end.supporting,
    )


def _first_assignment(recorded: Sequence[Recorded]) -> Recorded | None:
    return next((one for one in recorded if isinstance(one.event, events.CaseAssigned)), None)


def _fold(recorded: Iterable[Recorded]) -> Case:
    case = Case()
    for one in recorded:
        case = apply(case, one.event)
    return case


def _said_kind(recorded: Iterable[Recorded]) -> str | None:
    """The last word on the kind, unless a rule has it: other rules would have said their own."""
    said = [one.event for one in recorded if isinstance(one.event, events.CaseClassified)]
    return said[-1].kind if said and said[-1].rule is None else None


def _assigner(by: str) -> Assigner:
    return "rule" if by == opening.BY else "ledger" if by == history.BY else "office"


def _moves(recorded: Iterable[Recorded]) -> Iterable[Move]:
    case = Case()
    for one in recorded:
        match one.event:
            case events.CaseAssigned(lead=unit, at=at):
                yield Move(one.id, "assigned", unit, None, at)
            case events.CaseReturned(unit=unit, reason=reason, at=at):
                yield Move(one.id, "returned", unit, reason, at)
            case events.CaseTransferred(unit=lost, note=note, at=at):
                yield Move(one.id, "transferred", lost, note, at)
            case events.CaseArbitrated(lead=lead, note=note, at=at):
                yield Move(one.id, "arbitrated", None if case.lead == lead else case.lead, note, at)
        case = apply(case, one.event)
