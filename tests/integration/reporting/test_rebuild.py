"""The rebuild on real servers: parity, differences, what is parked, work that goes on, and kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import orjson
import pytest
from sqlalchemy import create_engine, text

from eventkit.envelope import Envelope, partition_of
from eventkit.ids import uid
from eventkit.postgres import PostgresStore
from eventkit.redrive import redrive
from eventkit.session import Session
from reporting import CONSUMER
from reporting.consuming import REACTION, processor
from reporting.read_model.hashing import table_hashes
from reporting.read_model.writer import project
from reporting.rebuild.running import AnotherRuns, rebuild
from tests.integration.reporting.delivery import Delivery
from tests.unit.reporting.made import Log, courses, day

pytestmark = pytest.mark.timeout(240)


def hashes(delivery: Delivery) -> dict[str, tuple[int, str]]:
    with delivery.engine.connect() as connection:
        return table_hashes(connection, business=False)


def change(delivery: Delivery, statement: str) -> None:
    with delivery.engine.begin() as connection:
        connection.execute(text(statement))


def schemas(delivery: Delivery) -> set[str]:
    with delivery.engine.connect() as connection:
        return set(connection.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|info|public)'")))


def delivered(delivery: Delivery, count: int = 40) -> Log:
    log = courses(count)
    delivery.publish(log.events, mark=day(90))
    delivery.apply()
    return log


def once(action: Callable[[], object]) -> Callable[[str], None]:
    """Something to do when the bulk is copied and the worker has not yet been held off."""

    def tell(line: str) -> None:
        if line == "indexes made":
            action()

    return tell


def test_rebuild_equals_what_was_live(delivery: Delivery) -> None:
    delivered(delivery)
    before = hashes(delivery)

    report = rebuild(delivery.settings)

    assert report.swapped
    assert report.tables == before == hashes(delivery)
    assert report.tables["ledger"][0] == 40
    assert schemas(delivery) == {"live", "live_known", "analysis", "issued"}


def test_rebuilt_tables_go_on_working(delivery: Delivery) -> None:
    log = delivered(delivery)
    rebuild(delivery.settings)
    owner = create_engine(delivery.settings.owner_database_url)
    with owner.connect() as connection:
        names = text("SELECT indexname FROM pg_indexes WHERE schemaname = 'live'")
        assert {"ledger_pkey", "ledger_programme", "timeline_pkey", "spans_pkey"} <= set(connection.scalars(names))
    owner.dispose()

    log.reported(str(uid("later")), day(91))
    delivery.publish(log.events[-1:])
    delivery.apply()

    assert hashes(delivery)["ledger"][0] == 41
    assert rebuild(delivery.settings).tables == hashes(delivery)


def test_rebuilt_tables_keep_what_the_planner_is_told(delivery: Delivery) -> None:
    told = text(
        "SELECT attrelid::regclass::text, attname, attoptions FROM pg_attribute"
        " WHERE attoptions IS NOT NULL AND attrelid::regclass::text LIKE 'live.%' ORDER BY 1, 2"
    )
    delivered(delivery, 3)
    with delivery.engine.connect() as connection:
        before = connection.execute(told).all()
    rebuild(delivery.settings)
    with delivery.engine.connect() as connection:
        assert connection.execute(told).all() == before
    assert ("live.timeline", "case_id", ["n_distinct=-0.05"]) in [tuple(row) for row in before]


def test_work_goes_on_meanwhile(delivery: Delivery) -> None:
    log = courses(60)
    half = len(log.events) // 2
    delivery.publish(log.events[:half])
    delivery.apply()

    def more() -> None:
        delivery.publish(log.events[half:], mark=day(90))
        delivery.apply()
        delivery.publish(log.events[:50])  # once more, as a relay does after a crash
        delivery.apply(limit=20)  # and the worker is in the midst of them

    report = rebuild(delivery.settings, tell=once(more))

    assert report.swapped
    assert report.tables == hashes(delivery)
    assert report.tables["ledger"][0] == 60
    assert report.tables["timeline"][0] == sum(1 for e in log.events if e.stream.startswith(("issue", "case", "watch")))


def test_redelivery_does_not_hide_what_was_read(delivery: Delivery) -> None:
    delivered(delivery)
    delivery.rewind()
    delivery.apply(limit=30)  # a worker that was killed before it could acknowledge begins again

    assert rebuild(delivery.settings).tables == hashes(delivery)


def test_difference_is_not_swapped(delivery: Delivery) -> None:
    delivered(delivery)
    change(delivery, "UPDATE live.ledger SET level = 9 WHERE ctid = (SELECT min(ctid) FROM live.ledger)")
    before = hashes(delivery)

    report = rebuild(delivery.settings)

    assert not report.swapped
    assert list(report.differing) == ["ledger"]
    assert len(report.differing["ledger"]) == 1
    assert hashes(delivery) == before

    accepted = rebuild(delivery.settings, accept=True)
    assert accepted.swapped
    assert accepted.live["ledger"] == before["ledger"]
    assert hashes(delivery) == accepted.tables == report.tables


def test_missing_row_is_named(delivery: Delivery) -> None:
    log = delivered(delivery)
    case = next(event.key for event in log.events if event.stream.startswith("issue"))
    change(delivery, f"DELETE FROM live.spans WHERE case_id = '{case}' AND ordinal = 1")

    report = rebuild(delivery.settings)

    assert report.differing == {"spans": [f"{case} 1"]}


def test_parked_events_stay_out(delivery: Delivery) -> None:
    log = courses(10)
    bad = str(uid("bad"))
    log.reported(bad, day(1), synthetic=None)  # no row can hold it
    log.case("routing", "case_accepted", bad, day(2), unit="bank")
    delivery.publish_raw(bad.encode(), b"no json", partition_of(bad))
    delivery.publish(log.events)
    delivery.apply()
    store = PostgresStore(delivery.engine, CONSUMER)
    with store.transaction() as tx:
        assert tx.parked_keys(CONSUMER)[bad] == 3

    report = rebuild(delivery.settings)

    assert report.swapped
    assert report.tables["ledger"][0] == 10
    assert not report.differing
    assert report.aside == 3, "and it is said"


def test_discarded_event_stays_out(delivery: Delivery) -> None:
    log = courses(5)
    bad = str(uid("bad"))
    log.reported(bad, day(1), synthetic=None)  # no row can hold it
    delivery.publish(log.events)
    delivery.apply()
    store = PostgresStore(delivery.engine, CONSUMER)
    with store.transaction() as tx:
        [place] = [held.arrival.place for held in tx.parked(CONSUMER, bad)]
    processor(store).discard(bad, place, "no row can hold it", "li")
    delivery.publish([event for event in log.events if event.key == bad])  # as a producer may that tries again
    delivery.apply()

    report = rebuild(delivery.settings)

    assert report.swapped
    assert (report.tables["ledger"][0], report.aside) == (5, 1)


def test_forged_event_stays_out(delivery: Delivery) -> None:
    log = courses(5)
    delivery.publish(log.events)
    forged = Log()
    forged.reported(str(uid("forged")), day(1))
    delivery.publish(forged.events, topic="supervision.events")
    delivery.apply()
    with PostgresStore(delivery.engine, CONSUMER).transaction() as tx:
        assert list(tx.parked_keys(CONSUMER).values()) == [1]
    change(delivery, "DELETE FROM parked")  # as where an earlier version read it

    report = rebuild(delivery.settings)

    assert (report.swapped, report.differing, report.aside) == (True, {}, 0)
    assert report.tables["ledger"][0] == 5


@pytest.mark.parametrize("restored", [False, True])
def test_redriven_events_come_in(delivery: Delivery, restored: bool) -> None:
    """Also what a restore has left without a place in Kafka, which has its topics anew."""
    log = courses(5)
    late = str(uid("late"))
    log.reported(late, day(1))
    delivery.publish(log.events)

    def faulty(session: Session, events: list[Envelope]) -> None:
        if any(event.key == late for event in events):
            raise ValueError("a fault that is mended later")
        project(session, events)

    delivery.apply(function=faulty)
    store = PostgresStore(delivery.engine, CONSUMER)
    if restored:
        change(delivery, "UPDATE parked SET kafka_offset = -seq")

    report = rebuild(delivery.settings, tell=once(lambda: redrive(store, REACTION, late)))

    assert report.swapped
    assert report.tables["ledger"][0] == 6


def test_two_rebuilds_exclude_each_other(delivery: Delivery) -> None:
    delivered(delivery, 5)

    def second() -> None:
        with pytest.raises(AnotherRuns):
            rebuild(delivery.settings)

    assert rebuild(delivery.settings, tell=once(second)).swapped


COMMAND = [sys.executable, "-m", "reporting.entrypoints.rebuild", "--json"]


def environment(delivery: Delivery) -> dict[str, str]:
    return {
        "BUGLE_OWNER_DATABASE_URL": delivery.settings.owner_database_url,
        "BUGLE_DATABASE_URL": delivery.settings.database_url,
        "BUGLE_KAFKA": delivery.kafka,
        "BUGLE_TOPIC_PREFIX": delivery.prefix,
    }


@pytest.mark.parametrize("moment", ["1 of 12", "indexes made", "swapped"])
def test_killed_rebuild_leaves_live_whole(delivery: Delivery, moment: str) -> None:
    delivered(delivery)
    before = hashes(delivery)
    settings = environment(delivery)
    with subprocess.Popen(COMMAND, env=os.environ | settings, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stderr is not None
        for line in run.stderr:
            if line.decode().startswith(moment):
                os.kill(run.pid, signal.SIGKILL)
                break

    assert hashes(delivery) == before
    again = subprocess.run(COMMAND, env=os.environ | settings, capture_output=True, check=False)
    told = orjson.loads(again.stdout)
    assert again.returncode == 0, again.stderr
    assert (told["swapped"], told["equal"]) == (True, True)
    assert {name: (held["rows"], held["hash"]) for name, held in told["tables"].items()} == before
    assert schemas(delivery) == {"live", "live_known", "analysis", "issued"}


@pytest.mark.parametrize("server", ["BUGLE_OWNER_DATABASE_URL", "BUGLE_KAFKA"])
def test_server_away_is_said_and_live_is_whole(delivery: Delivery, server: str) -> None:
    delivered(delivery)
    before = hashes(delivery)
    away = {"BUGLE_OWNER_DATABASE_URL": "postgresql+psycopg://owner@127.0.0.1:1/nobody", "BUGLE_KAFKA": "127.0.0.1:1"}
    settings = environment(delivery) | {server: away[server]}

    told = subprocess.run(COMMAND, env=os.environ | settings, capture_output=True, text=True, check=False)

    assert told.returncode == 1
    assert "rebuild: a server is away: " in told.stderr
    assert "Traceback" not in told.stderr
    assert hashes(delivery) == before
