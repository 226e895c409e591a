"""Workload `react`: a Faust worker that consumes, decides and commits, against an empty agent on the same topic."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from bench.databases import log_database
from bench.harness import Reading, Size, compare
from bench.topics import Publisher, prefixed
from bench.workload import envelopes
from bugle.stack import Stack
from eventkit.settings import KafkaSettings

_PATIENCE_SECONDS = 600


def measure(servers: Stack, size: Size) -> Reading:
    """Events per second of one worker; every repeat reads the topic from its start as a new group."""
    database = log_database(servers)
    with prefixed(servers, "react") as prefix, tempfile.TemporaryDirectory() as folder:
        _publish(servers.system.kafka_access, f"{prefix}intake.events", size.react_events)
        environment = {
            **os.environ,
            "BUGLE_DATABASE_URL": database.url,
            "BUGLE_KAFKA": servers.kafka.address,
            "BUGLE_TOPIC_PREFIX": prefix,
            "BUGLE_DATA_DIR": folder,
            "BUGLE_METRICS_PORT": "0",
        }
        run = partial(_run, environment, size.react_events)
        return compare("react", "events/s", partial(run, "ours"), partial(run, "empty"), size.repeats)


def _publish(kafka: KafkaSettings, topic: str, count: int) -> None:
    publisher = Publisher(kafka, topic)
    publisher.publish(list(envelopes(count, seed=3)))
    publisher.confirm()
    publisher.close()


def _run(environment: dict[str, str], events: int, kind: str, repeat: int) -> float:
    answer = Path(environment["BUGLE_DATA_DIR"]) / f"{kind}{repeat}"
    command = [sys.executable, "-m", "bench.react_worker", kind, f"{kind}{repeat}", str(events), str(answer)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the worker {kind} ended with status {done.returncode}:\n{done.stderr[-4000:]}")
    return float(answer.read_text())
