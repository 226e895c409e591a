"""What the workloads are made of: events of about 400 bytes on streams drawn from a Zipf distribution, from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

import orjson

from eventkit.codec import NewEvent
from eventkit.envelope import Envelope
from eventkit.ids import uid

ENTERPRISES = 1_000
CASE_LENGTH = 20
"""Events of a case before its enterprise begins the next: hot enterprises have many cases, not one endless one."""

START = datetime(2021, 3, 1, 1, tzinfo=UTC)
TYPE = "bugle.intake.issue_reported.v1"
TEXT = "生产线扩产后变压器容量不足，需增容；" * 6


def streams(seed: int) -> Iterator[str]:
    """Case ids without end. An enterprise of rank r is drawn with weight 1/r."""
    random = Random(seed)
    cumulated = list(accumulate(1 / rank for rank in range(1, ENTERPRISES + 1)))
    drawn = [0] * ENTERPRISES
    while True:
        for rank in random.choices(range(ENTERPRISES), cum_weights=cumulated, k=1_000):
            yield str(uid("bench", seed, rank, drawn[rank] // CASE_LENGTH))
            drawn[rank] += 1


def payload(number: int) -> bytes:
    """Compact JSON of about 400 bytes."""
    return orjson.dumps({"number": number, "agency": "jinxian", "kind": "power", "text": TEXT, "synthetic": True})


def new_event(number: int) -> NewEvent:
    """The event with this number, undated but for a second each."""
    return NewEvent(TYPE, payload(number), START + timedelta(seconds=number))


def envelopes(count: int, seed: int) -> Iterator[Envelope]:
    """Events as intake's relay would publish them, in log order."""
    versions: dict[str, int] = {}
    for log_seq, case in zip(range(1, count + 1), streams(seed), strict=False):
        versions[case] = versions.get(case, 0) + 1
        new = new_event(log_seq)
        yield Envelope(
            id=event_id(seed, log_seq),
            type=TYPE,
            source="/bugle/intake",
            stream=f"issue-{case}",
            version=versions[case],
            key=case,
            occurred_at=new.occurred_at,
            recorded_at=new.occurred_at,
            data=new.data,
            sequenced_at=new.occurred_at,
            log_seq=log_seq,
        )


def event_id(seed: int, number: int) -> UUID:
    """The id of the event with this number."""
    return uid("bench", "event", seed, number)
