"""The frozen examples as envelopes, as a consumer gets them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from contracts import Contract
from eventkit.envelope import Envelope, parse_instant

PRODUCERS = ("intake", "routing", "supervision")


def envelope(contract: Contract, **more: Any) -> Envelope:
    """The example of an event; `more` are payload fields that its schema does not know."""
    example = contract.example
    return Envelope(
        id=UUID(example["id"]),
        type=example["type"],
        source=example["source"],
        stream=example["subject"],
        version=example["streamversion"],
        key=example["partitionkey"],
        occurred_at=parse_instant(example["time"]),
        recorded_at=parse_instant(example["recordedat"]),
        data=orjson.dumps({**example["data"], **more}),
        sequenced_at=parse_instant(example["sequencedat"]),
        log_seq=example["logseq"],
    )
