"""Which deeds are enough for what is owed in a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from supervision.domain.duty.terms import Term
from supervision.domain.obligations import Counts, Need

SCHEDULED, UNSCHEDULED = "scheduled", "unscheduled"
"""Dispatch sessions: a meeting that is owed in each period is one that was set beforehand."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A record that counts. `period`: the one it is for where it names one; `done`: how many it stands for.

    `mode`: of a visit how it was made, of a dispatch session whether it had been scheduled.
    """

    source: UUID
    counts: Counts
    at: datetime
    learnt_at: datetime
    done: int = 1
    kind: str | None = None
    mode: str | None = None
    roles: frozenset[str] = frozenset()
    period: str | None = None


def met(need: Need, term: Term, deeds: Sequence[Deed]) -> list[Deed]:
    """The deeds that were enough for the need, in order; empty when there were not enough."""
    counted, done = [], 0
    for deed in sorted(deeds, key=lambda deed: (deed.at, str(deed.source))):
        if _counts(need, term, deed):
            counted.append(deed)
            done += deed.done
            if done >= need.min:
                return counted
    return []


def _counts(need: Need, term: Term, deed: Deed) -> bool:
    within = deed.period == term.period if deed.period is not None else _lies_in(term, deed.at)
    asked = ((need.kind, deed.kind), (need.mode, deed.mode))
    return (
        within
        and deed.counts == need.counts
        and all(want in (None, have) for want, have in asked)
        and (need.role is None or need.role in deed.roles)
        and deed.mode != UNSCHEDULED
    )


def _lies_in(term: Term, at: datetime) -> bool:
    return term.from_at <= at and (term.to_at is None or at < term.to_at)
