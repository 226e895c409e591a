"""A rebuild from its beginning to the swap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from time import monotonic

from sqlalchemy import Connection, Engine, make_url, text

from eventkit.envelope import PARTITIONS
from eventkit.orphans import end_with_parent
from eventkit.postgres import PostgresStore, make_engine
from eventkit.settings import DatabaseLimits
from reporting import CONSUMER
from reporting.config import RebuildSettings
from reporting.read_model.hashing import table_hashes
from reporting.read_model.tables import LIVE, SHADOW
from reporting.read_model.writer import apply
from reporting.rebuild import shadow
from reporting.rebuild.comparing import differences
from reporting.rebuild.loading import LOADERS, Job, load
from reporting.rebuild.places import Extent, Place, extent
from reporting.rebuild.topics import Topics

PROCESSES = 2
_LONG = DatabaseLimits(statement_seconds=7_200, lock_seconds=300, idle_transaction_seconds=600)
SMALL = 2_000
"""So few events are read while the worker is held off; more are caught up with beforehand."""

Tell = Callable[[str], None]
Hashes = dict[str, tuple[int, str]]


class AnotherRuns(Exception):
    """Another rebuild of this database is running. Wait until it has ended."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a rebuild did. `seconds`: until the swap. `tables`: rows and hash of what is live now, or was built when it
    was not swapped; `differing`: first keys by table, and `live` their rows and hash as they were before. `aside`: how
    many records are parked, waiting or discarded, and therefore in neither."""

    events: int
    seconds: float
    swapped: bool
    tables: Hashes
    differing: dict[str, list[str]] = field(default_factory=dict)
    live: Hashes = field(default_factory=dict)
    aside: int = 0


def rebuild(settings: RebuildSettings, accept: bool = False, tell: Tell = lambda line: None) -> Report:
    """Build all tables anew and put them in place if they equal the live ones, or if the difference is accepted.

    May be killed at any moment: what is live stays whole, and the next rebuild begins anew.
    """
    engine = make_engine(settings.owner_database_url, pool=5, limits=_LONG)
    try:
        with _alone(engine):
            return _Rebuild(settings, engine, accept, tell).run()
    finally:
        engine.dispose()


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    with engine.connect() as connection:
        taken = connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended('rebuild/reporting', 0))"))
        connection.commit()
        if not taken:
            raise AnotherRuns
        try:
            yield
        finally:
            connection.invalidate()  # the lock belongs to the session: it ends with it


class _Rebuild:
    def __init__(self, settings: RebuildSettings, engine: Engine, accept: bool, tell: Tell) -> None:
        self._settings = settings
        self._engine = engine
        self._into_shadow = engine.execution_options(schema_translate_map={LIVE: SHADOW})
        self._accept = accept
        self._tell = tell
        self._began = monotonic()
        self._events = 0
        self._read = Extent({}, {})

    def run(self) -> Report:
        """The whole course."""
        self._begin()
        self._load()
        with self._engine.begin() as connection:
            shadow.index(connection)
        self._tell("indexes made")
        topics = Topics(self._settings, self._settings.topic_prefix)
        try:
            while self._catch_up(topics, self._extent()) > SMALL:
                pass
            return self._finish(topics)
        finally:
            topics.close()

    def _begin(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": LOADERS})
            shadow.clear(connection)
            shadow.make(connection, make_url(self._settings.database_url).username or "")
        self._read = self._extent()

    def _extent(self) -> Extent:
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            return extent(connection)

    def _load(self) -> None:
        held, read = self._settings, self._read
        jobs = [
            Job(held, held.topic_prefix, held.owner_database_url, number, read.of({number}))
            for number in range(PARTITIONS)
        ]
        with ProcessPoolExecutor(PROCESSES, get_context("spawn"), end_with_parent) as pool:
            for done, future in enumerate(as_completed([pool.submit(load, job) for job in jobs]), start=1):
                self._events += future.result()
                rate = self._events / (monotonic() - self._began)
                self._tell(f"{done} of {PARTITIONS} partitions, {self._events} events, {rate:,.0f}/s")

    def _catch_up(self, topics: Topics, now: Extent) -> int:
        """Apply to the shadow what the worker has applied since; how many events that were."""
        count = 0
        # what was parked when it was read, and has been redriven since
        redriven = sorted(self._read.aside.keys() - now.aside.keys())
        for topic, number, offset in redriven:
            if offset >= 0:
                count += self._apply(topics, {(topic, number): offset}, Extent({(topic, number): offset + 1}, {}))
        for place in {(topic, number) for topic, number, offset in redriven if offset < 0}:
            # a restore made the topics anew since it was parked, and nobody knows where it lies now
            count += self._apply(topics, {place: 0}, Extent({place: self._read.ends.get(place, 0)}, now.aside))
        count += self._apply(topics, self._read.ends, now)
        self._read = now
        self._events += count
        return count

    def _apply(self, topics: Topics, starts: dict[Place, int], upto: Extent) -> int:
        count = 0
        for events in topics.read(starts, upto):
            with self._into_shadow.begin() as connection:
                apply(connection, events)
            count += len(events)
        return count

    def _finish(self, topics: Topics) -> Report:
        """Hold the worker off, read exactly up to it, compare, swap, let it go on; then hash what was swapped."""
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as kept:
            with PostgresStore(self._engine, CONSUMER).transaction() as tx:
                tx.seize(CONSUMER)
                self._catch_up(topics, extent(tx.connection))
                differing = differences(tx.connection)
                if differing and not self._accept:
                    return self._refused(tx.connection, differing)
                live = table_hashes(tx.connection, LIVE, business=False) if differing else {}
                kept.execute(text("SELECT"))  # from here on `kept` sees the tables as they are swapped
                with self._engine.begin() as swapping:
                    shadow.swap(swapping)
            seconds = monotonic() - self._began
            self._tell("swapped; the worker goes on")
            tables = table_hashes(kept, LIVE, business=False)
        with self._engine.begin() as connection:
            shadow.clear(connection)
        return Report(self._events, seconds, True, tables, differing, _only(live, differing), len(self._read.aside))

    def _refused(self, connection: Connection, differing: dict[str, list[str]]) -> Report:
        tables = table_hashes(connection, SHADOW, business=False)
        live = _only(table_hashes(connection, LIVE, business=False), differing)
        seconds = monotonic() - self._began
        return Report(self._events, seconds, False, tables, differing, live, len(self._read.aside))


def _only(hashes: Hashes, names: dict[str, list[str]]) -> Hashes:
    return {name: hashes[name] for name in names if name in hashes}
