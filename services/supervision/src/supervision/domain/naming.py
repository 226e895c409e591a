"""Natural ids: an event is named by what it says, so whoever decides it again names it again.

RFC 9562 version 5, in the namespace that all of Bugle uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from supervision.domain import events
from supervision.domain.watch import Watch

_BUGLE = uuid5(NAMESPACE_URL, "urn:bugle")
_SEPARATOR = "\x1f"

_GENERATION = ("clock", "generation")
_STAGE = (*_GENERATION, "stage")

_KEYS: Mapping[type, tuple[str, tuple[str, ...]]] = {
    events.WatchOpened: ("watch_opened", ()),
    events.FactLearnt: ("fact_learnt", ("source",)),
    events.ClockStarted: ("clock_started", _GENERATION),
    events.ClockStopped: ("clock_stopped", (*_GENERATION, "fact", "stopped_at")),
    events.ClockCancelled: ("clock_cancelled", (*_GENERATION, "reason")),
    events.ClockUnobserved: ("clock_unobserved", _GENERATION),
    events.ReminderSent: ("reminder_sent", _STAGE),
    events.DeadlineMissed: ("deadline_missed", _STAGE),
    events.CardIssued: ("card_issued", _STAGE),
    events.CaseEscalated: ("case_escalated", _STAGE),
    events.MissesRescinded: ("misses_rescinded", (*_GENERATION, "fact", "evidence_at")),
    events.CasePaused: ("case_paused", ("pause",)),
    events.CaseResumed: ("case_resumed", ("pause",)),
    events.ExtensionAsked: ("extension_asked", ("extension",)),
    events.ExtensionDecided: ("extension_decided", ("extension",)),
    events.PolicyAdopted: ("policy_adopted", ("programme_version",)),
    events.CaseRaised: ("case_raised", ("level", "ground", "learnt_at")),
    events.PartsLearnt: ("parts_learnt", ("parts",)),
    events.ParentLearnt: ("parent_learnt", ("parent",)),
    events.PartClosed: ("part_closed", ("part", "turn")),
    events.PartReopened: ("part_reopened", ("part", "turn")),
    events.EnterpriseVerified: ("enterprise_verified", ("round",)),
    events.CaseClosedOut: ("case_closed_out", ("round",)),
    events.ReopeningOrdered: ("reopening_ordered", ("round",)),
    events.PolicyMatched: ("policy_matched", ("policy",)),
    events.HelpGiven: ("help_given", ("policy",)),
}
"""By event: its short type, and the fields that with the case tell it from any other."""


def natural_id(*parts: object) -> UUID:
    """The id that these parts always give."""
    return uuid5(_BUGLE, _SEPARATOR.join(map(_text, parts)))


def event_id(event: events.WatchEvent) -> UUID:
    """The id of an event of a watch."""
    name, fields = _KEYS[type(event)]
    return natural_id(event.case, name, *(getattr(event, field) for field in fields))


def event_ids(watch: Watch, happened: Iterable[events.WatchEvent]) -> list[UUID]:
    """The ids of what happens to a watch next. A further verification of a round bears its number."""
    verified = Counter(fact.round for fact in watch.facts if fact.name == "verified")
    ids = []
    for event in happened:
        id = event_id(event)
        if isinstance(event, events.EnterpriseVerified):
            verified[event.round] += 1
            id = id if verified[event.round] == 1 else natural_id(id, verified[event.round])
        ids.append(id)
    return ids


def _text(part: object) -> str:
    return part.astimezone(UTC).isoformat() if isinstance(part, datetime) else str(part)
