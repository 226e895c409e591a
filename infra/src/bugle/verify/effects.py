"""I5 beyond the inbox, which says that an event was taken, not that anything came of it: what a report brings about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from heapq import merge
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from bugle.verify.report import Invariant

CAUSE = "issue_reported"
EFFECTS = {"routing": "case_opened", "supervision": "watch_opened"}
"""Consumer → what it records once for each report of intake."""

Keyed = Iterable[tuple[str, UUID]]


def check_effects(consumer: str, causes: Keyed, effects: Keyed, aside: Collection[UUID], found: Invariant) -> None:
    """Each report that the consumer has not set aside has its one effect, and there is no other.

    `causes` and `effects`: key and id of the events, ascending by key; `aside`: ids parked, waiting or discarded.
    """
    told = merge(((key, id, True) for key, id in causes), ((key, id, False) for key, id in effects), key=itemgetter(0))
    for key, entries in groupby(told, key=itemgetter(0)):
        held = list(entries)
        wanted = sum(is_cause and id not in aside for _, id, is_cause in held)
        came = sum(not is_cause for _, _, is_cause in held)
        found.checked += 1
        if came != wanted:
            found.fault(f"{consumer}: {key} has {came} {EFFECTS[consumer]}, where {wanted} belong")
