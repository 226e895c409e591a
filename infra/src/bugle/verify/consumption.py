"""I5: what a consumer's database says it has received, against what its sources recorded."""

from __future__ import annotations

from collections.abc import Iterable
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


def check_consumption(
    consumer: str, recorded: Iterable[Iterable[UUID]], received: Iterable[tuple[UUID, str]], found: Invariant
) -> None:
    """Walk ascending sequences side by side.

    `recorded`: the ids of each source, each ascending. `received`: (id, "received" | "parked" | "waiting"), ascending.
    An event that is received and not parked or waiting counts as applied.
    """
    told = merge(*(((id, "") for id in source) for source in recorded), received)
    for id, entries in groupby(told, key=itemgetter(0)):
        places = [place for _, place in entries]
        aside = [place for place in places if place in ("parked", "waiting")]
        found.checked += 1
        if "" not in places:
            found.fault(f"{consumer}: event {id} is {places[0]}, but no source recorded it")
        elif "received" not in places:
            found.fault(f"{consumer}: event {id} was recorded by its source but neither applied, parked nor set aside")
        elif len(aside) > 1:
            found.fault(f"{consumer}: event {id} is {' and '.join(aside)}")
