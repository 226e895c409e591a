"""A unit of work over streams: loaded together, folded as decided, appended in one statement at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar
from uuid import UUID

from eventkit.codec import Codec, DomainEvent, NewEvent
from eventkit.envelope import Envelope
from eventkit.ids import uid
from eventkit.store import Append, Transaction
from eventkit.tracing import current

S = TypeVar("S")


@dataclass(frozen=True)
class Aggregate(Generic[S]):
    """A kind of stream: how it is named, what it is before its first event, and how an event changes it (purely)."""

    prefix: str
    initial: Callable[[], S]
    apply: Callable[[S, Any], S]
    codec: Codec

    def stream(self, id: str) -> str:
        """The name of the stream of one instance."""
        return f"{self.prefix}-{id}"

    def fold(self, history: Sequence[Envelope]) -> S:
        """What a stream comes to by its stored events."""
        return reduce(self.apply, map(self.codec.decode, history), self.initial())


Projector = Callable[[Transaction, list[Envelope]], None]
"""Brings a service's own read model up to the newly recorded events, in the same transaction."""


@dataclass(slots=True)
class _Open:
    state: Any
    version: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A point in a session to which `undo` returns."""

    recorded: int


@dataclass(frozen=True, slots=True)
class _Recorded:
    append: Append
    before: _Open


class Session:
    """The streams of one transaction. States are immutable, so undoing is putting back what stood before.

    Nothing is written until `flush`, and then once: decisions on a hundred streams cost one query and one insert.
    """

    def __init__(self, tx: Transaction, projectors: Sequence[Projector] = ()) -> None:
        self.tx = tx
        self._projectors = projectors
        self._open: dict[str, _Open] = {}
        self._recorded: list[_Recorded] = []
        self._ordinals: Counter[tuple[UUID, str, str]] = Counter()

    def preload(self, wanted: Iterable[tuple[Aggregate[Any], str]]) -> None:
        """Load all wanted streams that are not open yet in one query."""
        missing = {a.stream(id): a for a, id in wanted if a.stream(id) not in self._open}
        if not missing:
            return
        histories = self.tx.load(list(missing))
        for stream, aggregate in missing.items():
            history = histories.get(stream, ())
            self._open[stream] = _Open(aggregate.fold(history), len(history))

    def get(self, aggregate: Aggregate[S], id: str) -> S:
        """The state with everything recorded so far in this session."""
        state: S = self._stream(aggregate, id).state
        return state

    def version(self, aggregate: Aggregate[Any], id: str) -> int:
        """The version of the stream with everything recorded so far; 0 when it does not exist."""
        return self._stream(aggregate, id).version

    def opened(self, aggregate: Aggregate[S]) -> Mapping[str, S]:
        """The states of this kind that are open, by id: what was recorded in this session is in no table yet."""
        prefix = aggregate.stream("")
        return {name.removeprefix(prefix): held.state for name, held in self._open.items() if name.startswith(prefix)}

    def _stream(self, aggregate: Aggregate[Any], id: str) -> _Open:
        self.preload([(aggregate, id)])
        return self._open[aggregate.stream(id)]

    def record(
        self,
        aggregate: Aggregate[Any],
        id: str,
        events: Sequence[DomainEvent],
        *,
        key: str,
        cause: UUID,
        ids: Sequence[UUID] | None = None,
        traceparent: str | None = None,
    ) -> None:
        """Take decided events into the stream; they are written at `flush`.

        Without `ids` an event is named by its cause, stream, type and ordinal, so a redelivered cause names it again;
        without `traceparent` it belongs to the current span.
        """
        if not events:
            return
        stream, opened = aggregate.stream(id), self._stream(aggregate, id)
        new = [aggregate.codec.encode(event) for event in events]
        named = list(ids) if ids is not None else [self._name(cause, stream, event) for event in new]
        append = Append(stream, key, opened.version, list(zip(named, new, strict=True)), traceparent or current())
        self._recorded.append(_Recorded(append, opened))
        state = opened.state
        for event in events:
            state = aggregate.apply(state, event)
        self._open[stream] = _Open(state, opened.version + len(events))

    def _name(self, cause: UUID, stream: str, event: NewEvent) -> UUID:
        about = (cause, stream, event.type)
        self._ordinals[about] += 1
        return uid(cause, stream, event.type, self._ordinals[about])

    @property
    def pending(self) -> int:
        """How many events have been recorded and not yet written."""
        return sum(len(recorded.append.events) for recorded in self._recorded)

    def mark(self) -> Mark:
        """Where the session stands; pass it to `undo`."""
        return Mark(len(self._recorded))

    def undo(self, mark: Mark) -> None:
        """Forget what was recorded since the mark."""
        while len(self._recorded) > mark.recorded:
            last = self._recorded.pop()
            self._open[last.append.stream] = last.before

    def flush(self) -> list[Envelope]:
        """Write what was recorded, bring the read models up to it, and return it."""
        if not self._recorded:
            return []
        written = self.tx.append([recorded.append for recorded in self._recorded])
        self._recorded.clear()
        for project in self._projectors:
            project(self.tx, written)
        return written
