"""How a service reacts to others' events, and what decides whether an event may pass.

A reaction knows nothing of Kafka: it is given arrivals and a session. `eventkit.processing` runs it in a transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from opentelemetry.trace import SpanKind
from sqlalchemy.exc import DBAPIError

from eventkit.arrivals import Arrival
from eventkit.delivery import Policy, policy_of
from eventkit.diagnosis import brief
from eventkit.envelope import Envelope
from eventkit.errors import NotYet, VersionConflict
from eventkit.session import Aggregate, Session
from eventkit.store import Held
from eventkit.tracing import following, passed

BEHIND = ""
"""The token of an arrival that waits only because an earlier one of its topic and key does."""

Handler = Callable[[Session, Envelope], None]
Loads = Callable[[Envelope], Iterable[tuple[Aggregate[Any], str]]]
Tokens = Callable[[Envelope], Iterable[str]]


class Gate:
    """Keeps order by key: behind a parked event of a key nothing passes, behind a waiting one nothing of its topic."""

    def __init__(
        self,
        parked: set[str],
        waiting: set[tuple[str, str]],
        policy: Callable[[BaseException], Policy] = policy_of,
    ) -> None:
        self._parked = parked
        self._waiting = waiting
        self._policy = policy
        self.to_park: list[Held] = []
        self.to_wait: list[Held] = []
        self.provided: set[str] = set()
        self.handled: list[Envelope] = []

    def admits(self, arrival: Arrival) -> bool:
        """Whether the arrival may be applied; otherwise it has been set aside."""
        if (arrival.topic, arrival.lane) in self._waiting:  # asked first: else it would be parked before what waits
            self.to_wait.append(Held(arrival, BEHIND))
        elif arrival.lane in self._parked:
            self.to_park.append(Held(arrival, "an earlier event of this key is parked"))
        elif not isinstance(arrival.content, Envelope):
            self._park(arrival, arrival.error or "not an event")
        else:
            return True
        return False

    def fail(self, arrival: Arrival, error: Exception) -> None:
        """Set aside an arrival whose handling raised; raises on what is no fault of the event."""
        if isinstance(error, NotYet):
            self._waiting.add((arrival.topic, arrival.lane))
            self.to_wait.append(Held(arrival, error.token))
        elif self._policy(error) is Policy.PARK:
            self._park(arrival, brief(error))
        else:
            raise error

    def _park(self, arrival: Arrival, reason: str) -> None:
        self._parked.add(arrival.lane)
        self.to_park.append(Held(arrival, reason))


class Reaction(Protocol):
    """A consumer: its name (inbox and Kafka group), the topics it reads, and what it does with a batch."""

    consumer: str
    topics: Sequence[str]

    def apply(self, session: Session, arrivals: Sequence[Arrival], gate: Gate) -> None:
        """Handle what the gate admits, in order; tell the gate what failed and which tokens are now provided."""


class Reactions:
    """Handlers by event type. Each decides on the state folded so far; one that raises is undone alone."""

    def __init__(self, consumer: str, topics: Sequence[str], provides: Tokens = lambda event: ()) -> None:
        self.consumer = consumer
        self.topics: Sequence[str] = tuple(topics)
        self.provides = provides
        self._handlers: dict[str, tuple[Handler, Loads]] = {}

    def on(self, event_type: str, loads: Loads = lambda event: ()) -> Callable[[Handler], Handler]:
        """Declare the handler of a type and the streams it needs, which are loaded for the whole batch at once."""

        def declare(handler: Handler) -> Handler:
            self._handlers[event_type] = (handler, loads)
            return handler

        return declare

    def apply(self, session: Session, arrivals: Sequence[Arrival], gate: Gate) -> None:
        """See `Reaction.apply`; types without a handler pass unhandled."""
        events = [arrival.content for arrival in arrivals if isinstance(arrival.content, Envelope)]
        session.preload(wanted for e in events if e.type in self._handlers for wanted in self._loads(e))
        for arrival in arrivals:
            if gate.admits(arrival):
                self._one(session, arrival, gate)

    def _loads(self, event: Envelope) -> Iterable[tuple[Aggregate[Any], str]]:
        try:
            return list(self._handlers[event.type][1](event))
        except Exception:  # the handler meets the same fault and is parked for it, alone
            return ()

    def _one(self, session: Session, arrival: Arrival, gate: Gate) -> None:
        event, mark = arrival.content, session.mark()
        assert isinstance(event, Envelope)
        try:
            if event.type in self._handlers:
                with following(event, "handle") as followed:
                    self._handlers[event.type][0](session, followed)
                    gate.handled.append(followed)
            provided = list(self.provides(event))
        except (DBAPIError, VersionConflict):
            raise  # the transaction itself is spoilt: the caller goes back to its savepoint
        except Exception as error:  # the gate parks it with its error, or raises
            session.undo(mark)
            gate.fail(arrival, error)
        else:
            gate.provided.update(provided)


class BatchReaction:
    """A consumer that handles a whole batch in one function, such as a projection."""

    def __init__(
        self, consumer: str, topics: Sequence[str], function: Callable[[Session, list[Envelope]], None]
    ) -> None:
        self.consumer = consumer
        self.topics: Sequence[str] = tuple(topics)
        self._function = function

    def apply(self, session: Session, arrivals: Sequence[Arrival], gate: Gate) -> None:
        """See `Reaction.apply`."""
        admitted = [a.content for a in arrivals if gate.admits(a) and isinstance(a.content, Envelope)]
        if admitted:
            began = time.time_ns()
            self._function(session, admitted)
            gate.handled += [passed(event, "project", SpanKind.CONSUMER, began) for event in admitted]
