"""An event of another service, as a consumer reads it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from eventkit.envelope import Envelope
from eventkit.ids import uid


def heard(
    type: str,
    key: str,
    at: datetime,
    data: Mapping[str, Any],
    *,
    sequenced_at: datetime | None = None,
    id: UUID | None = None,
    stream: str | None = None,
) -> Envelope:
    """`type` as "routing.case_assigned.v1"; recorded and sequenced when it happened, unless later."""
    told, known_at = orjson.dumps(data), sequenced_at or at
    return Envelope(
        id=id or uid(type, key, at, known_at, told),
        type=f"bugle.{type}",
        source=f"/bugle/{type.split('.')[0]}",
        stream=stream or f"x-{key}",
        version=1,
        key=key,
        occurred_at=at,
        recorded_at=known_at,
        data=told,
        sequenced_at=known_at,
        log_seq=1,
    )
