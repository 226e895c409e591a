"""Makes the topics of a system: `python -m eventkit.topics TOPICS [GRANTS]`. Brokers never make one by themselves.

TOPICS is TOML: `[partitions]` has the number of partitions by name, `[config]` what holds for each of the topics.
With GRANTS (see `eventkit.grants`) it also makes the users and what each may do; only an administrator can.
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic

from eventkit import grants, logs, settings
from eventkit.access import clients
from eventkit.admission import demand, ending_if_refused
from eventkit.settings import KafkaSettings

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSettings(KafkaSettings):
    """`replication`: on how many brokers each topic lies. `write_through`: 1 has a topic that lies on one alone write
    each record to the disk before it acknowledges it; several brokers do not lose power all at once."""

    topic_prefix: str = ""
    replication: int = 1
    write_through: int = 0

    @property
    def own(self) -> dict[str, str]:
        """What these settings add to the configuration that is declared for every system."""
        return {"flush.messages": "1"} if self.write_through and self.replication == 1 else {}


def create(file: Path, held: TopicSettings) -> list[str]:
    """Make the declared topics that are missing, their names prefixed; which those were. The others get the settings
    that are declared now.

    Returns when the broker itself knows the topics that its controller has made.
    """
    declared = tomllib.loads(file.read_text("utf-8"))
    config = declared["config"] | held.own
    present = _admin(held, _names)
    missing = [
        NewTopic(held.topic_prefix + name, count, held.replication, topic_configs=config)
        for name, count in declared["partitions"].items()
        if held.topic_prefix + name not in present
    ]
    made = [topic.name for topic in missing]
    if there := [name for name in (held.topic_prefix + name for name in declared["partitions"]) if name in present]:
        _admin(held, partial(_configure, there, config))
    if missing:
        _admin(held, lambda admin: admin.create_topics(missing))
        while not set(made) <= _admin(held, _names):
            time.sleep(0.05)
    return made


def short(file: Path, held: TopicSettings) -> list[str]:
    """The declared topics of which some partition lies on fewer brokers than `held.replication`. A topic that is there
    keeps its brokers whatever is told later."""
    declared = tomllib.loads(file.read_text("utf-8"))["partitions"]
    told = _admin(held, lambda admin: admin.describe_topics([held.topic_prefix + name for name in declared]))
    return [
        topic["name"]
        for topic in told
        if any(len(partition["replica_nodes"]) < held.replication for partition in topic["partitions"])
    ]


def _configure(topics: Iterable[str], config: Mapping[str, str], admin: KafkaAdminClient) -> None:
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, config) for topic in topics])


def _names(admin: KafkaAdminClient) -> set[str]:
    return set(admin.list_topics())


def grant(file: Path, held: TopicSettings, password: Callable[[str], str]) -> grants.Granted:
    """Make users and grants as the file says; see `eventkit.grants.apply`."""
    return _admin(held, lambda admin: grants.apply(admin, file, held.topic_prefix, password))


def _admin(held: KafkaSettings, use: Callable[[KafkaAdminClient], R]) -> R:
    admin = KafkaAdminClient(**clients(held), client_id="bugle", request_timeout_ms=10_000)
    try:
        return use(admin)
    finally:
        admin.close()


def main() -> None:
    """Make what the files named on the command line declare."""
    logs.configure(settings.read(settings.LogSettings), "bugle", "topics")
    if len(sys.argv) not in (2, 3):
        raise SystemExit("usage: python -m eventkit.topics TOPICS [GRANTS]")
    held = settings.read(TopicSettings)
    with ending_if_refused(held):
        declare(held, *map(Path, sys.argv[1:]))


def declare(held: TopicSettings, topics: Path, granted: Path | None = None) -> None:
    """Make what the files declare, and say what was made."""
    demand(held)
    made = create(topics, held)
    print(f"made: {', '.join(made) or 'nothing, all are there'}")
    if lacking := short(topics, held):
        raise SystemExit(
            f"These topics lie on fewer than {held.replication} brokers and stay so: {', '.join(lacking)}."
            " Only topics that are made anew get more: make a backup and restore it (docs/deploying.md)."
        )
    if granted is not None:
        done = grant(granted, held, grants.password_from_environment)
        print(f"users: {done.users}; grants: {done.added} added, {done.taken} taken back")


if __name__ == "__main__":
    main()
