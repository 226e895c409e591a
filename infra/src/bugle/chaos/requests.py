"""I1 and I2: what the client was told against what was recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from bugle.chaos.ledger import Attempt, Outcome, digest
from bugle.verify.hashing import instant
from bugle.verify.report import Invariant

_UNHEARD = {httpx.codes.UNAUTHORIZED}
"""Answered before the request is looked at: a server whose clock is wrong takes nobody's token."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event of a store that bears a marker. `body`: its payload."""

    service: str
    type: str
    marker: str
    occurred_at: datetime
    body: dict[str, Any]

    def digest(self, fields: Iterable[str]) -> str:
        """That of its fields; `occurred_at` is the event's own."""
        held = self.body | {"occurred_at": instant(self.occurred_at)}
        return digest({name: held.get(name) for name in fields})

    def __str__(self) -> str:
        return f"{self.type} with marker {self.marker}"


def check_requests(attempts: Sequence[Attempt], recorded: Iterable[Recorded], i1: Invariant, i2: Invariant) -> None:
    """I1: acknowledged ⊆ events ⊆ acknowledged ∪ unknown. I2: one set of events, and one first answer, per key."""
    events: defaultdict[str, list[Recorded]] = defaultdict(list)
    for event in recorded:
        events[event.marker].append(event)
    keys: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        keys[attempt.key].append(attempt)
    for sent in keys.values():
        found = events.pop(sent[0].marker, [])
        _check_outcome(sent, found, i1)
        _check_once(sent, found, i2)
    for stray in events.values():
        i1.fault(f"{stray[0]}: recorded, but nobody asked for it")


def _check_outcome(sent: Sequence[Attempt], found: Sequence[Recorded], i1: Invariant) -> None:
    i1.checked += 1
    first, outcomes = sent[0], {attempt.outcome for attempt in sent}
    if not found and Outcome.acknowledged in outcomes:
        i1.fault(f"{first.type} with marker {first.marker}: acknowledged, but not recorded")
    if found and outcomes == {Outcome.refused}:
        i1.fault(f"{found[0]}: recorded although it was refused")
    for event in found:
        if (event.type, event.digest(first.fields)) != (first.type, first.digest):
            i1.fault(f"{event}: is not what was asked for")


def _check_once(sent: Sequence[Attempt], found: Sequence[Recorded], i2: Invariant) -> None:
    i2.checked += 1
    named = f"key {sent[0].key}"
    if len(found) > 1:
        i2.fault(f"{named}: {len(found)} events were recorded, {', '.join(map(str, found))}")
    answered = [attempt for attempt in sent if attempt.outcome is Outcome.acknowledged]
    if len({attempt.answer for attempt in answered}) > 1:
        i2.fault(f"{named}: answered differently when it was repeated")
    if len([attempt for attempt in answered if not attempt.replayed]) > 1:
        i2.fault(f"{named}: carried out more than once")
    if len({attempt.digest for attempt in sent}) > 1:
        i2.fault(f"{named}: used for different requests")
    _check_refusals(sent, found, named, i2)
    if answered and answered[0].replayed and all(a.outcome is not Outcome.unknown for a in sent):
        i2.fault(f"{named}: its first answer says that it is a repetition")


def _check_refusals(sent: Sequence[Attempt], found: Sequence[Recorded], named: str, i2: Invariant) -> None:
    """A retry gets the first answer, so nothing refuses what has happened. What is recorded though nothing but a
    refusal was ever told is I1's affair. The client sends nothing more after a refusal."""
    outcomes = [attempt.outcome for attempt in sent if attempt.status not in _UNHEARD]
    if Outcome.refused not in outcomes:
        return
    last = len(outcomes) - 1 - outcomes[::-1].index(Outcome.refused)
    if Outcome.acknowledged in outcomes[:last]:
        i2.fault(f"{named}: refused after it had been acknowledged")
    elif found and {*outcomes} != {Outcome.refused}:
        i2.fault(f"{named}: refused, and recorded by another attempt")
