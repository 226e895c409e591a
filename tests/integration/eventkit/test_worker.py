"""The real thing: relay → Kafka → Faust worker → PostgreSQL, with processes killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from uuid import uuid4

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from sqlalchemy import Engine, text

from bugle.chaos.proxy import Proxy
from bugle.stack.embedded import Stack
from bugle.stack.ports import HOST
from eventkit import redriving
from eventkit.arrivals import Arrival
from eventkit.postgres import PostgresStore
from eventkit.processing import Processor
from eventkit.publisher import KafkaPublisher
from eventkit.relay import Relay
from eventkit.settings import KafkaSettings
from eventkit.watchdog import EXIT_STALLED
from tests.support.ledgers import arrival, names
from tests.support.toy_worker import reactions

_numbers = count(1)
GRACE = 30
"""Seconds: docker-compose.yml's stop_grace_period."""


@dataclass
class Line:
    """A topic of its own, which is a service's, and workers on it."""

    kafka: str
    engine: Engine
    folder: Path
    source: str = "source"
    prefix: str = field(default_factory=lambda: f"toy{next(_numbers)}.")
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def topic(self) -> str:
        return f"{self.prefix}{self.source}.events"

    def send(self, *events: tuple[str, str, int]) -> None:
        producer = KafkaProducer(bootstrap_servers=self.kafka, acks="all")
        for name, key, offset in events:
            self._send(producer, arrival(name, key, offset=offset, topic=f"{self.source}.events"))
        producer.flush()
        producer.close()

    def _send(self, producer: KafkaProducer, record: Arrival) -> None:
        producer.send(self.topic, record.value, key=record.key, headers=record.headers, partition=record.partition)

    def forge(self, name: str, key: str) -> None:
        """Have an event of another service on this one's topic."""
        with closing(KafkaProducer(bootstrap_servers=self.kafka, acks="all")) as producer:
            self._send(producer, arrival(name, key, topic="other.events"))
            producer.flush()

    def start(self, **settings: object) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "BUGLE_DATABASE_URL": self.engine.url.render_as_string(hide_password=False),
            "BUGLE_KAFKA": self.kafka,
            "BUGLE_METRICS_PORT": "0",
            "BUGLE_DATA_DIR": str(self.folder / f"worker{len(self.workers)}"),
            "BUGLE_TOPIC_PREFIX": self.prefix,
            "TOY_SOURCE": self.source,
            **{f"BUGLE_{name.upper()}": str(value) for name, value in settings.items()},
        }
        command = [sys.executable, "-m", "tests.support.toy_worker"]
        with (self.folder / "workers.log").open("ab") as log:
            worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.workers.append(worker)
        return worker

    def deposits(self) -> int:
        with self.engine.connect() as connection:
            return connection.execute(text("SELECT count(*) FROM events")).scalar_one()

    def parked(self) -> int:
        with self.engine.connect() as connection:
            return connection.execute(text("SELECT count(*) FROM parked")).scalar_one()

    def members(self) -> int:
        """How many workers Kafka takes for members of the group."""
        group = f"{self.prefix}toys"
        with closing(KafkaAdminClient(bootstrap_servers=self.kafka)) as admin:
            return len(admin.describe_groups([group])[group]["members"])

    def log(self) -> str:
        return (self.folder / "workers.log").read_text()

    def acknowledged(self) -> int:
        """How many records Kafka takes for processed; a worker is in the group already."""
        group = f"{self.prefix}toys"
        with closing(KafkaAdminClient(bootstrap_servers=self.kafka)) as admin:
            return sum(place.offset for place in admin.list_group_offsets({group: None})[group].values())

    def until(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        end = monotonic() + seconds
        while not condition():
            assert monotonic() < end, (self.deposits(), self.log()[-3000:])
            sleep(0.05)


@pytest.fixture
def line(request: pytest.FixtureRequest, servers: Stack, engine: Engine, tmp_path: Path) -> Iterator[Line]:
    """`request` may name the service whose topic it is."""
    line = Line(servers.kafka.address, engine, tmp_path, getattr(request, "param", "source"))
    admin = KafkaAdminClient(bootstrap_servers=line.kafka)
    admin.create_topics([NewTopic(line.topic, 12, 1)])
    admin.close()
    yield line
    for worker in line.workers:
        worker.kill()
        worker.wait()


@pytest.mark.timeout(120)
def test_killed_worker_loses_and_repeats_nothing(line: Line) -> None:
    total = 4_000
    line.send(*((f"e{n}", f"k{n % 50}", n) for n in range(total)))
    for threshold in (1, 1_200):
        worker = line.start(batch=100)
        line.until(lambda: line.deposits() >= threshold)  # noqa: B023 - called before the loop goes on
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    line.start()
    line.until(lambda: line.deposits() >= total)
    with line.engine.connect() as connection:
        row = connection.execute(
            text("SELECT count(*), count(DISTINCT event_id), (SELECT count(*) FROM inbox) FROM events")
        ).one()
    assert tuple(row) == (total, total, total)


@pytest.mark.timeout(90)
def test_poison_leaves_other_keys_alone(line: Line) -> None:
    line.send(("a", "k", 0), ("poison", "k", 1), ("b", "k", 2), *((f"x{n}", f"m{n}", n) for n in range(20)))
    worker = line.start()
    line.until(lambda: line.deposits() == 21)
    with line.engine.connect() as connection:
        parked = connection.execute(text("SELECT key, error FROM parked ORDER BY seq")).all()
    assert [(row.key, row.error) for row in parked] == [
        ("k", "ValueError: poison"),
        ("k", "an earlier event of this key is parked"),
    ]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=20) == 0


@pytest.mark.timeout(90)
def test_forged_event_has_no_effect(
    line: Line, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line.send(("a", "k", 0))
    line.forge("forged", "k")
    line.send(("b", "k", 1), *((f"x{n}", f"m{n}", n) for n in range(20)))
    worker = line.start()
    line.until(lambda: line.deposits() == 21 and line.parked() == 2)
    store = PostgresStore(line.engine, "ledgers")
    with store.transaction() as tx:
        forged, behind = tx.parked("toys", "k")
    assert forged.reason == "bugle.other.happened.v1 has no place in source.events"
    assert names([behind.arrival]) == ["b"]

    asked = ["redrive", "k", "--discard", forged.arrival.place, "--reason", "none of source's", "--by", "li"]
    monkeypatch.setattr("sys.argv", asked)
    with pytest.raises(SystemExit) as end:
        redriving.run(Processor(store, reactions))
    assert (end.value.code, capsys.readouterr().out.splitlines()[-1]) == (0, "k  1 applied")
    line.send(("c", "k", 2))
    line.until(lambda: line.deposits() == 23)
    assert line.parked() == 0
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=20) == 0


@pytest.mark.timeout(90)
def test_stopped_worker_hands_over_at_once(line: Line) -> None:
    """It leaves the group, so nobody waits for the end of its session; a killed one is still a member."""
    line.send(*((f"a{n}", f"k{n}", n) for n in range(50)))
    stopped, killed = line.start(), line.start()
    line.until(lambda: line.deposits() == 50 and line.members() == 2)
    stopped.send_signal(signal.SIGTERM)
    assert stopped.wait(timeout=30) == 0
    assert line.members() == 1
    line.send(*((f"b{n}", f"k{n}", 50 + n) for n in range(50)))
    line.until(lambda: line.deposits() == 100)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert line.members() == 1


def silent(way: Proxy) -> None:
    """The server takes what it is told and does not answer, as one that is stopped or has lost its disk."""
    way.slow(600)


@pytest.mark.timeout(150)
@pytest.mark.parametrize("leave", [Proxy.cut, silent])
def test_worker_ends_while_database_is_away(line: Line, leave: Callable[[Proxy], None]) -> None:
    """SIGTERM is obeyed all the same, and Kafka has no acknowledgement of what was not applied."""
    url = line.engine.url
    assert url.port is not None
    line.send(*((f"a{n}", f"k{n}", n) for n in range(50)))
    with closing(Proxy(url.port)) as way:
        through = url.set(host=HOST, port=way.port).render_as_string(hide_password=False)
        worker = line.start(database_url=through)
        line.until(lambda: line.deposits() == line.acknowledged() == 50)
        leave(way)
        before = len(line.log())
        line.send(*((f"b{n}", f"k{n}", 50 + n) for n in range(50)))
        line.until(lambda: "toys took" in line.log()[before:])
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=GRACE) == 0
    assert (line.deposits(), line.acknowledged()) == (50, 50)
    line.start()
    line.until(lambda: line.deposits() == line.acknowledged() == 100)


@pytest.mark.timeout(90)
def test_schema_error_ends_the_worker(line: Line, servers: Stack) -> None:
    line.send(("a", "k", 0))
    worker = line.start(database_url=servers.create_database(f"bare_{uuid4().hex[:8]}").url)
    assert worker.wait(timeout=60) == 1, "parking every event would hide that the tables are missing"
    assert worker.returncode != EXIT_STALLED


@contextmanager
def running(relay: Relay) -> Iterator[None]:
    thread = Thread(target=relay.run)
    thread.start()
    try:
        yield
    finally:
        relay.stopping.set()
        thread.join()


@pytest.mark.timeout(90)
@pytest.mark.parametrize("line", ["ledgers"], indirect=True)
def test_relay_and_worker_meet_through_kafka(line: Line, servers: Stack) -> None:
    """The book's own events, published by the relay, come round to a consumer with watermarks behind them."""
    line.send(("a", "k", 0), ("b", "m", 1))
    line.start()
    line.until(lambda: line.deposits() == 2)
    with running(
        Relay(line.engine, "ledgers", lambda: KafkaPublisher(KafkaSettings(kafka=line.kafka), line.topic), 0.1)
    ):
        line.until(lambda: progressed(line.engine) == 12)


def progressed(engine: Engine) -> int:
    """Partitions in which the consumer has passed the watermark behind both events of the log."""
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM progress WHERE log_seq >= 2")).scalar_one()
