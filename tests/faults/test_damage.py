"""The real log is damaged behind the services' backs: the checker must say so, by the right invariants, each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from bugle.chaos.arena import Arena
from bugle.stack.databases import plain

pytestmark = pytest.mark.timeout(120)

REPORTED = "type LIKE '%.issue_reported.v1'"
PUBLISHED = "type LIKE '%.programme_published.v1'"
YELLOW, RED = '"card":"yellow"', '"card":"red"'
LAST = f"(SELECT max(position) FROM events JOIN log USING (position) WHERE {REPORTED})"
COLUMNS = "stream, version, event_id, type, key, occurred_at, recorded_at, traceparent, data"

DAMAGES = {
    "edited": (
        f"UPDATE events SET data = replace(data, '电压不稳', '电压正常') WHERE position = {LAST}",
        "UPDATE events SET data = replace(data, '电压正常', '电压不稳') WHERE data LIKE '%电压正常%'",
        {"I1", "I4", "I8"},
    ),
    "deleted": (
        f"CREATE TABLE kept AS SELECT * FROM events WHERE position = {LAST};"
        " DELETE FROM events WHERE position = (SELECT position FROM kept)",
        "INSERT INTO events OVERRIDING SYSTEM VALUE SELECT * FROM kept; DROP TABLE kept",
        {"I1", "I4", "I5", "I8"},
    ),
    "duplicated": (
        f"INSERT INTO events ({COLUMNS}) SELECT 'issue-' || gen_random_uuid(), 1, gen_random_uuid(), type, key,"
        f" occurred_at, recorded_at, traceparent, data FROM events WHERE position = {LAST};"
        " INSERT INTO log SELECT (SELECT max(log_seq) + 1 FROM log), max(position), now(), '\\x00' FROM events",
        "DELETE FROM log WHERE hash = '\\x00';"
        " DELETE FROM events WHERE position = (SELECT max(position) FROM events)",
        {"I2", "I4", "I8"},
    ),
    "swapped": (
        "CREATE TABLE kept AS SELECT log_seq, position FROM log ORDER BY log_seq DESC LIMIT 2;"
        " UPDATE log SET position = -(SELECT k.position FROM kept k WHERE k.log_seq <> log.log_seq)"
        " WHERE log_seq IN (SELECT log_seq FROM kept); UPDATE log SET position = -position WHERE position < 0",
        "UPDATE log SET position = -(SELECT k.position FROM kept k WHERE k.log_seq = log.log_seq)"
        " WHERE log_seq IN (SELECT log_seq FROM kept); UPDATE log SET position = -position WHERE position < 0;"
        " DROP TABLE kept",
        {"I4", "I8"},
    ),
    "rule changed": (
        f"UPDATE events SET data = replace(data, '{YELLOW}', '{RED}') WHERE {PUBLISHED}",
        f"UPDATE events SET data = replace(data, '{RED}', '{YELLOW}') WHERE {PUBLISHED}",
        {"I4", "I7", "I8"},
    ),
    "truncated": (
        "CREATE TABLE kept AS SELECT * FROM log ORDER BY log_seq DESC LIMIT 3;"
        " CREATE TABLE head AS SELECT * FROM relay_state;"
        " DELETE FROM log WHERE log_seq IN (SELECT log_seq FROM kept);"
        " UPDATE relay_state SET (log_seq, head) = (SELECT log_seq, hash FROM log ORDER BY log_seq DESC LIMIT 1)",
        "INSERT INTO log SELECT * FROM kept; UPDATE relay_state SET (log_seq, head) = (SELECT log_seq, head FROM head);"
        " DROP TABLE kept, head",
        {"I4", "I8"},
    ),
}  # fmt: skip


@contextmanager
def damaged(ring: Arena, damage: str, repair: str) -> Iterator[None]:
    """Intake's events and log changed by their owner with the triggers off, and put right again."""
    url = plain(ring.system.database("intake").owner_url)
    tables = ("events", "log")
    with psycopg.connect(url, autocommit=True) as owner:
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        owner.execute(damage.encode())
        try:
            yield
        finally:
            owner.execute(repair.encode())
            for table in tables:
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())


@pytest.fixture(scope="module")
def still(ring: Arena) -> Iterator[Arena]:
    """The arena after one trial without any fault, its relay of intake and its workers at rest."""
    with ring.trial("no fault at all"):
        pass
    assert ring.last.ok, ring.last.broken
    ring.system.stop(["intake-relay"])
    yield ring
    ring.heal()


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_by_its_invariants(still: Arena, name: str) -> None:
    damage, repair, invariants = DAMAGES[name]
    with damaged(still, damage, repair):
        found = still.checker.judge()
    assert {name for name, held in found.items() if not held.ok} >= invariants, {n: f.faults for n, f in found.items()}
    assert all(held.ok for held in still.checker.judge().values())
