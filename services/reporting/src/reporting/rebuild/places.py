"""How far a rebuild reads: exactly what the worker has read, without what it has set aside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from reporting import CONSUMER, TOPICS

Place = tuple[str, int]
"""Topic (without prefix) and partition."""

_PROGRESS = text(
    "SELECT topic, partition, next_offset FROM progress WHERE consumer = :consumer AND topic = ANY(:topics)"
)
_ASIDE = text(
    "SELECT topic, partition, kafka_offset, event_id FROM parked WHERE consumer = :consumer"
    " UNION SELECT topic, partition, kafka_offset, event_id FROM waiting WHERE consumer = :consumer"
    " UNION SELECT topic, partition, kafka_offset, event_id FROM discarded WHERE consumer = :consumer"
)


@dataclass(frozen=True, slots=True)
class Extent:
    """`ends`: the offset before which each place has been read. `aside`: records among those that were not applied, by
    where they lie, with the event's id if they are one: Kafka may have it a second time, elsewhere."""

    ends: dict[Place, int]
    aside: Mapping[tuple[str, int, int], UUID | None]

    def of(self, partitions: Collection[int]) -> Extent:
        """The part that concerns these partitions."""
        ends = {place: end for place, end in self.ends.items() if place[1] in partitions}
        return Extent(ends, {place: event for place, event in self.aside.items() if place[1] in partitions})


def extent(connection: Connection) -> Extent:
    """What the worker has applied. The connection must see both tables at one instant: in a repeatable read, or while
    the consumer is kept out."""
    wanted = {"consumer": CONSUMER, "topics": list(TOPICS)}
    ends = {(topic, partition): end for topic, partition, end in connection.execute(_PROGRESS, wanted)}
    return Extent(ends, {(t, p, o): event for t, p, o, event in connection.execute(_ASIDE, wanted)})
