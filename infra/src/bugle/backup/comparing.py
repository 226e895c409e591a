"""What the topics hold that a backup does not: it is lost once they are made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from bugle.backup.facts import dumped_facts, fact_of
from bugle.backup.topics import present, topic
from bugle.stack.errors import StackError
from bugle.stack.place import Place
from bugle.verify.event import Event, Unreadable, from_record
from bugle.verify.topics import KafkaSilent, read_through
from eventkit.access import clients

_UNCHANGED = "Nothing was changed. Run the restore again when Kafka is well."


@dataclass
class Divergence:
    """`ahead`: events that only Kafka has; `behind`: how many of a service's backup the topics lack, if any."""

    ahead: list[Event] = field(default_factory=list)
    behind: dict[str, int] = field(default_factory=dict)


def diverging(place: Place, dumps: Mapping[str, Path]) -> Divergence:
    """What the topics hold against the dump of each service; a missing topic holds nothing."""
    found, there = Divergence(), present(place)
    for service, dump in dumps.items():
        kept = set(dumped_facts(dump))
        held: set[bytes] = set()
        for event in _published(place, service) if topic(place, service) in there else ():
            fact = fact_of(event)
            if fact not in kept and fact not in held:
                found.ahead.append(event)
            held.add(fact)
        if lacked := len(kept - held):
            found.behind[service] = lacked
    found.ahead.sort(key=lambda event: (event.service, event.log_seq))
    return found


def _published(place: Place, service: str) -> Iterator[Event]:
    """A service's events in its topic, from the first record to the last there was at the start.

    One topic by itself, with the partitions that it has: the others may be missing. StackError when it cannot be read.
    """
    name = topic(place, service)
    with closing(KafkaConsumer(**clients(place.kafka_access), group_id=None, enable_auto_commit=False)) as consumer:
        numbers = consumer.partitions_for_topic(name)
        if not numbers:
            raise StackError(f"Kafka does not let the user {place.kafka_access.kafka_user} read {name}. {_UNCHANGED}")
        ends = consumer.end_offsets([TopicPartition(name, number) for number in numbers])
        try:
            for record in read_through(consumer, ends):
                if (event := _event(record)) is not None and event.service == service:
                    yield event
        except KafkaSilent as error:
            raise StackError(f"Kafka: {error}. {_UNCHANGED}") from error


def _event(record: Any) -> Event | None:
    try:
        return from_record(record.key, record.value, record.headers)
    except Unreadable:
        return None  # bugle verify tells of it; it is none of a service's events
