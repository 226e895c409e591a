"""Workload `append`: an event with version check, inbox row and idempotency row, against one plain INSERT."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from threading import Barrier, Thread
from time import perf_counter, process_time

import psycopg
from sqlalchemy import Engine

from bench.databases import log_database
from bench.harness import Reading, Size, compare
from bench.workload import TYPE, event_id, new_event, streams
from bugle.stack import Stack
from bugle.stack.databases import plain
from eventkit.postgres import PostgresStore, make_engine
from eventkit.store import Append, Remembered

_TABLE = """
    CREATE TABLE plain (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream text NOT NULL,
        version integer NOT NULL, event_id uuid NOT NULL, type text NOT NULL, key text NOT NULL,
        occurred_at timestamptz NOT NULL, data text NOT NULL
    )
"""
_INSERT = """
    INSERT INTO plain (stream, version, event_id, type, key, occurred_at, data) VALUES (%s, %s, %s, %s, %s, %s, %s)
"""

Writer = Callable[[int, Callable[[], bool]], int]
"""Given its seed and whether to go on, commits until told to stop; how many commits."""


def measure(servers: Stack, size: Size) -> Reading:
    """Commits per second for each number of writers; the figure is that of the number at which we do worst."""
    database = log_database(servers)
    with psycopg.connect(plain(database.owner_url), autocommit=True) as owner:
        owner.execute(_TABLE)
        owner.execute(f'GRANT INSERT ON plain TO "{database.name}"')
    engine = make_engine(database.url, pool=max(size.writers))
    readings: list[Reading] = []
    seeds, seconds = count(1), size.append_seconds / size.repeats
    for writers in size.writers:
        ours = _Arm(writers, seconds, seeds, partial(_append, engine))
        limit = _Arm(writers, seconds, seeds, partial(_insert, plain(database.url)))
        reading = compare("append", "commits/s", ours, limit, size.repeats)
        readings.append(reading.with_extra(writers=writers, ours_cpu_ms=ours.cpu_ms, limit_cpu_ms=limit.cpu_ms))
    engine.dispose()
    worst = min(readings, key=lambda reading: reading.ratio)
    return replace(worst, extra={"arms": [_arm(reading) for reading in readings]})


def _arm(reading: Reading) -> dict[str, float]:
    figures = {"ours": round(reading.ours), "limit": round(reading.limit), "ratio": round(reading.ratio, 3)}
    return {**figures, **reading.extra}


@dataclass
class _Arm:
    """So many writers at once, each on streams of its own; a call gives their commits per second."""

    writers: int
    seconds: float
    seeds: count[int]
    writer: Writer
    commits: int = 0
    cpu: float = 0.0

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of processor that this process spent on a commit."""
        return round(self.cpu / max(self.commits, 1) * 1000, 2)

    def __call__(self, repeat: int) -> float:
        start = Barrier(self.writers + 1)
        until = perf_counter() + self.seconds
        done: list[int] = []

        def run(seed: int) -> None:
            start.wait()
            done.append(self.writer(seed, lambda: perf_counter() < until))

        threads = [Thread(target=run, args=(next(self.seeds),)) for _ in range(self.writers)]
        for thread in threads:
            thread.start()
        start.wait()
        began, cpu = perf_counter(), process_time()
        for thread in threads:
            thread.join()
        self.commits += sum(done)
        self.cpu += process_time() - cpu
        return sum(done) / (perf_counter() - began)


def _append(engine: Engine, seed: int, go_on: Callable[[], bool]) -> int:
    store, versions = PostgresStore(engine, "intake"), Counter[str]()
    for number, stream in enumerate(streams(seed)):
        if not go_on():
            return number
        new, id, cause = new_event(number), event_id(seed, 2 * number), event_id(seed, 2 * number + 1)
        with store.transaction() as tx:
            tx.append([Append(f"issue-{stream}", stream, versions[stream], [(id, new)])])
            tx.receive("bench", [cause])
            tx.remember("bench", {str(cause): Remembered(cause.bytes * 2, 201, "{}")})
        versions[stream] += 1
    raise AssertionError("streams have no end")


def _insert(url: str, seed: int, go_on: Callable[[], bool]) -> int:
    versions = Counter[str]()
    with psycopg.connect(url) as connection:
        for number, stream in enumerate(streams(seed)):
            if not go_on():
                return number
            new, id = new_event(number), event_id(seed, number)
            versions[stream] += 1
            row = (f"issue-{stream}", versions[stream], id, TYPE, stream, new.occurred_at, new.data.decode())
            connection.execute(_INSERT, row)
            connection.commit()
    raise AssertionError("streams have no end")
