"""What happens to a duty, and the ids of these events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from supervision.domain.naming import natural_id
from supervision.domain.obligations import Need, SubjectKind
from supervision.domain.periods import Every

DutyGround = Literal["closed_out", "returned", "result", "cancelled", "policy", "changed", "left", "withdrawn"]


@dataclass(frozen=True, slots=True)
class DutyOpened:
    """Somebody owes something. Recurring: from the day `since` on; else due at `due_at`, `broken_at` for a pledge.

    `about`: the session, dispatch, letter or policy match that it follows from.
    """

    duty: UUID
    programme: str
    programme_version: int
    agency: str
    rule: str
    subject_kind: SubjectKind
    subject: str
    unit: str | None
    person: str | None
    enterprise: str | None
    case: str | None
    about: str | None
    title: str | None
    every: Every
    needs: tuple[Need, ...]
    since: date | None
    until: date | None
    within: str | None
    remind: str | None
    due_at: datetime | None
    remind_at: datetime | None
    broken_at: datetime | None
    card: str | None
    by: str
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyFulfilled:
    """What was owed has been done, on the evidence of these events; `in_time`: at or before it was due."""

    duty: UUID
    period: str
    in_time: bool
    evidence: tuple[UUID, ...]
    by: str | None
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyReminded:
    """It is about to be due."""

    duty: UUID
    period: str
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyMissed:
    """It was not done when it was due; `lacking` names the needs that were not met."""

    duty: UUID
    period: str
    due_at: datetime
    lacking: tuple[str, ...]
    unit: str | None
    person: str | None
    card: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyCardIssued:
    """The programme answers a miss of this duty with a card."""

    duty: UUID
    period: str
    unit: str | None
    person: str | None
    colour: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyBroken:
    """A pledge was not kept at all."""

    duty: UUID
    period: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyRescinded:
    """Late evidence: it was done at `evidence_at`, in time, or was no longer owed; the miss is withdrawn."""

    duty: UUID
    period: str
    withdrawn: tuple[UUID, ...]
    evidence_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyEnded:
    """It is no longer owed; "changed": after the period that runs, from which on another duty takes its place."""

    duty: UUID
    ground: DutyGround
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyRecounted:
    """What is owed once is due at another time, by a newer version of the calendar."""

    duty: UUID
    due_at: datetime
    remind_at: datetime | None
    broken_at: datetime | None
    calendar: str
    calendar_version: int
    learnt_at: datetime
    at: datetime


Event = (
    DutyOpened
    | DutyFulfilled
    | DutyReminded
    | DutyMissed
    | DutyCardIssued
    | DutyBroken
    | DutyRescinded
    | DutyEnded
    | DutyRecounted
)


def event_id(event: Event) -> UUID:
    """The id of an event of a duty: whoever decides it again names it again."""
    match event:
        case DutyOpened():
            return natural_id(event.duty, "duty_opened")
        case DutyFulfilled():
            return natural_id(event.duty, "duty_fulfilled", event.period, event.at)
        case DutyReminded():
            return natural_id(event.duty, "duty_reminded", event.period)
        case DutyMissed():
            return missed_id(event.duty, event.period)
        case DutyCardIssued():
            return card_id(event.duty, event.period)
        case DutyBroken():
            return broken_id(event.duty, event.period)
        case DutyRescinded():
            return natural_id(event.duty, "duty_rescinded", event.period, event.evidence_at)
        case DutyEnded():
            return natural_id(event.duty, "duty_ended", event.at)
        case DutyRecounted():
            return natural_id(event.duty, "duty_recounted", event.calendar, event.calendar_version)


def missed_id(duty: UUID, period: str) -> UUID:
    """The id of the miss of a period."""
    return natural_id(duty, "duty_missed", period)


def card_id(duty: UUID, period: str) -> UUID:
    """The id of the card that the miss of a period brought."""
    return natural_id(duty, "duty_card_issued", period)


def broken_id(duty: UUID, period: str) -> UUID:
    """The id of the breach of a period."""
    return natural_id(duty, "duty_broken", period)
