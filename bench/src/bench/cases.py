"""Whole cases as three services tell them, made from the contracts' examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson

from contracts import EVENTS
from eventkit.envelope import Envelope, parse_instant
from eventkit.ids import uid

WALK = {
    "intake": ("issue_reported",),
    "routing": (
        "case_opened", "case_classified", "case_assigned", "letter_received", "case_accepted", "enterprise_contacted",
        "case_planned", "progress_reported", "result_reported", "result_fed_back", "case_concluded",
    ),
    "supervision": (
        "watch_opened", "fact_learnt", "clock_started", "fact_learnt", "clock_stopped", "enterprise_verified",
        "case_closed_out",
    ),
}  # fmt: skip
"""Service → its events of one case in the order of its stream."""

_PREFIX = {"intake": "issue", "routing": "case", "supervision": "watch"}
_LENGTH = sum(map(len, WALK.values()))


def walks(count: int, seed: int) -> Iterator[Envelope]:
    """At least `count` events of whole cases, in each service's log order."""
    examples = {
        service: [EVENTS[f"bugle.{service}.{name}.v1"].example for name in names] for service, names in WALK.items()
    }
    logged = Counter[str]()
    for number in range(-(-count // _LENGTH)):
        case = str(uid("bench", "case", seed, number))
        for service, held in examples.items():
            for version, example in enumerate(held, start=1):
                logged[service] += 1
                yield _event(service, version, example, case, logged[service], timedelta(minutes=number))


def _event(service: str, version: int, example: dict[str, Any], case: str, log_seq: int, later: timedelta) -> Envelope:
    occurred_at = parse_instant(example["time"]) + later
    return Envelope(
        id=uid(case, service, version),
        type=example["type"],
        source=f"/bugle/{service}",
        stream=f"{_PREFIX[service]}-{case}",
        version=version,
        key=case,
        occurred_at=occurred_at,
        recorded_at=occurred_at,
        data=orjson.dumps(example["data"]).replace(example["partitionkey"].encode(), case.encode()),
        sequenced_at=occurred_at,
        log_seq=log_seq,
    )
