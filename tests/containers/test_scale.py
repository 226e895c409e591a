"""Three brokers, two of each process: a broker dies for a while, a relay and a worker for good, as ledgers come in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bugle.stack.place import Deployed
from bugle.stack.ports import free_port, is_free
from bugle.stack.system import FRONTENDS, PROCESSES, SERVICES
from tests.containers.conftest import Compose, bring_in, bugle, deployed, docker, meanwhile
from tests.support.office import until

pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif("BUGLE_SCALE" not in os.environ, reason="takes too much for every run: run `make scale`"),
]
KILLED = "kafka-2"


def pair(taken: list[int]) -> int:
    """The first of two free ports beside each other."""
    while not is_free((first := free_port(taken)) + 1) or first + 1 in taken:
        pass
    taken += [first, first + 1]
    return first


@pytest.fixture(scope="module")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    taken: list[int] = []
    ports = {deployed: pair(taken) for deployed in (*SERVICES, *FRONTENDS)}
    settings = {f"BUGLE_{service.upper()}_PORTS": f"{first}-{first + 1}" for service, first in ports.items()}
    settings |= {f"BUGLE_{service.upper()}_PORT": str(first) for service, first in ports.items()}
    settings |= {
        "BUGLE_REPLICATION": "3",
        "BUGLE_KAFKA_2_PORT": str(pair(taken)),
        "BUGLE_KAFKA_3_PORT": str(pair(taken)),
    }
    with deployed(tmp_path_factory.mktemp("scaled"), settings, "docker-compose.yml", "infra/scale.yml") as compose:
        yield compose


def second(place: Deployed) -> Deployed:
    """The same system, asked by the second of each two HTTP processes."""
    ports = {
        f"BUGLE_{service.upper()}_PORT": str(int(place.url(service).rpartition(":")[2]) + 1) for service in SERVICES
    }
    return replace(place, values={**place.values, **ports})


def replicas_in_sync(compose: Compose) -> set[int]:
    """On how many brokers the partitions of our topics are whole; one number where all are alike."""
    [broker] = compose.containers("kafka")
    told = docker(
        "exec",
        broker,
        "/opt/kafka/bin/kafka-topics.sh",
        "--bootstrap-server",
        "kafka:9095",
        "--command-config",
        "/etc/bugle/health.properties",
        "--describe",
    )
    found = re.findall(r"Topic: (\w+)\.events\s+Partition:.*\bIsr: ([\d,]+)", told)
    assert {service for service, _ in found} == set(SERVICES) - {"reporting"}
    return {len(brokers.split(",")) for _, brokers in found}


def test_death_of_a_broker_changes_no_figure(scaled: Compose) -> None:
    assert {process: len(scaled.containers(process)) for process in PROCESSES} == dict.fromkeys(PROCESSES, 2)
    assert replicas_in_sync(scaled) == {3}
    [broker] = scaled.containers(KILLED)
    bring_in(scaled.place, "rongchang")
    with meanwhile(scaled.place, "jinxian"):
        docker("kill", broker)
    until(lambda: replicas_in_sync(scaled) == {2}, 120, "two brokers that have noticed the death of the third")
    bring_in(second(scaled.place), "daan")
    docker("start", broker)
    with meanwhile(second(scaled.place), "liangjiang"):
        for process in ("routing-relay", "supervision-worker"):
            docker("kill", scaled.containers(process)[0])
    until(lambda: replicas_in_sync(scaled) == {3}, 300, "the third broker to have caught up")
    assert "Everything agrees." in bugle(scaled, "demo", "--check")
