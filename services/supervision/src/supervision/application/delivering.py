"""Sending what was raised, at least once each and recognisable when it is sent again.

A delivery is claimed with a lease and counted as an attempt before anything is sent, sent outside any transaction, and
its outcome recorded afterwards. Whoever takes over after a killed notifier sends the same notification id again.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError

from eventkit.errors import VersionConflict
from eventkit.session import Projector, Session
from eventkit.store import Store, Transaction
from eventkit.tracing import span
from supervision.application.ports import Streams
from supervision.application.wording import Words
from supervision.domain import notification
from supervision.domain.notification import Event, Notification, Sent, deliver, give_up, wait_after

log = logging.getLogger(__name__)

CONFLICTS = 5
"""A recipient may read in the inbox what is just being sent: the outcome is then recorded again."""

outcomes = Counter("bugle_notifier_outcomes", "Attempts to deliver by what came of them", ["channel", "outcome"])


class NotSent(Exception):
    """An attempt failed. The message is short and without addresses; `final`: no other attempt will do better.

    `after`: how long the other side wants to be left alone.
    """

    def __init__(self, reason: str, *, final: bool = False, after: timedelta = timedelta(0)) -> None:
        super().__init__(reason)
        self.final = final
        self.after = after


@dataclass(frozen=True, slots=True)
class Address:
    """Where a recipient gets its notifications; `secret` signs a webhook's."""

    address: str
    secret: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed delivery. `attempts` counts this one."""

    notification: UUID
    channel: Sent
    attempts: int
    claim: UUID


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: the words and what of them a program may want beside."""

    notification: UUID
    name: str
    programme: str
    case: str | None
    occurred_at: datetime
    words: Words


class Outbox(Protocol):
    """The deliveries, in one transaction."""

    def serve(self, missing: Mapping[str, str], now: datetime) -> None:
        """Hold what cannot be sent, by channel and reason, and let go what was held of the other channels."""

    def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Parcel]:
        """Deliveries that are due and that nobody else sends, each a further attempt, until the lease ends."""

    def mine(self, parcel: Parcel) -> bool:
        """Whether it still waits under this claim; locked until the transaction ends."""

    def unaddressed(self, parcel: Parcel) -> None:
        """Its recipient has no address for the channel."""

    def postpone(self, parcel: Parcel, until: datetime, reason: str) -> None:
        """This attempt failed."""


class Compose(Protocol):
    """Finds out what a parcel holds and where it goes."""

    def __call__(self, tx: Transaction, parcel: Parcel) -> tuple[Letter, Address] | None: ...


class Carrier(Protocol):
    """One way to a recipient."""

    def send(self, letter: Letter, address: Address, at: datetime) -> None:
        """Return when the other side has taken it; raises NotSent."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a claim holds, how often it is tried, and how many are sent at once."""

    lease: timedelta
    attempts: int
    at_once: int


class Delivering:
    """Sends round by round. `missing`: the channels without a carrier and why; `clock` tells the time."""

    def __init__(
        self,
        store: Store,
        streams: Streams,
        projectors: Sequence[Projector],
        outbox: Callable[[Transaction], Outbox],
        compose: Compose,
        carriers: Mapping[str, Carrier],
        missing: Mapping[str, str],
        terms: Terms,
        clock: Callable[[], datetime],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._streams = streams
        self._projectors = projectors
        self._outbox = outbox
        self._compose = compose
        self._carriers = carriers
        self._missing = missing
        self._terms = terms
        self._clock = clock
        self._jitter = jitter

    def round(self) -> int:
        """Send once what is due, as much as is sent at once; how many parcels that were."""
        now = self._clock()
        with self._store.transaction() as tx:
            outbox = self._outbox(tx)
            outbox.serve(self._missing, now)
            parcels = outbox.claim(now, now + self._terms.lease, self._terms.at_once)
        if parcels:
            with ThreadPoolExecutor(self._terms.at_once) as pool:
                list(pool.map(self._handle, parcels))
        return len(parcels)

    def _handle(self, parcel: Parcel) -> None:
        if parcel.attempts > self._terms.attempts:
            self._failed(parcel, NotSent("the notifier ended each time it tried", final=True))
            return
        try:
            self._send(parcel)
        except NotSent as failure:
            self._failed(parcel, failure)
        except (DBAPIError, VersionConflict):
            raise  # a server is away: the lease brings the parcel back
        except Exception:  # a fault of ours must neither stop others nor be tried without end
            log.exception("notification %s cannot be sent by %s", parcel.notification, parcel.channel)
            self._failed(parcel, NotSent("it cannot be put into words"))
        else:
            outcomes.labels(parcel.channel, "delivered").inc()

    def _send(self, parcel: Parcel) -> None:
        with self._store.transaction() as tx:
            composed = self._compose(tx, parcel)
            if composed is None:
                self._outbox(tx).unaddressed(parcel)
        if composed is None:
            raise _Unaddressed("no address", final=True)
        self._carriers[parcel.channel].send(*composed, self._clock())
        id, channel, attempts = parcel.notification, parcel.channel, parcel.attempts
        self._record(parcel, lambda held: deliver(held, id, channel, attempts, self._clock()))

    def _failed(self, parcel: Parcel, failure: NotSent) -> None:
        if isinstance(failure, _Unaddressed):
            outcomes.labels(parcel.channel, "no_address").inc()
            return
        reason, now = str(failure), self._clock()
        if failure.final or parcel.attempts >= self._terms.attempts:
            outcomes.labels(parcel.channel, "given_up").inc()
            about = (parcel.notification, parcel.channel, min(parcel.attempts, self._terms.attempts), reason, now)
            self._record(parcel, lambda held: give_up(held, *about), only_mine=True)
            return
        outcomes.labels(parcel.channel, "failed").inc()
        wait = max(wait_after(parcel.attempts, self._jitter()), failure.after)
        with self._store.transaction() as tx:
            outbox = self._outbox(tx)
            if outbox.mine(parcel):
                outbox.postpone(parcel, now + wait, reason)

    def _record(
        self, parcel: Parcel, decide: Callable[[Notification], list[Event]], *, only_mine: bool = False
    ) -> None:
        """Record an outcome; with `only_mine` nothing if the delivery was cancelled or taken over meanwhile."""
        for attempt in range(CONFLICTS):
            try:
                with self._store.transaction() as tx:
                    if not only_mine or self._outbox(tx).mine(parcel):
                        with span(f"deliver by {parcel.channel}", parent=self._trace_of(tx, parcel)):
                            self._append(Session(tx, self._projectors), parcel, decide)
                return
            except VersionConflict:
                if attempt == CONFLICTS - 1:
                    raise

    def _trace_of(self, tx: Transaction, parcel: Parcel) -> str | None:
        """That of what the notification tells of."""
        stream = self._streams.notification.stream(str(parcel.notification))
        return next((event.traceparent for event in tx.load([stream])[stream]), None)

    def _append(self, session: Session, parcel: Parcel, decide: Callable[[Notification], list[Event]]) -> None:
        stream, id = self._streams.notification, str(parcel.notification)
        held = session.get(stream, id)
        for event in decide(held):
            ids = [notification.event_id(held, event)]
            session.record(stream, id, [event], key=id, cause=parcel.notification, ids=ids)
        session.flush()


class _Unaddressed(NotSent):
    """There is no address: that is recorded already."""
