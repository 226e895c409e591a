"""One batch of arrivals in one transaction: at-least-once delivery, effectively-once effects.

The caller acknowledges a batch to Kafka only after `process` has returned, which is after the commit. A redelivered
event is known to the inbox and passed over. An event that fails is undone by a savepoint and parked with all that
follows of its key; an event that came before its predecessor waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from threading import Event
from time import monotonic

from eventkit import backoff, telemetry
from eventkit.arrivals import Arrival
from eventkit.delivery import Policy, policy_of
from eventkit.envelope import Envelope, Watermark
from eventkit.errors import Stopped, VersionConflict
from eventkit.reactions import Gate, Reaction
from eventkit.redrive import discard, redrive
from eventkit.session import Projector, Session
from eventkit.store import Progress, Store, Transaction
from eventkit.tracing import about

log = logging.getLogger(__name__)

NO_WATERMARK = datetime(1970, 1, 1, tzinfo=UTC)
RETRY_SECONDS = (0.1, 4.0)
CONFLICTS = 8
"""After so many conflicts in a row it is no other writer but the event itself, say an id that is recorded already."""
STALE_LANES = 200
STALE_SECONDS = 1.0
"""Two workers can miss each other's uncommitted rows, so that a token is provided before its waiter is seen:
each second the lanes that have waited longest are tried again whatever they wait for."""


class Processor:
    """Applies batches of one consumer. Thread-safe by being called from one thread at a time."""

    def __init__(self, store: Store, reaction: Reaction, projectors: Sequence[Projector] = ()) -> None:
        self.reaction = reaction
        self.stopping = Event()
        self.retrying = False
        self.store = store
        self.projectors = projectors
        self._consumer = reaction.consumer
        self._next_stale = 0.0
        self._attempts = 0

    def process(self, arrivals: Sequence[Arrival]) -> None:
        """Apply a batch; tries again for as long as a server is away. Raises Stopped once `stopping` is set."""
        self._attempts = 0
        for attempt in count():
            if self.stopping.is_set():
                raise Stopped
            try:
                handled = self._attempt(arrivals)
                self.retrying = False
                self._tell(handled)
                return
            except Exception as error:
                if policy_of(error) is not Policy.RETRY:
                    raise
                self.retrying = True
                self._attempts += isinstance(error, VersionConflict)
                telemetry.retries.labels(self._consumer).inc()
                pause = backoff.pause(attempt, *RETRY_SECONDS)
                log.warning("batch of %d is tried again in %.2f s: %s", len(arrivals), pause, error)
                self.stopping.wait(pause)

    def _policy(self, error: BaseException) -> Policy:
        if isinstance(error, VersionConflict) and self._attempts >= CONFLICTS:
            return Policy.PARK
        return policy_of(error)

    def parked(self) -> dict[str, int]:
        """How many events are parked, by key."""
        with self.store.transaction() as tx:
            return tx.parked_keys(self._consumer)

    def first_parked(self, key: str) -> str:
        """The place of the record that blocks a parked key."""
        with self.store.transaction() as tx:
            return tx.parked(self._consumer, key)[0].arrival.place

    def redrive(self, key: str) -> int:
        """Apply all parked events of a key and release it; how many there were.

        Raises StillFailing, or VersionConflict after CONFLICTS of them: then it is no other writer but an event.
        """
        for attempt in range(1, CONFLICTS):
            try:
                return redrive(self.store, self.reaction, key, self.projectors)
            except VersionConflict as conflict:
                log.info("the redrive of %s is tried again: %s", key, conflict)
                self.stopping.wait(backoff.pause(attempt, *RETRY_SECONDS))
        return redrive(self.store, self.reaction, key, self.projectors)

    def discard(self, key: str, place: str, reason: str, by: str) -> None:
        """Give up one parked record of a key for good. Raises NotParked."""
        discard(self.store, self._consumer, key, place, reason, by)

    def _attempt(self, arrivals: Sequence[Arrival]) -> list[Envelope]:
        handled: list[Envelope] = []
        with self.store.transaction() as tx:
            tx.share(self._consumer)
            tx.advance(self._consumer, _progress(arrivals))
            tokens = self._react(tx, self._fresh(tx, arrivals), handled)
            self._release(tx, tokens, handled)
        return handled

    def _tell(self, handled: Sequence[Envelope]) -> None:
        """A line for each event that has had its effects, which is after the commit."""
        for event in handled:
            log.info("applied %s", event.type, extra={"about": about(event)})

    def _fresh(self, tx: Transaction, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Without watermarks, and each event once, in order; malformed records too, unless they were discarded."""
        events = {a.content.id: a for a in reversed(arrivals) if isinstance(a.content, Envelope)}
        new = tx.receive(self._consumer, events.keys())
        telemetry.redelivered.labels(self._consumer).inc(len(events) - len(new))
        malformed = [arrival for arrival in arrivals if arrival.content is None]
        known = tx.discarded(self._consumer, malformed)  # an event's id is in the inbox; these have none
        fresh = {id(events[event_id]) for event_id in new} | {id(a) for a in malformed if a.place not in known}
        return [arrival for arrival in arrivals if id(arrival) in fresh]

    def _react(self, tx: Transaction, arrivals: Sequence[Arrival], handled: list[Envelope]) -> set[str]:
        """Apply, all at once if it can be, else one by one, adding what was handled; the tokens now provided."""
        if not arrivals:
            return set()
        parked, waiting = tx.blocked(self._consumer, {arrival.lane for arrival in arrivals})
        gate = Gate(set(parked), set(waiting), self._policy)
        try:
            self._apply(tx, arrivals, gate)
        except Exception as error:
            if self._policy(error) in (Policy.RETRY, Policy.STOP):
                raise
            log.warning("a batch of %d failed and is applied one by one: %s", len(arrivals), error)
            gate = self._one_by_one(tx, arrivals, Gate(parked, waiting, self._policy))
        self._set_aside(tx, gate)
        telemetry.applied.labels(self._consumer).inc(len(arrivals) - len(gate.to_park) - len(gate.to_wait))
        handled += gate.handled
        return gate.provided

    def _apply(self, tx: Transaction, arrivals: Sequence[Arrival], gate: Gate) -> None:
        with tx.savepoint():
            session = Session(tx, self.projectors)
            self.reaction.apply(session, arrivals, gate)
            session.flush()

    def _one_by_one(self, tx: Transaction, arrivals: Sequence[Arrival], gate: Gate) -> Gate:
        for arrival in arrivals:
            try:
                self._apply(tx, [arrival], gate)
            except Exception as error:  # the gate parks it with its error, or raises
                gate.fail(arrival, error)
        return gate

    def _set_aside(self, tx: Transaction, gate: Gate) -> None:
        tx.park(self._consumer, gate.to_park)
        tx.wait(self._consumer, gate.to_wait)
        for held in gate.to_park:
            telemetry.parked.labels(self._consumer).inc()
            event = held.arrival.content
            found = about(event) if isinstance(event, Envelope) else {"key": held.arrival.lane}
            log.error("parked an event of %s: %s", held.arrival.topic, held.reason, extra={"about": found})

    def _release(self, tx: Transaction, tokens: set[str], handled: list[Envelope]) -> None:
        """Apply what waited for these tokens, and what that provides in turn."""
        stale = STALE_LANES if monotonic() >= self._next_stale else 0
        if stale:
            self._next_stale = monotonic() + STALE_SECONDS
        while tokens or stale:
            released = tx.release(self._consumer, tokens, stale)
            tokens, stale = self._react(tx, released, handled), 0


def _progress(arrivals: Sequence[Arrival]) -> dict[tuple[str, int], Progress]:
    held: dict[tuple[str, int], Progress] = {}
    for arrival in arrivals:
        place = (arrival.topic, arrival.partition)
        before = held.get(place, Progress(0, 0, NO_WATERMARK))
        mark = arrival.content
        if isinstance(mark, Watermark):
            before = Progress(0, max(before.log_seq, mark.log_seq), max(before.watermark, mark.upto))
        held[place] = replace(before, next_offset=arrival.offset + 1)
    return held
