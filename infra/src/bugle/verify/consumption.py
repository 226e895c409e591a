"""I5: what a consumer's database says it has received, against what its sources recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from bugle.verify.report import Invariant

SOURCES = {
    "intake": ("routing", "supervision"),
    "routing": ("intake", "supervision"),
    "supervision": ("intake", "routing"),
    "reporting": ("intake", "routing", "supervision"),
}
"""Consumer → the services whose topics it reads."""

ASIDE = ("parked", "waiting", "discarded")
"""Where an event that is received and not applied may be, one of them."""


@dataclass(frozen=True)
class Discard:
    """A record that an operator gave up. `id`: its event's, None when no program could read it."""

    id: UUID | None
    place: str
    key: str
    reason: str
    by: str

    def __str__(self) -> str:
        return f"{self.place} of {self.key} was discarded by {self.by}: {self.reason}"


def check_consumption(
    consumer: str, recorded: Iterable[Iterable[UUID]], received: Iterable[tuple[UUID, str]], found: Invariant
) -> set[UUID]:
    """Walk ascending sequences side by side; the ids that are aside.

    `recorded`: the ids of each source, each ascending. `received`: (id, "received" or one of ASIDE), ascending.
    An event that is received and not aside counts as applied.
    """
    set_aside: set[UUID] = set()
    told = merge(*(((id, "") for id in source) for source in recorded), received)
    for id, entries in groupby(told, key=itemgetter(0)):
        places = [place for _, place in entries]
        aside = [place for place in places if place in ASIDE]
        if aside:
            set_aside.add(id)
        found.checked += 1
        if "" not in places:
            found.fault(f"{consumer}: event {id} is {places[0]}, but no source recorded it")
        elif "received" not in places:
            found.fault(f"{consumer}: event {id} was recorded by its source but neither applied, parked nor set aside")
        elif len(aside) > 1:
            found.fault(f"{consumer}: event {id} is {' and '.join(aside)}")
    return set_aside
