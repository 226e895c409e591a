"""An event of a case as the folds read it, and the order in which they read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from eventkit.envelope import Envelope

SERVICES = ("intake", "routing", "supervision")
"""The services that record events of a case; in the order of their facts at one instant."""

_RANK = {service: rank for rank, service in enumerate(SERVICES)}
_KEPT = {
    *("session", "duty", "dispatch", "letter", "accountability", "report", "suggestion", "calendar"),
    *("enterprise", "team", "visit", "service"),
}
_STREAMS = {"issue": "intake", "case": "routing", "watch": "supervision"}


class CaseEvent(NamedTuple):
    """One event of a case. `name` is the short type: `issue_reported` of `bugle.intake.issue_reported.v1`.

    `sequenced_at`: when it entered its log, and so became known.
    """

    service: str
    version: int
    name: str
    occurred_at: datetime
    id: str
    data: dict[str, Any]
    sequenced_at: datetime


def is_case_event(stream: str) -> bool:
    """Whether the stream belongs to a case: `issue-…` of intake, `case-…` of routing, `watch-…` of supervision."""
    return stream.partition("-")[0] in _STREAMS


def is_kept(stream: str) -> bool:
    """Whether every event of the stream is kept although it is no case's: sessions, duties, visits and the like."""
    return stream.partition("-")[0] in _KEPT


def short_type(kind: str) -> str:
    """`issue_reported` of `bugle.intake.issue_reported.v1`."""
    return kind.split(".")[2]


def from_envelope(event: Envelope) -> CaseEvent:
    """The case event in an envelope, which has its place in the log."""
    kind = event.type.split(".")
    assert event.sequenced_at is not None
    return CaseEvent(
        kind[1], event.version, kind[2], event.occurred_at, str(event.id), event.json(), event.sequenced_at
    )


def timeline_order(event: CaseEvent) -> tuple[datetime, int, int]:
    """By instant, then service, then version."""
    return event.occurred_at, _RANK[event.service], event.version


def in_timeline_order(events: Iterable[CaseEvent]) -> list[CaseEvent]:
    """The events of one case, sorted."""
    return sorted(events, key=timeline_order)
