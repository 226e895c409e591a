"""Makes the topics of a system: `python -m eventkit.topics FILE`. Brokers never make one by themselves.

FILE is TOML: `[partitions]` has the number of partitions by name, `[config]` what holds for each of the topics.
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from eventkit import logs, settings

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """`replication`: on how many brokers each topic lies."""

    kafka: str
    topic_prefix: str = ""
    replication: int = 1


def create(file: Path, held: TopicSettings) -> list[str]:
    """Make the declared topics that are missing, their names prefixed; which those were.

    Returns when the broker itself knows the topics that its controller has made.
    """
    declared = tomllib.loads(file.read_text("utf-8"))
    present = _admin(held.kafka, _names)
    missing = [
        NewTopic(held.topic_prefix + name, count, held.replication, topic_configs=declared["config"])
        for name, count in declared["partitions"].items()
        if held.topic_prefix + name not in present
    ]
    made = [topic.name for topic in missing]
    if missing:
        _admin(held.kafka, lambda admin: admin.create_topics(missing))
        while not set(made) <= _admin(held.kafka, _names):
            time.sleep(0.05)
    return made


def _names(admin: KafkaAdminClient) -> set[str]:
    return set(admin.list_topics())


def _admin(address: str, use: Callable[[KafkaAdminClient], R]) -> R:
    admin = KafkaAdminClient(bootstrap_servers=address, client_id="bugle", request_timeout_ms=10_000)
    try:
        return use(admin)
    finally:
        admin.close()


def main() -> None:
    """Make what the file named on the command line declares."""
    logs.configure(settings.read(settings.LogSettings), "bugle", "topics")
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m eventkit.topics FILE")
    made = create(Path(sys.argv[1]), settings.read(TopicSettings))
    print(f"made: {', '.join(made) or 'nothing, all are there'}")


if __name__ == "__main__":
    main()
