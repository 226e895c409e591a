"""The envelope's way into a Kafka record and back, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiokafka.partitioner import DefaultPartitioner as AsyncPartitioner
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2

from eventkit.chain import GENESIS, link
from eventkit.envelope import (
    PARTITIONS,
    Envelope,
    Watermark,
    from_record,
    parse_instant,
    partition_of,
    to_record,
    to_watermark_record,
)
from eventkit.errors import Malformed

EVENT = Envelope(
    id=uuid4(),
    type="bugle.intake.issue_reported.v1",
    source="/bugle/intake",
    stream="issue-1",
    version=3,
    key="1",
    occurred_at=datetime(2021, 4, 22, 1, 2, 3, 4, tzinfo=UTC),
    recorded_at=datetime(2021, 4, 22, 1, 2, 3, 5, tzinfo=UTC),
    data='{"title":"电压不稳"}'.encode(),
    sequenced_at=datetime(2021, 4, 22, 1, 2, 3, 6, tzinfo=UTC),
    log_seq=9,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def test_event_survives_the_way_through_kafka() -> None:
    assert from_record(*to_record(EVENT)) == EVENT
    untraced = replace(EVENT, traceparent=None)
    assert from_record(*to_record(untraced)) == untraced


def test_watermark_survives_the_way_through_kafka() -> None:
    mark = Watermark("routing", datetime(2021, 4, 22, 1, 2, 3, 4, tzinfo=UTC), 77)
    assert from_record(None, *to_watermark_record(mark)) == mark


@pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_time", "ce_logseq", "ce_subject", "ce_streamversion"])
def test_missing_attribute_is_malformed(name: str) -> None:
    key, value, headers = to_record(EVENT)
    with pytest.raises(Malformed):
        from_record(key, value, [header for header in headers if header[0] != name])


@pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b"\xff"])
def test_broken_payload_is_malformed(value: bytes | None) -> None:
    key, _, headers = to_record(EVENT)
    with pytest.raises(Malformed):
        from_record(key, value, headers)


def test_time_without_offset_is_malformed() -> None:
    key, value, headers = to_record(EVENT)
    local = [(name, b"2021-04-22T01:02:03" if name == "ce_time" else held) for name, held in headers]
    with pytest.raises(Malformed, match="no offset"):
        from_record(key, value, local)


@given(st.text(min_size=1, max_size=60))
def test_clients_agree_on_the_partition(key: str) -> None:
    partitions = list(range(PARTITIONS))
    asynchronous = AsyncPartitioner()(key.encode(), partitions, partitions)
    assert partition_of(key) == asynchronous == (murmur2(key.encode()) & 0x7FFFFFFF) % PARTITIONS


@pytest.mark.parametrize(
    "changed",
    [
        {"data": b"{}"},
        {"version": 4},
        {"key": "2"},
        {"log_seq": 10},
        {"occurred_at": datetime(2021, 4, 22, 1, 2, 3, 5, tzinfo=UTC)},
        {"recorded_at": EVENT.occurred_at},
        {"sequenced_at": EVENT.occurred_at},
        {"type": "bugle.intake.issue_reported.v2"},
        {"stream": "issue-2"},
        {"id": uuid4()},
    ],
)
def test_chain_notices_every_field(changed: dict[str, object]) -> None:
    assert link(GENESIS, replace(EVENT, **changed)) != link(GENESIS, EVENT)  # type: ignore[arg-type]  # fields by name


def test_small_letters_of_an_instant_are_read() -> None:
    assert parse_instant("2026-12-31t23:59:59z") == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
