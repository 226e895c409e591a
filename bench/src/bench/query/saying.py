"""Events of one case as three services record them, made from the contracts' examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import orjson

from contracts import EVENTS
from eventkit.envelope import Envelope, instant
from eventkit.ids import uid

_PREFIX = {"intake": "issue", "routing": "case", "supervision": "watch"}
_STEP = timedelta(seconds=40)
"""From a fact to its entry in the log, and between entries of one moment."""


@dataclass(frozen=True, slots=True)
class _Said:
    service: str
    name: str
    at: datetime
    known_at: datetime
    data: dict[str, Any]


@dataclass(slots=True)
class Case:
    """Collects what is said of a case. `agency` and the like go into every event that has a place for them."""

    id: str
    common: dict[str, Any]
    _said: list[_Said] = field(default_factory=list)

    def say(self, service: str, name: str, at: datetime, known_at: datetime | None = None, **data: Any) -> None:
        """An event. `known_at`: when it entered its log, by default soon after it occurred."""
        known_at = (known_at or at) + _STEP * (1 + len(self._said) % 7)
        self._said.append(_Said(service, name, at, known_at, data))

    def event_id(self, service: str, place: int) -> str:
        """The id of an event by its place among those said, from 0."""
        return str(uid(self.id, service, place))

    def places(self, *names: str) -> Iterator[tuple[str, int]]:
        """Name and place of what was said under these names."""
        return ((said.name, place) for place, said in enumerate(self._said) if said.name in names)

    def events(self) -> Iterator[Envelope]:
        """In the order of each stream; a place in a log of all cases is not given."""
        versions = dict.fromkeys(_PREFIX, 0)
        for place, said in sorted(enumerate(self._said), key=lambda one: one[1].known_at):
            versions[said.service] += 1
            yield Envelope(
                id=uid(self.id, said.service, place),
                type=f"bugle.{said.service}.{said.name}.v1",
                source=f"/bugle/{said.service}",
                stream=f"{_PREFIX[said.service]}-{self.id}",
                version=versions[said.service],
                key=self.id,
                occurred_at=said.at,
                recorded_at=said.known_at,
                data=self._data(said),
                sequenced_at=said.known_at,
                log_seq=versions[said.service],
            )

    def _data(self, said: _Said) -> bytes:
        example = _example(f"bugle.{said.service}.{said.name}.v1")
        about = {name: self.id for name in ("issue", "case") if name in example}
        common = {name: value for name, value in self.common.items() if name in example}
        return orjson.dumps(example | common | about | {n: _plain(v) for n, v in said.data.items()})


@cache
def _example(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = EVENTS[kind].example["data"]
    return data | {"backdating_reason": None} if "backdating_reason" in data else data


def _plain(value: Any) -> Any:
    return instant(value) if isinstance(value, datetime) else value
