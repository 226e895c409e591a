"""A notification: what one recipient is told of one event, and what became of it on each way.

Its id is made of the cause and the recipient, so whoever decides on the cause again raises nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from supervision.domain.naming import natural_id
from supervision.domain.notice import Channel, Recipient, RecipientKind

Sent = Literal["email", "webhook"]

BASE, CAP = timedelta(seconds=30), timedelta(hours=6)
"""The longest first wait after a failure, and the longest of all."""


@dataclass(frozen=True, slots=True)
class NotificationRaised:
    """Somebody is told of the event `cause`, named `on` by the programme. It bears the cause's moment of recording."""

    notification: UUID
    cause: UUID
    on: str
    programme: str
    programme_version: int
    agency: str
    case: str | None
    recipient_kind: RecipientKind
    recipient: str
    unit: str | None
    access: str | None
    channels: tuple[Channel, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class NotificationDelivered:
    """The other side has taken it, after so many attempts."""

    notification: UUID
    channel: Sent
    attempts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryGivenUp:
    """Refused for good, or tried often enough."""

    notification: UUID
    channel: Sent
    attempts: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryRedriven:
    """Somebody has it tried again."""

    notification: UUID
    channel: Sent
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NotificationRead:
    """It was seen in the inbox."""

    notification: UUID
    by: str
    at: datetime


Event = NotificationRaised | NotificationDelivered | DeliveryGivenUp | DeliveryRedriven | NotificationRead


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one way: `redriven` counts how often it was begun anew."""

    delivered: bool = False
    given_up: bool = False
    redriven: int = 0


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification as it stands; `raised` is None before it exists."""

    raised: NotificationRaised | None = None
    courses: Mapping[str, Course] = field(default_factory=dict)
    read: NotificationRead | None = None

    def course(self, channel: str) -> Course:
        """That of a channel, of which nothing need be known yet."""
        return self.courses.get(channel, Course())


def notification_id(cause: UUID, recipient: Recipient) -> UUID:
    """The id of what this recipient is told of this event."""
    return natural_id(cause, "notification", recipient.kind, recipient.id)


def event_id(notification: Notification, event: Event) -> UUID:
    """The id of the next event of a notification: whoever decides it again names it again."""
    match event:
        case NotificationRaised():
            return natural_id(event.notification, "notification_raised")
        case NotificationDelivered():
            return natural_id(event.notification, "notification_delivered", event.channel)
        case DeliveryGivenUp():
            number = notification.course(event.channel).redriven
            return natural_id(event.notification, "delivery_given_up", event.channel, number)
        case DeliveryRedriven():
            number = notification.course(event.channel).redriven + 1
            return natural_id(event.notification, "delivery_redriven", event.channel, number)
        case NotificationRead():
            return natural_id(event.notification, "notification_read")


def apply(notification: Notification, event: Event) -> Notification:
    """The notification after an event."""
    match event:
        case NotificationRaised():
            return Notification(event)
        case NotificationDelivered():
            return _on(notification, event.channel, delivered=True, given_up=False)
        case DeliveryGivenUp():
            return _on(notification, event.channel, given_up=True)
        case DeliveryRedriven():
            redriven = notification.course(event.channel).redriven + 1
            return _on(notification, event.channel, given_up=False, redriven=redriven)
        case NotificationRead():
            return replace(notification, read=event)


def _on(notification: Notification, channel: str, **changes: object) -> Notification:
    course = replace(notification.course(channel), **changes)  # type: ignore[arg-type] # names are checked by replace
    return replace(notification, courses={**notification.courses, channel: course})


def deliver(held: Notification, id: UUID, channel: Sent, attempts: int, at: datetime) -> list[Event]:
    """It was taken; nothing new when that is known."""
    return [] if held.course(channel).delivered else [NotificationDelivered(id, channel, attempts, at)]


def give_up(held: Notification, id: UUID, channel: Sent, attempts: int, reason: str, at: datetime) -> list[Event]:
    """No more attempts; nothing new when it was delivered or given up before."""
    course = held.course(channel)
    return [] if course.delivered or course.given_up else [DeliveryGivenUp(id, channel, attempts, reason, at)]


def read(held: Notification, id: UUID, by: str, at: datetime) -> list[Event]:
    """It was seen; who sees it later adds nothing."""
    return [] if held.read is not None else [NotificationRead(id, by, at)]


def wait_after(attempt: int, jitter: float) -> timedelta:
    """How long to wait after an attempt failed, counted from 1: anything up to twice as long each time (full jitter).

    `jitter`: 0 to 1, drawn by whoever asks.
    """
    longest: timedelta = min(CAP, BASE * 2 ** min(attempt - 1, 20))
    return longest * jitter


def is_history(occurred_at: datetime, recorded_at: datetime, window: timedelta) -> bool:
    """Whether an event was recorded so long after it happened that nobody wants to be told of it."""
    return recorded_at - occurred_at > window
