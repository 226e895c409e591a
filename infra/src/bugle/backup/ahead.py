"""The lists of events that only Kafka had: once the topics are made anew, nothing else tells what they said."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bugle.stack.home import Home
from bugle.verify.event import Event


def lists(folder: Path) -> list[Path]:
    """Those that restores of this backup have written, the oldest first."""
    return sorted(folder.glob("ahead-*.jsonl"))


def write_list(folder: Path, ahead: Iterable[Event]) -> Path:
    """Write down, with everything they say, the events that only Kafka has: a JSON object a line.

    No list is ever replaced: what an earlier restore gave up may stand there alone. The same list is kept once.
    """
    content = "".join(f"{_line(event)}\n" for event in ahead).encode()
    for kept in lists(folder):
        if kept.read_bytes() == content:
            return kept
    return Home(folder).write(f"ahead-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.jsonl", content)


def _line(e: Event) -> str:
    told = {"service": e.service, "log_seq": e.log_seq, "id": str(e.id), "type": e.type, "stream": e.stream}
    told |= {"version": e.version, "time": e.occurred_at.isoformat(), "data": e.body}
    return json.dumps(told, ensure_ascii=False)
