"""A duty: something owed, once or in every period, that is not a deadline of a case's course.

Recurring duties are judged by what was done in each period; a first period that had begun before the duty did can be
fulfilled but not missed. What is owed once is fulfilled by an act. As with clocks everything happens in event time: a
miss bears the moment at which the duty was due, and evidence that is learnt late withdraws it.
"""

from __future__ import annotations

from supervision.domain.duty.acts import absent, end, fulfil, recount, release
from supervision.domain.duty.deeds import SCHEDULED, UNSCHEDULED, Deed
from supervision.domain.duty.events import (
    DutyBroken,
    DutyCardIssued,
    DutyEnded,
    DutyFulfilled,
    DutyGround,
    DutyMissed,
    DutyOpened,
    DutyRecounted,
    DutyReminded,
    DutyRescinded,
    Event,
    event_id,
)
from supervision.domain.duty.settling import ripe_at, settle
from supervision.domain.duty.state import Duty, Outcome, Status, apply, status
from supervision.domain.duty.terms import Moments, Paired, View, once, terms

__all__ = [
    "SCHEDULED",
    "UNSCHEDULED",
    "Deed",
    "Duty",
    "DutyBroken",
    "DutyCardIssued",
    "DutyEnded",
    "DutyFulfilled",
    "DutyGround",
    "DutyMissed",
    "DutyOpened",
    "DutyRecounted",
    "DutyReminded",
    "DutyRescinded",
    "Event",
    "Moments",
    "Outcome",
    "Paired",
    "Status",
    "View",
    "absent",
    "apply",
    "end",
    "event_id",
    "fulfil",
    "once",
    "recount",
    "release",
    "ripe_at",
    "settle",
    "status",
    "terms",
]
