"""docker compose brings the system up, each process in a container that may do little and that comes back."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace

import psycopg
import pytest
from kafka.errors import KafkaConnectionError

from bugle.stack.databases import plain
from bugle.stack.home import ROOT
from bugle.stack.system import PROCESSES
from eventkit.admission import Refused, demand
from eventkit.settings import KafkaSettings
from tests.containers.conftest import Compose, docker, healthy
from tests.support.office import until

pytestmark = pytest.mark.timeout(900)


def test_every_process_has_its_container(compose: Compose) -> None:
    assert {process: len(compose.containers(process)) for process in PROCESSES} == dict.fromkeys(PROCESSES, 1)


@pytest.mark.parametrize("process", PROCESSES)
def test_process_may_do_little(compose: Compose, process: str) -> None:
    [container] = compose.containers(process)
    [told] = json.loads(docker("inspect", container))
    assert told["HostConfig"]["ReadonlyRootfs"] and told["HostConfig"]["CapDrop"] == ["ALL"]
    assert docker("exec", container, "id", "-u").strip() not in ("", "0")
    assert docker("exec", container, "sh", "-c", "touch /opt/bugle/x 2>/dev/null || echo refused") == "refused\n"
    assert healthy(container)


def test_settings_that_are_missing_are_named(compose: Compose) -> None:
    command = ["docker", "compose", "--env-file", "/dev/null", "config", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode != 0
    assert "run bugle secrets init" in done.stderr


def test_ended_process_comes_back(compose: Compose) -> None:
    [container] = compose.containers("reporting-worker")
    docker("exec", container, "python", "-c", "import os, signal; os.kill(1, signal.SIGTERM)")

    def restarted() -> bool:
        [told] = json.loads(docker("inspect", container))
        return bool(told["RestartCount"] > 0) and healthy(container)

    until(restarted, 120, "the worker after its restart")


_FOREIGN = """
from kafka import KafkaProducer
from kafka.errors import TopicAuthorizationFailedError
from eventkit.access import clients
from eventkit.settings import KafkaSettings, read
producer = KafkaProducer(**clients(read(KafkaSettings)), enable_idempotence=False)
for topic in ("intake.events", "routing.events", "supervision.events"):
    try:
        producer.send(topic, b"{}", key=b"k", partition=0).get(timeout=20)
    except TopicAuthorizationFailedError:
        print("refused", topic)
"""


def test_locks_are_the_services(compose: Compose) -> None:
    address = plain(compose.place.database("reporting").url)
    query = "SELECT has_function_privilege({}'pg_advisory_lock(bigint)', 'EXECUTE')"
    with psycopg.connect(address) as service:
        everybody = service.execute(query.format("'public', ").encode()).fetchone()
        assert (everybody, service.execute(query.format("").encode()).fetchone()) == ((False,), (True,))
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(address, dbname="postgres")


def test_service_cannot_write_a_foreign_topic(compose: Compose) -> None:
    """From inside reporting's container, with all that it has."""
    [container] = compose.containers("reporting-worker")
    said = docker("exec", container, "python", "-c", _FOREIGN)
    assert said.split("\n") == ["refused intake.events", "refused routing.events", "refused supervision.events", ""]


def test_kafka_takes_no_stranger_from_the_host(compose: Compose) -> None:
    known = compose.place.kafka_access
    demand(known)
    with pytest.raises(Refused):
        demand(replace(known, kafka_password="wrong"))
    with pytest.raises(KafkaConnectionError):
        demand(KafkaSettings(kafka=known.kafka))
