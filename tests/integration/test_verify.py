"""`bugle verify` on real servers: sound first, then each kind of damage done behind the services' backs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from time import sleep

import psycopg
import pytest
from typer.testing import CliRunner

from bugle.cli import app
from bugle.stack import Stack, System
from bugle.stack.databases import plain
from bugle.verify.checks import run
from bugle.verify.consumption import SOURCES
from bugle.verify.event import SERVICES
from bugle.verify.report import Report
from bugle.verify.servers import Addresses, opened
from bugle.verify.topics import KafkaTopics, Record
from contracts import EVENTS
from eventkit.arrivals import read
from eventkit.postgres import PostgresStore, make_engine
from eventkit.processing import Processor
from eventkit.publisher import KafkaPublisher
from eventkit.reactions import Reactions
from eventkit.relay import Relay
from reporting.consuming import processor
from tests.support.published import append_examples
from tests.unit.bugle.verifying import broken

pytestmark = pytest.mark.timeout(120)


class Publisher(KafkaPublisher):
    def close(self) -> None:
        self._producer.close(timeout=10)  # and wait: the next test would be blamed for open sockets


@pytest.fixture(scope="module")
def stood(servers: Stack) -> System:
    """Databases and topics in which every example of the contracts has happened, relayed and consumed."""
    system = servers.create_system("verify")
    for service in SERVICES:
        record(system, service)
    for consumer in SOURCES:
        consume(system, consumer)
    return system


def record(system: System, service: str) -> None:
    """The examples of a service's events into its store, and by its relay into Kafka."""
    engine = make_engine(system.database(service).url)
    told = append_examples(engine, service)
    topic = f"{system.topic_prefix}{service}.events"
    relay = Relay(engine, service, lambda: Publisher(system.kafka_access, topic))
    thread = Thread(target=relay.run)
    thread.start()
    with psycopg.connect(plain(system.database(service).url), autocommit=True) as connection:
        while connection.execute("SELECT published_seq FROM relay_state").fetchone() != (told,):
            sleep(0.05)
    relay.stopping.set()
    thread.join()
    engine.dispose()


def consume(system: System, consumer: str) -> None:
    """Let the consumer receive what its sources published; reporting projects it too."""
    engine = make_engine(system.database(consumer).url)
    topics = [f"{source}.events" for source in SOURCES[consumer]]
    passing = Processor(PostgresStore(engine, consumer), Reactions(consumer, topics))
    worker = processor(PostgresStore(engine, "reporting")) if consumer == "reporting" else passing
    kafka = KafkaTopics(system.kafka_access, system.topic_prefix)
    for number in range(kafka.partitions):
        records = [record for record in kafka.read(number) if record.service in SOURCES[consumer]]
        worker.process([read(f"{r.service}.events", number, r.offset, r.key, r.value, r.headers) for r in records])
    kafka.close()
    engine.dispose()


def verified(system: System) -> Report:
    with opened(Addresses.of(system)) as (databases, topics):
        return run(databases, databases, databases["reporting"], topics)


@contextmanager
def damaged(system: System, service: str, table: str, damage: str, repair: str) -> Iterator[None]:
    """Do and undo what no service may do, as the owner and with the triggers off."""
    with psycopg.connect(plain(system.database(service).owner_url), autocommit=True) as owner:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        owner.execute(damage.encode())
        yield
        owner.execute(repair.encode())
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())


def options(system: System) -> list[str]:
    given = [f"--{service}={url}" for service, url in Addresses.of(system).databases.items()]
    return ["verify", *given, f"--kafka={system.kafka.address}", f"--topic-prefix={system.topic_prefix}"]


def test_every_event_type_verifies(stood: System) -> None:
    report = verified(stood)
    assert report.ok, report.json()
    assert report.invariants["I4"].checked == len(EVENTS)
    assert all(pair.live.rows for pair in report.tables.values())


def test_command_prints_one_json_object(stood: System) -> None:
    answer = CliRunner().invoke(app, [*options(stood), "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["ok"] is True
    assert told["invariants"]["I4"] == {"ok": True, "checked": len(EVENTS), "faulty": 0, "faults": []}
    assert told["tables"]["ledger"]["hash"] == told["tables"]["ledger"]["folded_hash"]


def test_command_names_the_fault_and_exits_1(stood: System) -> None:
    damage, repair = "UPDATE live.ledger SET misses = misses + 1", "UPDATE live.ledger SET misses = misses - 1"
    with damaged(stood, "reporting", "live.ledger", damage, repair):
        answer = CliRunner().invoke(app, options(stood))
    assert answer.exit_code == 1
    assert "I6: ledger 6f0e8b1c-4d2a-5c7e-9b10-000000000004: differs from the fold" in answer.stdout
    assert "The system is not sound." in answer.stdout


@pytest.mark.parametrize("away", ["--kafka=127.0.0.1:9", "--routing=postgresql://nobody@127.0.0.1:9/none"])
def test_command_exits_2_without_a_server(stood: System, away: str) -> None:
    answer = CliRunner().invoke(app, [*options(stood), away])
    assert answer.exit_code == 2
    assert "does not answer" in answer.stderr


@pytest.mark.parametrize(
    ("service", "table", "damage", "repair", "invariants"),
    [
        (
            "routing",
            "events",
            "UPDATE events SET data = replace(data, 'power', 'water') WHERE type LIKE '%.case_assigned.v1'",
            "UPDATE events SET data = replace(data, 'water', 'power') WHERE type LIKE '%.case_assigned.v1'",
            {"I4", "I8"},
        ),
        (
            "intake",
            "events",
            "CREATE TABLE kept AS SELECT * FROM events WHERE stream LIKE 'issue-%' AND version = 1;"
            " DELETE FROM events WHERE position = (SELECT position FROM kept)",
            "INSERT INTO events OVERRIDING SYSTEM VALUE SELECT * FROM kept; DROP TABLE kept",
            {"I3", "I4", "I5", "I8"},
        ),
        (
            "supervision",
            "log",
            "CREATE TABLE kept AS SELECT l.log_seq, l.position FROM log l JOIN events e ON e.position = l.position"
            " WHERE e.stream = (SELECT stream FROM events WHERE stream LIKE 'watch-%' AND version = 2 ORDER BY stream"
            " LIMIT 1) ORDER BY l.log_seq LIMIT 2; UPDATE log SET position = -(SELECT position FROM kept"
            " WHERE log_seq <> log.log_seq) WHERE log_seq IN (SELECT log_seq FROM kept);"
            " UPDATE log SET position = -position WHERE position < 0",
            "UPDATE log SET position = -(SELECT position FROM kept WHERE log_seq = log.log_seq)"
            " WHERE log_seq IN (SELECT log_seq FROM kept); UPDATE log SET position = -position WHERE position < 0;"
            " DROP TABLE kept",
            {"I3", "I4", "I8"},
        ),
        (
            "intake",
            "log",
            "CREATE TABLE kept AS SELECT * FROM log ORDER BY log_seq DESC LIMIT 1;"
            " DELETE FROM log WHERE log_seq = (SELECT log_seq FROM kept)",
            "INSERT INTO log SELECT * FROM kept; DROP TABLE kept",
            {"I4", "I5", "I8"},
        ),
        (
            "supervision",
            "inbox",
            "CREATE TABLE kept AS SELECT * FROM inbox LIMIT 1;"
            " DELETE FROM inbox WHERE event_id = (SELECT event_id FROM kept)",
            "INSERT INTO inbox SELECT * FROM kept; DROP TABLE kept",
            {"I5"},
        ),
        (
            "routing",
            "events",
            "UPDATE events SET type = replace(type, '.case_opened.', '.case_passed_over.')",
            "UPDATE events SET type = replace(type, '.case_passed_over.', '.case_opened.')",
            {"I5"},
        ),
        (
            "supervision",
            "events",
            "UPDATE events SET type = replace(type, '.watch_opened.', '.watch_passed_over.')",
            "UPDATE events SET type = replace(type, '.watch_passed_over.', '.watch_opened.')",
            {"I5"},
        ),
        (
            "reporting",
            "live.timeline",
            "UPDATE live.timeline SET occurred_at = occurred_at + interval '1 s' WHERE version = 1",
            "UPDATE live.timeline SET occurred_at = occurred_at - interval '1 s' WHERE version = 1",
            {"I6"},
        ),
        (
            "reporting",
            "live.units",
            "INSERT INTO live.units (agency, unit_id, name, kind, synthetic) VALUES ('x', 'x', 'x', 'x', true)",
            "DELETE FROM live.units WHERE agency = 'x'",
            {"I6"},
        ),
        (
            "reporting",
            "live.ledger_versions",
            "UPDATE live.ledger_versions SET misses = misses + 1 WHERE known_to IS NULL",
            "UPDATE live.ledger_versions SET misses = misses - 1 WHERE known_to IS NULL",
            {"I6"},
        ),
        (
            "reporting",
            "live.issue_tallies",
            "UPDATE live.issue_tallies SET count = count + 1 WHERE level = 'day'",
            "UPDATE live.issue_tallies SET count = count - 1 WHERE level = 'day'",
            {"I6"},
        ),
        (
            "reporting",
            "live.clock_tallies",
            "UPDATE live.clock_tallies SET status = 'x' || status WHERE level = 'now'",
            "UPDATE live.clock_tallies SET status = substr(status, 2) WHERE level = 'now'",
            {"I6"},
        ),
    ],
    ids=[
        *("edited", "deleted", "swapped", "truncated", "not received", "case dropped", "watch dropped"),
        *("re-dated row", "surplus row", "version", "changes", "tally"),
    ],
)  # fmt: skip
def test_damage_in_a_database_is_found(
    stood: System, service: str, table: str, damage: str, repair: str, invariants: set[str]
) -> None:
    with damaged(stood, service, table, damage, repair):
        report = verified(stood)
    assert broken(report) >= invariants, report.json()
    assert verified(stood).ok


class Tampered:
    """The topics as they are but for one partition's records."""

    def __init__(self, topics: KafkaTopics, change: str) -> None:
        self.partitions = topics.partitions
        self._topics = topics
        self._change = change

    def read(self, number: int) -> Sequence[Record]:
        records = list(self._topics.read(number))
        own = [n for n, record in enumerate(records) if record.service == "routing" and record.key]
        if len(own) < 2:
            return records
        if self._change == "dropped":
            del records[own[0]]
        else:
            records[own[0]], records[own[1]] = records[own[1]], records[own[0]]
        return records


@pytest.mark.parametrize("change", ["dropped", "swapped"])
def test_damage_in_kafka_is_found(stood: System, change: str) -> None:
    with opened(Addresses.of(stood)) as (databases, topics):
        report = run(databases, databases, databases["reporting"], Tampered(topics, change))
    assert "I4" in broken(report)
