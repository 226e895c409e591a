"""Workload `append`: an event with version check, inbox row and idempotency row, against one plain INSERT."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from threading import Barrier, Thread
from time import perf_counter

import psycopg
from sqlalchemy import Engine

from bench.databases import log_database, plain
from bench.harness import Reading, Size, compare
from bench.workload import TYPE, event_id, new_event, streams
from bugle.stack import Stack
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
    seeds = count(1)
    engine = make_engine(database.url, pool=max(size.writers))
    arms: dict[int, Reading] = {}
    for writers in size.writers:
        rate = partial(_rate, writers, seeds, size.append_seconds / size.repeats)
        ours, limit = partial(_append, engine), partial(_insert, plain(database.url))
        arms[writers] = compare("append", "commits/s", partial(rate, ours), partial(rate, limit), size.repeats)
    engine.dispose()
    by_writers = {
        str(n): {"ours": round(r.ours), "limit": round(r.limit), "ratio": round(r.ratio, 3)} for n, r in arms.items()
    }
    worst = min(arms.values(), key=lambda reading: reading.ratio)
    return worst.with_extra(writers=by_writers)


def _rate(writers: int, seeds: count[int], seconds: float, writer: Writer, repeat: int) -> float:
    """Commits per second of so many writers at once, each on streams of its own."""
    start = Barrier(writers + 1)
    done: list[int] = []
    until = float("inf")

    def run(seed: int) -> None:
        start.wait()
        done.append(writer(seed, lambda: perf_counter() < until))

    threads = [Thread(target=run, args=(next(seeds),)) for _ in range(writers)]
    for thread in threads:
        thread.start()
    until = perf_counter() + seconds
    start.wait()
    began = perf_counter()
    for thread in threads:
        thread.join()
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
