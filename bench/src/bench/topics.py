"""Topics for a workload of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from kafka import KafkaAdminClient

from bugle.stack import Stack
from eventkit.publisher import KafkaPublisher

TOPICS = ("intake.events", "routing.events", "supervision.events")


class Publisher(KafkaPublisher):
    """The relay's own; at the end it waits until its connections are closed."""

    def close(self) -> None:
        """See `eventkit.publisher.Publisher`."""
        self._producer.close(timeout=10)


@contextmanager
def prefixed(servers: Stack, name: str) -> Iterator[str]:
    """The prefix of the declared topics, made anew and deleted afterwards."""
    prefix = f"bench-{name}-{uuid4().hex[:8]}."
    servers.kafka.create_topics(prefix)
    try:
        yield prefix
    finally:
        admin = KafkaAdminClient(bootstrap_servers=servers.kafka.address)
        admin.delete_topics([prefix + topic for topic in TOPICS])
        admin.close()
