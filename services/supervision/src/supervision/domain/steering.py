"""What the office does about departments: dispatch 调度, supervision letters 督办单, accountability 追责, reports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from supervision.domain import errors
from supervision.domain.commands import Act
from supervision.domain.naming import natural_id
from supervision.domain.text import Text


@dataclass(frozen=True, slots=True)
class DispatchItem:
    """A task given at a dispatch; `item` counts from 1, `duty` is what supervises it."""

    item: int
    case: str | None
    unit: str
    task: str
    due_on: date
    duty: UUID


@dataclass(frozen=True, slots=True)
class DispatchHeld:
    """A dispatch session took place, on schedule or not, with minutes 纪要."""

    dispatch: UUID
    programme: str
    programme_version: int
    agency: str
    scheduled: bool
    title: str
    minutes: str
    items: tuple[DispatchItem, ...]
    by: str
    backdating_reason: str | None
    learnt_at: datetime
    at: datetime


LetterGround = Literal["cards", "order"]


@dataclass(frozen=True, slots=True)
class SupervisionLetterIssued:
    """A unit is called to account in writing 督办单, for its cards or by order; it is to reply by `reply_due_at`."""

    letter: UUID
    programme: str
    programme_version: int
    agency: str
    unit: str
    ground: LetterGround
    cards: tuple[UUID, ...]
    case: str | None
    text: str | None
    reply_due_at: datetime
    by: str
    backdating_reason: str | None
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class SupervisionLetterAnswered:
    """The unit's reply."""

    letter: UUID
    reply: str
    by: str
    backdating_reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class SupervisionLetterWithdrawn:
    """Its ground has gone: cards were withdrawn."""

    letter: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountabilityRecorded:
    """A measure against a unit or person, tied to the events that are its evidence."""

    record: UUID
    programme: str
    programme_version: int
    agency: str
    ground: str
    measure: str
    unit: str | None
    person: str | None
    case: str | None
    evidence: tuple[UUID, ...]
    note: str | None
    by: str
    backdating_reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ReportPublished:
    """A report of a period was published 月通报, 季点评, 年考核."""

    publication: UUID
    programme: str
    programme_version: int
    agency: str
    report: str
    period: str
    by: str
    backdating_reason: str | None
    at: datetime


Paper = DispatchHeld | AccountabilityRecorded | ReportPublished


@dataclass(frozen=True, slots=True)
class Filed:
    """A dispatch, an accountability record or a report: told once, whole; None before it exists."""

    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A supervision letter; `issued` is None before it exists."""

    issued: SupervisionLetterIssued | None = None
    answered: SupervisionLetterAnswered | None = None
    withdrawn: bool = False


LetterEvent = SupervisionLetterIssued | SupervisionLetterAnswered | SupervisionLetterWithdrawn


def apply_filed(_: Filed, event: Paper) -> Filed:
    """The paper once told."""
    return Filed(event)


def apply_letter(letter: Letter, event: LetterEvent) -> Letter:
    """The letter after an event; issued again, it is open again."""
    match event:
        case SupervisionLetterIssued():
            return Letter(event)
        case SupervisionLetterAnswered():
            return replace(letter, answered=event)
        case SupervisionLetterWithdrawn():
            return replace(letter, withdrawn=True)


def answer(letter: Letter, reply: str, act: Act) -> list[LetterEvent]:
    """The unit's reply, once, not before the letter."""
    issued = letter.issued
    if issued is None:
        raise errors.UnknownLetter
    if letter.withdrawn:
        raise errors.LetterIsWithdrawn
    if letter.answered is not None:
        raise errors.LetterAnsweredAlready
    if act.at < issued.at:
        raise errors.BackInTime(Text("The reply is dated before the letter."))
    return [SupervisionLetterAnswered(issued.letter, reply, act.by, act.backdating_reason, act.at)]


def publication_id(programme: str, report: str, period: str) -> UUID:
    """The id of a period's report."""
    return natural_id("publication", programme, report, period)


def duty_of(kind: str, *about: object) -> UUID:
    """The id of what is owed once: by its kind and what it is about."""
    return natural_id("duty", kind, *about)
