"""Supervision's events by the names under which they are stored and published."""

from __future__ import annotations

from typing import Any

from eventkit.codec import Codec
from supervision.domain import duty, events, notification, steering

Payload = dict[str, Any]


def _parts(payload: Payload) -> Payload:
    """A fact of version 1 knew milestones only."""
    parts = [{"name": line["name"], "unit": None, "due_on": line["due_on"]} for line in payload.pop("milestones")]
    nothing: Payload = dict.fromkeys(("kind", "grade", "rule", "outcome"))
    return {**payload, **nothing, "about": payload.pop("milestone"), "parts": parts}


def _terms(payload: Payload) -> Payload:
    """A clock of version 1 left what stops it, and its card, to the programme's rule."""
    nothing: Payload = {"stops": [], "card": None, "kind": None, "grade": None, "pauses": [], "extensions": []}
    return {**payload, **nothing, "about": payload.pop("milestone")}


def _ended(payload: Payload) -> Payload:
    """A part's end of version 1 did not tell its ground, and came once."""
    return {**payload, "ground": None, "turn": 1}


def _same(payload: Payload) -> Payload:
    """Version 2 only allows for more facts and grounds."""
    return payload


CODEC = Codec(
    "supervision",
    {
        "watch_opened.v1": events.WatchOpened,
        "fact_learnt.v2": events.FactLearnt,
        "clock_started.v2": events.ClockStarted,
        "clock_stopped.v2": events.ClockStopped,
        "clock_cancelled.v2": events.ClockCancelled,
        "clock_unobserved.v1": events.ClockUnobserved,
        "reminder_sent.v1": events.ReminderSent,
        "deadline_missed.v1": events.DeadlineMissed,
        "card_issued.v1": events.CardIssued,
        "case_escalated.v1": events.CaseEscalated,
        "misses_rescinded.v2": events.MissesRescinded,
        "case_paused.v1": events.CasePaused,
        "case_resumed.v1": events.CaseResumed,
        "extension_asked.v1": events.ExtensionAsked,
        "extension_decided.v1": events.ExtensionDecided,
        "policy_adopted.v1": events.PolicyAdopted,
        "case_raised.v1": events.CaseRaised,
        "parts_learnt.v1": events.PartsLearnt,
        "parent_learnt.v1": events.ParentLearnt,
        "part_closed.v2": events.PartClosed,
        "part_reopened.v1": events.PartReopened,
        "enterprise_verified.v1": events.EnterpriseVerified,
        "case_closed_out.v1": events.CaseClosedOut,
        "reopening_ordered.v1": events.ReopeningOrdered,
        "calendar_published.v1": events.CalendarPublished,
        "duty_opened.v1": duty.DutyOpened,
        "duty_fulfilled.v1": duty.DutyFulfilled,
        "duty_reminded.v1": duty.DutyReminded,
        "duty_missed.v1": duty.DutyMissed,
        "duty_card_issued.v1": duty.DutyCardIssued,
        "duty_broken.v1": duty.DutyBroken,
        "duty_rescinded.v1": duty.DutyRescinded,
        "duty_ended.v2": duty.DutyEnded,
        "duty_recounted.v1": duty.DutyRecounted,
        "dispatch_held.v1": steering.DispatchHeld,
        "supervision_letter_issued.v1": steering.SupervisionLetterIssued,
        "supervision_letter_answered.v1": steering.SupervisionLetterAnswered,
        "supervision_letter_withdrawn.v1": steering.SupervisionLetterWithdrawn,
        "accountability_recorded.v1": steering.AccountabilityRecorded,
        "report_published.v1": steering.ReportPublished,
        "policy_matched.v1": events.PolicyMatched,
        "help_given.v1": events.HelpGiven,
        "notification_raised.v1": notification.NotificationRaised,
        "notification_delivered.v1": notification.NotificationDelivered,
        "delivery_given_up.v1": notification.DeliveryGivenUp,
        "delivery_redriven.v1": notification.DeliveryRedriven,
        "notification_read.v1": notification.NotificationRead,
    },
    {
        "fact_learnt.v1": ("fact_learnt.v2", _parts),
        "clock_started.v1": ("clock_started.v2", _terms),
        "clock_stopped.v1": ("clock_stopped.v2", _same),
        "clock_cancelled.v1": ("clock_cancelled.v2", _same),
        "part_closed.v1": ("part_closed.v2", _ended),
        "misses_rescinded.v1": ("misses_rescinded.v2", _same),
        "duty_ended.v1": ("duty_ended.v2", _same),
    },
)
