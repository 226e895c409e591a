"""A real Prometheus watches a running system that is brought into states that alerts speak of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaProducer

from bugle.stack import Stack, System
from bugle.stack.ports import HOST
from bugle.stack.system import PROCESSES
from tests.support.observability import alerts
from tests.support.office import Office, new_agency, until
from tests.support.prometheus import Watcher, needs_prometheus, running, shipped
from tests.support.stack import running_system

pytestmark = [pytest.mark.timeout(400), needs_prometheus]
BY_PROMTOOL_ONLY = {
    *("EventsWaiting", "RequestsSlow", "PoolExhausted", "DocumentsFailing"),
    *("DatabaseAway", "RequestsFail", "RelaySilent", "ConsumerBehind", "SourceUnread", "EventsUnsequenced"),
}
BY_NAME = {"ProcessMissing", "ReplicaMissing"}
"""Containers have names, the processes here have none: tests/deployment/test_missing.py."""
POWER = {"role": "department", "department": "power"}
FIRED: set[str] = set()


def fires(watcher: Watcher, alert: str, **labels: str) -> None:
    """Its expression holds for these labels; how long it must hold is promtool's to test."""
    until(lambda: any(labels.items() <= row["metric"].items() for row in watcher.ask(alerts()[alert])), 90, alert)
    FIRED.add(alert)


@contextmanager
def watching(system: System, folder: Path) -> Iterator[Watcher]:
    """Prometheus that scrapes every process of the system, which has no names but ports."""
    config = shipped()
    [job] = config["scrape_configs"]
    del job["dns_sd_configs"], job["relabel_configs"]
    job["static_configs"] = [
        {"targets": [f"{HOST}:{system.port(process)}"], "labels": {"process": process}} for process in PROCESSES
    ]
    with running(config, folder) as watcher:
        yield watcher


def test_state_of_system_is_seen(servers: Stack, tmp_path: Path) -> None:
    """One test, for a system and its Prometheus cost more than what is looked at."""
    with (
        running_system(servers, "watched") as system,
        watching(system, tmp_path) as watcher,
        Office(servers, system, new_agency("watch")) as office,
    ):
        office.open()
        until(lambda: len(watcher.ask("up == 1")) == len(PROCESSES), 60, "every process scraped")
        until(lambda: not any(map(watcher.ask, alerts().values())), 60, "a system that is well")
        hold_the_sweep(office, watcher)
        park_a_key(servers, system, watcher)
        leave_deliveries(servers, system, watcher)
        assert {*alerts()} - BY_PROMTOOL_ONLY - BY_NAME == FIRED


def hold_the_sweep(office: Office, watcher: Watcher) -> None:
    """A case long overdue comes up while no sweeper runs; then it runs again."""
    office.system.stop(["supervision-sweeper"])
    case = office.report(ago=timedelta(hours=7))
    until(lambda: office.call("routing", "GET", f"/cases/{case}", expect=(200, 404)).get("state"), what="the case")
    office.move(case, "assignment", {}, ago=timedelta(hours=7))
    office.move(case, "receipt", ago=timedelta(hours=7), **POWER)
    fires(watcher, "SweepLate", table="watches")
    fires(watcher, "ProcessDown", process="supervision-sweeper")
    office.system.start(["supervision-sweeper"])
    until(lambda: not watcher.ask(alerts()["SweepLate"]), 60, "the end of the alert")


def park_a_key(servers: Stack, system: System, watcher: Watcher) -> None:
    producer = KafkaProducer(bootstrap_servers=servers.kafka.address)
    producer.send(f"{system.topic_prefix}intake.events", b"no JSON", key=b"broken", partition=0)
    producer.flush()
    producer.close()
    for consumer in ("routing", "supervision", "reporting"):
        fires(watcher, "KeysParked", consumer=consumer)


def leave_deliveries(servers: Stack, system: System, watcher: Watcher) -> None:
    """Two notifications that have not arrived, put down as rows: the way there is tested with real mail servers."""
    with psycopg.connect(servers.postgres.url(servers.postgres.superuser, system.database("supervision").name)) as db:
        db.execute("SET session_replication_role = replica")  # no notification stands behind them
        for state in ("held", "dead"):
            db.execute(
                "INSERT INTO deliveries (notification, channel, state, agency, at, next_at)"
                " VALUES (gen_random_uuid(), 'email', %s, 'none', now(), now())",
                [state],
            )
    fires(watcher, "DeliveriesHeld", channel="email")
    fires(watcher, "DeliveriesDead", channel="email")
