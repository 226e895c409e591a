"""A real Prometheus watches a running system that is brought into states that alerts speak of."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import yaml
from kafka import KafkaProducer

from bugle.stack import Stack, System
from bugle.stack.ports import HOST, free_port
from bugle.stack.system import PROCESSES
from tests.support.observability import FOLDER, alerts
from tests.support.office import Office, new_agency, until
from tests.support.stack import running_system

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(
        shutil.which("prometheus") is None, reason="NOT RUN: no prometheus here; install Debian's package prometheus"
    ),
]
BY_PROMTOOL_ONLY = {
    *("EventsWaiting", "RequestsSlow", "PoolExhausted", "DocumentsFailing"),
    *("DatabaseAway", "RequestsFail", "RelaySilent", "ConsumerBehind", "EventsUnsequenced"),
}
POWER = {"role": "department", "department": "power"}


@dataclass
class Watcher:
    """A running Prometheus."""

    url: str

    def ask(self, expression: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": expression}, timeout=10).json()
        assert answer["status"] == "success", answer
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def fires(self, alert: str, **labels: str) -> None:
        """Its expression holds for these labels; how long it must hold is promtool's to test."""
        until(lambda: any(labels.items() <= row["metric"].items() for row in self.ask(alerts()[alert])), 90, alert)
        FIRED.add(alert)


FIRED: set[str] = set()


@contextmanager
def watching(system: System, folder: Path) -> Iterator[Watcher]:
    """Prometheus with the published rules, scraping every process of the system."""
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    [job] = config["scrape_configs"]
    del job["dns_sd_configs"], job["relabel_configs"]
    job["static_configs"] = [
        {"targets": [f"{HOST}:{system.port(process)}"], "labels": {"process": process}} for process in PROCESSES
    ]
    config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    shutil.copy(FOLDER / "alerts.yml", folder)
    address = f"{HOST}:{free_port()}"
    options = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            ["prometheus", *options, f"--web.listen-address={address}"], stdout=log, stderr=log, cwd=folder
        )
    try:
        watcher = Watcher(f"http://{address}")
        until(lambda: answers(watcher), 30, "Prometheus")
        yield watcher
    finally:
        process.terminate()
        process.wait(20)


def answers(watcher: Watcher) -> bool:
    try:
        return httpx.get(f"{watcher.url}/-/ready").status_code == 200
    except httpx.TransportError:
        return False


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
        assert {*alerts()} - BY_PROMTOOL_ONLY == FIRED


def hold_the_sweep(office: Office, watcher: Watcher) -> None:
    """A case long overdue comes up while no sweeper runs; then it runs again."""
    office.system.stop(["supervision-sweeper"])
    case = office.report(ago=timedelta(hours=7))
    until(lambda: office.call("routing", "GET", f"/cases/{case}", expect=(200, 404)).get("state"), what="the case")
    office.move(case, "assignment", {}, ago=timedelta(hours=7))
    office.move(case, "receipt", ago=timedelta(hours=7), **POWER)
    watcher.fires("SweepLate", table="watches")
    watcher.fires("ProcessDown", process="supervision-sweeper")
    office.system.start(["supervision-sweeper"])
    until(lambda: not watcher.ask(alerts()["SweepLate"]), 60, "the end of the alert")


def park_a_key(servers: Stack, system: System, watcher: Watcher) -> None:
    producer = KafkaProducer(bootstrap_servers=servers.kafka.address)
    producer.send(f"{system.topic_prefix}intake.events", b"no JSON", key=b"broken", partition=0)
    producer.flush()
    producer.close()
    for consumer in ("routing", "supervision", "reporting"):
        watcher.fires("KeysParked", consumer=consumer)


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
    watcher.fires("DeliveriesHeld", channel="email")
    watcher.fires("DeliveriesDead", channel="email")
