"""I4: a topic against its service's log. 16 bytes and one mark per event are held, nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from kafka.partitioner.default import murmur2

from bugle.verify.event import Event
from bugle.verify.report import Invariant

_WIDTH = 16


class Delivery:
    """First `expect` the events of the log in its order, then `arrive` the records of each partition, then `finish`."""

    def __init__(self, service: str, found: Invariant, partitions: int) -> None:
        self._service = service
        self._found = found
        self._partitions = partitions
        self._digests = bytearray()
        self._arrived = bytearray()
        self._stray: dict[int, bytes] = {}
        self._last: dict[int, int] = {}
        self.repeats = 0

    def expect(self, event: Event) -> None:
        """An event of the log. One behind a gap in log_seq (I8's affair) is kept aside."""
        if event.log_seq == len(self._arrived) + 1:
            self._digests += event.digest()
            self._arrived.append(0)
        else:
            self._stray[event.log_seq] = event.digest()

    def arrive(self, partition: int, event: Event) -> bool:
        """A record in the order of its partition; False for the repetition of one that has arrived before."""
        place = event.log_seq - 1
        if not 0 <= place < len(self._arrived):
            if self._stray.pop(event.log_seq, None) != event.digest():
                self._found.fault(f"{event}: in Kafka, not in the log")
            return True
        if self._digests[place * _WIDTH : (place + 1) * _WIDTH] != event.digest():
            self._found.fault(f"{event}: differs in Kafka from the log")
        if self._arrived[place]:
            self.repeats += 1
            return False
        self._arrived[place] = 1
        self._found.checked += 1
        self._place(partition, event)
        return True

    def _place(self, partition: int, event: Event) -> None:
        if event.log_seq < self._last.get(partition, 0):
            self._found.fault(f"{event}: stands in Kafka after log_seq {self._last[partition]}")
        self._last[partition] = event.log_seq
        if (murmur2(event.key.encode()) & 0x7FFFFFFF) % self._partitions != partition:
            self._found.fault(f"{event}: lies in partition {partition}, where its key does not belong")

    def finish(self) -> None:
        """Name what the log holds and Kafka does not."""
        for log_seq in (*self._absent(), *self._stray):
            self._found.fault(f"{self._service} log_seq {log_seq}: in the log, not in Kafka")

    def _absent(self) -> Iterator[int]:
        place = self._arrived.find(0)
        while place >= 0:
            yield place + 1
            place = self._arrived.find(0, place + 1)
