"""A system of its own on which faults are tried, one after the other, while an outside client writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString, TypeVar

import psycopg

from bugle.chaos.client import Answer, Client, report
from bugle.chaos.failpoints import Failpoints
from bugle.chaos.grounds import Grounds
from bugle.chaos.ledger import Ledger
from bugle.chaos.lives import Writers
from bugle.chaos.programme import publish
from bugle.chaos.recovery import recover
from bugle.chaos.table import Row, Table
from bugle.chaos.verdict import Checker
from bugle.quiet import wait_quiet
from bugle.stack import Stack, StackError, System
from bugle.stack.databases import plain

QUIET_SECONDS = 120.0
BEFORE, AFTER = 3, 5
"""So many requests are acknowledged before a fault begins and after it is healed: it meets a system at work."""

T = TypeVar("T")


class Unavailable(StackError):
    """A fault that cannot be done on this machine; the message says what it takes."""


@dataclass
class Arena:
    """`seed` names the run: markers begin with it, and the client's dice come from it.

    `again`: events that this trial's fault has consumers read once more, though they have applied them.
    """

    grounds: Grounds
    system: System
    failpoints: Failpoints
    ledger: Ledger
    checker: Checker
    table: Table
    seed: str
    folder: Path
    trials: int = 0
    markers: int = 0
    again: int = 0

    @property
    def stack(self) -> Stack:
        """The servers and their process manager."""
        return self.grounds.stack

    @contextmanager
    def trial(self, fault: str) -> Iterator[Writers]:
        """Inflict a fault in the block, on a system at work; then it is healed, awaited and judged.

        The row of the fault is the last of `table`, also when an exception says why there is no verdict.
        """
        try:
            with self._trial(fault) as writers:
                yield writers
        except Unavailable as missing:
            self.table.rows.append(Row(fault, {}, None, missing=str(missing)))
            raise
        except StackError as error:
            self.table.rows.append(Row(fault, {}, None, error=str(error)))
            raise
        except Exception as error:
            self.table.rows.append(Row(fault, {}, None, error=f"it broke: {type(error).__name__}: {error}"))
            raise

    @contextmanager
    def _trial(self, fault: str) -> Iterator[Writers]:
        self.trials, self.again = self.trials + 1, 0
        writers = Writers(self.system, self.ledger, f"{self.seed}-{self.trials}")
        writers.start()
        try:
            self.acknowledged(writers, BEFORE)
            try:
                yield writers
            finally:
                began = self.heal()
            recovery = recover(self.system, began, self.again)
            self.acknowledged(writers, AFTER)
        finally:
            writers.stop()
        wait_quiet(self.system, QUIET_SECONDS)
        self.table.add(fault, self.checker.judge(recovery), recovery.seconds)
        self.checker.keep_heads()

    @property
    def last(self) -> Row:
        """The row of the last fault."""
        return self.table.rows[-1]

    def marker(self) -> str:
        """The marker of one more request beside those of the client's threads."""
        self.markers += 1
        return f"{self.seed}-report-{self.markers}"

    def report(self) -> Answer:
        """One issue, sent once; dated back also where a clock is an hour wrong."""
        at = datetime.now(UTC) - timedelta(hours=3)
        with closing(Client(self.system, self.ledger)) as client:
            return client.send(report(self.marker(), at))

    def reported(self) -> str:
        """The case of one issue that intake has taken."""
        return str(until(lambda: self.report().body.get("id"), "a report that intake takes"))

    def rows(self, service: str, query: LiteralString, *parameters: object) -> list[tuple[Any, ...]]:
        """What a question to a service's database gives."""
        url = plain(self.system.database(service).url)
        with psycopg.connect(url, connect_timeout=5) as connection:
            return connection.execute(query, parameters).fetchall()

    def parked(self, consumer: str, key: str) -> int:
        """How many records of a key a consumer has set aside for the operator."""
        query: LiteralString = "SELECT FROM parked WHERE consumer = %s AND key = %s"
        return len(self.rows(consumer, query, consumer, key))

    def applied(self, consumer: str, case: str) -> bool:
        """Whether a consumer has received all that intake says of the case, and parked none of it."""
        ids = [row[0] for row in self.rows("intake", "SELECT event_id FROM events WHERE key = %s", case)]
        query: LiteralString = "SELECT FROM inbox WHERE consumer = %s AND event_id = ANY(%s)"
        return len(ids) == len(self.rows(consumer, query, consumer, ids)) > self.parked(consumer, case) == 0

    def acknowledged(self, writers: Writers, more: int) -> None:
        """Return when so many more requests have been acknowledged."""
        wanted = writers.acknowledged + more
        until(lambda: writers.failure or writers.acknowledged >= wanted, f"{more} more acknowledged requests", 120)
        if writers.failure:
            raise writers.failure

    def heal(self) -> float:
        """Take every fault back and return when everything is ready: the moment, monotonic, when they were gone."""
        self.failpoints.withdraw()
        self.grounds.heal()
        self.stack.supervisor.start(self.stack.servers)
        self.system.postgres.wait()
        self.system.kafka.wait()
        gone = time.monotonic()
        self.system.start()
        return gone


@contextmanager
def arena(grounds: Grounds, name: str, folder: Path, seed: str) -> Iterator[Arena]:
    """A running system with failpoints, behind the proxies; `folder` takes the ledger and the orders."""
    points = folder / "failpoints"
    points.mkdir()
    failpoints = Failpoints(points)
    system = replace(grounds.stack.create_system(name), further=failpoints.settings())
    grounds.behind(system).define()
    ledger = Ledger(folder / "ledger.jsonl")
    try:
        system.start()
        checker = Checker(system, ledger, seed, publish(system, ledger))
        yield Arena(grounds, system, failpoints, ledger, checker, Table(), seed, folder)
    finally:
        system.stop()
        ledger.close()


def until(condition: Callable[[], T | None], what: str, seconds: float = 60) -> T:
    """What the condition gives as soon as that is true; StackError when it does not come in time."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise StackError(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.05)
    return found
