"""What a topic may tell: its own service's events, each in the partition of its key. Anything else is malformed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eventkit.arrivals import Arrival, pack, read, unpack
from eventkit.envelope import PARTITIONS, Watermark, partition_of
from tests.support.ledgers import NOON, arrival, watermark

OWN = arrival("a", "k")


def again(found: Arrival, topic: str = OWN.topic, partition: int = OWN.partition, **headers: bytes) -> Arrival:
    """The record in another place, or with other headers."""
    held = list((dict(found.headers) | headers).items())
    return read(topic, partition, found.offset, found.key, found.value, held)


def test_own_event_is_read() -> None:
    assert again(OWN) == OWN
    assert (OWN.content is not None, OWN.error) == (True, None)


def forged() -> Iterator[tuple[Arrival, str]]:
    yield again(OWN, "other.events"), "bugle.source.happened.v1 has no place in other.events"
    yield again(OWN, ce_type=b"bugle.other.happened.v1"), "bugle.other.happened.v1 has no place in source.events"
    yield again(OWN, ce_type=b"bugle.sourced.happened.v1"), "bugle.sourced.happened.v1 has no place in source.events"
    yield again(OWN, ce_type=b"source"), "source has no place in source.events"
    yield again(OWN, ce_source=b"/bugle/other"), "the source /bugle/other has no place in source.events"
    elsewhere = (OWN.partition + 1) % PARTITIONS
    yield again(OWN, partition=elsewhere), f"its key belongs in partition {partition_of('k')}, not in {elsewhere}"


@pytest.mark.parametrize(("found", "reason"), list(forged()))
def test_event_out_of_place_is_malformed(found: Arrival, reason: str) -> None:
    assert (found.content, found.error) == (None, reason)
    assert found.lane == "k", "its key waits for the operator"


def test_forged_watermark_is_malformed() -> None:
    own = watermark(3, 0, NOON, 7)
    assert own.content == Watermark("source", NOON, 7)
    found = watermark(3, 0, NOON, 7, topic="other.events")
    assert (found.content, found.error) == (None, "bugle.source.watermark.v1 has no place in other.events")
    assert found.lane == "other.events/3/0", "it holds up no key"


def test_parked_forgery_stays_malformed() -> None:
    found = again(OWN, "other.events")
    assert unpack(found.topic, found.partition, found.offset, pack(found)) == found
