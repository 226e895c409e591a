"""Where a run's two servers come from: BUGLE_BACKEND is embedded (default), containers or external."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from bugle.stack.external import KAFKA, POSTGRES
from bugle.stack.ports import HOST, free_port

BACKEND = os.environ.get("BUGLE_BACKEND") or "embedded"
_BACKENDS = ("embedded", "containers", "external")
_PATIENT = {"timeout": 300}
"""The daemon's answer is waited for so many seconds: where the disk is busy, a container's end takes over a minute."""

embedded_only = pytest.mark.skipif(
    BACKEND != "embedded", reason=f"it stops and starts the embedded servers; this run's are {BACKEND}"
)


@contextmanager
def backend() -> Iterator[None]:
    """The servers of the run for the block; a `Stack` made in it finds them in the environment."""
    if BACKEND not in _BACKENDS:
        raise pytest.UsageError(f"BUGLE_BACKEND is {BACKEND!r}; choose from: {', '.join(_BACKENDS)}")
    if BACKEND == "external" and not {POSTGRES, KAFKA} <= os.environ.keys():
        raise pytest.UsageError(f"BUGLE_BACKEND=external needs {POSTGRES} and {KAFKA}")
    if BACKEND != "containers":
        yield
        return
    # a module may have servers of its own beside the run's, which are the run's again afterwards
    with _postgres() as postgres, _kafka() as kafka, pytest.MonkeyPatch.context() as patch:
        patch.setenv(POSTGRES, postgres)
        patch.setenv(KAFKA, kafka)
        yield


@contextmanager
def _postgres() -> Iterator[str]:
    password = secrets.token_hex(16)
    image = PostgresContainer(
        "postgres:18", username="bugle", password=password, dbname="postgres", driver=None, docker_client_kw=_PATIENT
    )
    with image.with_command(["-c", "max_connections=200"]) as container:
        yield f"postgresql://bugle:{password}@{HOST}:{container.get_exposed_port(5432)}"


@contextmanager
def _kafka() -> Iterator[str]:
    """A broker that tells its clients the port under which this machine reaches it."""
    port = free_port()
    container = DockerContainer("apache/kafka:4.3.1", docker_client_kw=_PATIENT).with_bind_ports(9092, port)
    for name, value in {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{HOST}:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "8",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_LOG_DIRS": "/var/lib/kafka/data",
    }.items():
        container.with_env(name, value)
    with container.waiting_for(LogMessageWaitStrategy("Kafka Server started")):
        yield f"{HOST}:{port}"
