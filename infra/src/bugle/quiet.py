"""Whether everything that has been recorded has had its effects, and waiting until it has.

Quiet: every relay has published all its events, every consumer's progress has passed the head of every log it follows
on all partitions, no stage of a clock is due, or will be once its grace is over, and everybody has been told who is to
be. What is parked or waits for a predecessor, and the clocks it holds up, would not move by waiting, nor need mails
that cannot be sent: `bugle verify` tells of the one and `bugle deliveries` of the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from bugle.stack import StackError
from bugle.stack.databases import plain
from bugle.stack.place import Place
from bugle.verify.consumption import SOURCES
from bugle.verify.servers import Unreachable
from eventkit.envelope import PARTITIONS

_POLL = 0.25  # seconds

_HEAD = "SELECT r.log_seq, r.published_seq, (SELECT count(*) FROM pending) FROM relay_state r"
_PROGRESS = "SELECT topic, count(*), min(log_seq) FROM progress WHERE consumer = %s GROUP BY topic"
_MARK = "SELECT count(*), min(watermark) FROM progress WHERE consumer = %s"
_RIPE = """
    SELECT count(*) FROM watches AS w
    WHERE ripe_at IS NOT NULL
    AND ripe_at <= now() + make_interval(secs => coalesce((
        SELECT max((document->>'grace_seconds')::int) FROM programmes AS p WHERE p.programme = w.programme), 0))
    AND NOT EXISTS (SELECT FROM parked AS p WHERE p.consumer = 'supervision' AND p.key = w.case_id)
    AND NOT EXISTS (SELECT FROM waiting AS p WHERE p.consumer = 'supervision' AND p.key = w.case_id)
"""

_EARNEST = "SELECT EXISTS (SELECT FROM issues WHERE synthetic IS NOT TRUE AND NOT starts_with(agency, %s))"
_UNTOLD = "SELECT count(*) FROM causes WHERE next_at IS NOT NULL"


class Restless(StackError):
    """Not quiet in time; the message names what lags."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far a service's log is. `events`: recorded in all, sequenced or not."""

    log_seq: int
    published: int
    pending: int

    @property
    def events(self) -> int:
        return self.log_seq + self.pending


class Observer:
    """Looks into the services' databases, read only, as the operator may."""

    def __init__(self, system: Place) -> None:
        self._system = system
        self._stack = ExitStack()
        self._connections: dict[str, psycopg.Connection[Any]] = {}

    def __enter__(self) -> Observer:
        for service in SOURCES:
            url = plain(self._system.database(service).url)
            try:
                connection = psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=on")
            except psycopg.OperationalError as error:
                self._stack.close()
                raise Unreachable(f"The database of {service} cannot be reached") from error
            self._connections[service] = self._stack.enter_context(connection)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def heads(self) -> dict[str, Head]:
        """The logs of the services that record events."""
        return {service: Head(*self._one(service, _HEAD)) for service in ("intake", "routing", "supervision")}

    def events(self) -> int:
        """How many events there are in all services."""
        return sum(head.events for head in self.heads().values())

    def in_earnest(self, plays: str) -> bool:
        """Whether there is an issue that is neither synthetic nor a play's, whose agencies begin with `plays`."""
        return bool(self._one("intake", _EARNEST, plays)[0])

    def lags(self) -> list[str]:
        """What is not quiet, each in a few words; empty when everything is."""
        before = self.heads()
        found = [*self._unpublished(before), *self._behind(before), *self._due()]
        if not found and self.heads() != before:
            found.append("events are still being recorded")
        return found

    def applied_until(self) -> datetime | None:
        """The moment up to which every consumer has applied all that was recorded; None while one has not begun."""
        marks = [self._applied_until(consumer, len(sources)) for consumer, sources in SOURCES.items()]
        known = [mark for mark in marks if mark is not None]
        return min(known) if len(known) == len(marks) else None

    def backlog(self, heads: dict[str, Head]) -> int:
        """How many events recorded when these heads were read are still to be applied, summed over the consumers."""
        left = 0
        for consumer, sources in SOURCES.items():
            applied = self._applied(consumer)
            left += sum(max(0, heads[source].events - applied.get(source, 0)) for source in sources)
        return left

    def _applied(self, consumer: str) -> dict[str, int]:
        """The log_seq that the consumer has reached on all partitions of each source."""
        rows = self._connections[consumer].execute(_PROGRESS, [consumer]).fetchall()
        return {topic.partition(".")[0]: seq for topic, partitions, seq in rows if partitions == PARTITIONS}

    def _applied_until(self, consumer: str, sources: int) -> datetime | None:
        partitions, mark = self._one(consumer, _MARK, consumer)
        return mark if partitions == sources * PARTITIONS else None

    def _unpublished(self, heads: dict[str, Head]) -> Iterator[str]:
        for service, head in heads.items():
            left = head.pending + head.log_seq - head.published
            if left:
                yield f"{service}-relay has {left} events to publish"

    def _behind(self, heads: dict[str, Head]) -> Iterator[str]:
        for consumer, sources in SOURCES.items():
            held = self._applied(consumer)
            for source in sources:
                applied = held.get(source, 0)
                if applied < heads[source].log_seq:
                    yield f"{consumer}-worker is behind {source} ({applied} of {heads[source].log_seq})"

    def _due(self) -> Iterator[str]:
        ripe = self._one("supervision", _RIPE)[0]
        if ripe:
            yield f"{ripe} clocks are due and not yet fired by supervision-sweeper"
        untold = self._one("supervision", _UNTOLD)[0]
        if untold:
            yield f"{untold} events are to be told of by supervision-notifier"

    def _one(self, service: str, query: str, *parameters: object) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._connections[service].execute(query, parameters).fetchone()
        assert row is not None  # each query is of one row
        return row


def wait_quiet(system: Place, seconds: float = 600, say: Callable[[str], None] = lambda text: None) -> int:
    """Return the number of events when the system is quiet; `say` is told what lags when it changes.

    Raises Restless after `seconds`.
    """
    until, told = time.monotonic() + seconds, 0.0
    with Observer(system) as observer:
        while lags := observer.lags():
            if time.monotonic() > until:
                raise Restless(
                    f"Not quiet after {seconds:.0f} s: {'; '.join(lags)}. See `bugle status` and `bugle logs SERVICE`."
                )
            if time.monotonic() - told > 5:
                say(lags[0] + (f" and {len(lags) - 1} more" if len(lags) > 1 else ""))
                told = time.monotonic()
            time.sleep(_POLL)
        return observer.events()
