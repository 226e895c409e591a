"""Applies what was parked, after the cause has been mended, and releases the key in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

from eventkit.reactions import Gate, Reaction
from eventkit.session import Projector, Session
from eventkit.store import Held, Store


class StillFailing(Exception):
    """The first parked event fails again; nothing was changed. The message says which and why."""


class NotParked(Exception):
    """The key has no such record among those that are parked; the message says which it has."""


def redrive(store: Store, reaction: Reaction, key: str, projectors: Sequence[Projector] = ()) -> int:
    """Apply all parked events of a key in their order; how many there were.

    All or nothing: the consumer is kept out meanwhile, so no later event can slip in before the key is free.
    """
    with store.transaction() as tx:
        tx.seize(reaction.consumer)
        held = tx.parked(reaction.consumer, key)
        arrivals = [one.arrival for one in held]
        gate = Gate(set(), tx.blocked(reaction.consumer, [key])[1])
        session = Session(tx, projectors)
        reaction.apply(session, arrivals, gate)
        if gate.to_park:
            raise StillFailing(_reason(gate.to_park[0]))
        session.flush()
        tx.unpark(reaction.consumer, key)
        tx.wait(reaction.consumer, gate.to_wait)
    return len(arrivals)


def discard(store: Store, consumer: str, key: str, place: str, reason: str, by: str) -> None:
    """Give up one parked record of a key, which is kept aside with the reason and who decided. Raises NotParked."""
    with store.transaction() as tx:
        tx.seize(consumer)
        held = {one.arrival.place: one.arrival for one in tx.parked(consumer, key)}
        if place not in held or not tx.discard(consumer, held[place], reason, by):
            raise NotParked(f"no record {place} is parked; there are: {', '.join(held) or 'none'}")


def _reason(held: Held) -> str:
    return f"{held.arrival.place}: {held.reason}"
