"""Verification's own reading of events agrees with what eventkit writes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from bugle.verify.event import GENESIS, Event, Unreadable, from_record, link
from bugle.verify.hashing import TableHash, line
from eventkit import chain
from eventkit.envelope import Envelope, Watermark, to_record, to_watermark_record

MOMENT = datetime(2021, 4, 22, 9, 30, tzinfo=timezone(timedelta(hours=8)))
WRITTEN = Envelope(
    id=UUID(int=5),
    type="bugle.intake.issue_reported.v1",
    source="/bugle/intake",
    stream="issue-1",
    version=1,
    key="1",
    occurred_at=MOMENT,
    recorded_at=MOMENT + timedelta(microseconds=7),
    data='{"title":"变压器"}'.encode(),
    sequenced_at=MOMENT + timedelta(seconds=1),
    log_seq=41,
)


def read() -> Event:
    event = from_record(*to_record(WRITTEN))
    assert event is not None
    return event


def test_published_record_is_read_back() -> None:
    shared = {name: value for name, value in asdict(WRITTEN).items() if name not in ("source", "traceparent")}
    assert asdict(read()) == shared


def test_chain_hash_is_the_writers() -> None:
    previous = link(GENESIS, read())
    assert previous == chain.link(chain.GENESIS, WRITTEN)
    assert link(previous, read()) == chain.link(previous, WRITTEN)


def test_watermark_is_no_event() -> None:
    value, headers = to_watermark_record(Watermark("intake", MOMENT, 3))
    assert from_record(None, value, headers) is None


@pytest.mark.parametrize(
    "change",
    [
        {"ce_id": b"7"},
        {"ce_time": b"2021-04-22T09:30:00"},
        {"ce_source": b"/bugle/routing"},
        {"ce_logseq": b"x"},
        {"ce_type": b"x"},
    ],
)
def test_malformed_record_is_unreadable(change: dict[str, bytes]) -> None:
    key, value, headers = to_record(WRITTEN)
    with pytest.raises(Unreadable):
        from_record(key, value, {**dict(headers), **change}.items())


@pytest.mark.parametrize(("key", "value"), [(None, b"{}"), (b"1", None), (b"1", b"[]"), (b"1", b"{"), (b"\xff", b"{}")])
def test_record_without_key_or_object_is_unreadable(key: bytes | None, value: bytes | None) -> None:
    with pytest.raises(Unreadable):
        from_record(key, value, to_record(WRITTEN)[2])


def test_line_is_canonical() -> None:
    row = (UUID(int=1), MOMENT, {"b": 1, "a": ["变"]}, None, True)
    text = '["00000000-0000-0000-0000-000000000001","2021-04-22T01:30:00.000000Z",{"a":["变"],"b":1},null,true]'
    assert line(row).decode() == text


def test_table_hash_needs_no_order() -> None:
    forward, backward = TableHash(), TableHash()
    for number in range(5):
        forward.add((number, MOMENT))
        backward.add((4 - number, MOMENT.astimezone(UTC)))
    assert forward.text == backward.text
    assert forward.rows == 5
    backward.add((0, MOMENT))
    assert forward.text != backward.text
