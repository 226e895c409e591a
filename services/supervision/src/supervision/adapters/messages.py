"""Supervision's events by the names under which they are stored and published."""

from __future__ import annotations

from eventkit.codec import Codec
from supervision.domain import events

CODEC = Codec(
    "supervision",
    {
        "watch_opened.v1": events.WatchOpened,
        "fact_learnt.v1": events.FactLearnt,
        "clock_started.v1": events.ClockStarted,
        "clock_stopped.v1": events.ClockStopped,
        "clock_cancelled.v1": events.ClockCancelled,
        "clock_unobserved.v1": events.ClockUnobserved,
        "reminder_sent.v1": events.ReminderSent,
        "deadline_missed.v1": events.DeadlineMissed,
        "card_issued.v1": events.CardIssued,
        "case_escalated.v1": events.CaseEscalated,
        "misses_rescinded.v1": events.MissesRescinded,
        "enterprise_verified.v1": events.EnterpriseVerified,
        "case_closed_out.v1": events.CaseClosedOut,
        "reopening_ordered.v1": events.ReopeningOrdered,
        "calendar_published.v1": events.CalendarPublished,
    },
)
