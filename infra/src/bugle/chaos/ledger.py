"""What an outside client was told, in a file of its own: JSON lines, on the disk before the request leaves.

A line is either a request, {n, key, attempt, marker, service, type, fields, digest}, or what came of it, {n, outcome,
status, answer, replayed}. A request without a second line is one whose outcome is unknown: the client died first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import orjson


class Outcome(StrEnum):
    """What a client may rely on after an attempt."""

    acknowledged = "acknowledged"
    """Answered 2xx: it has happened."""
    refused = "refused"
    """Answered 4xx: it has not happened and will not."""
    unknown = "unknown"
    """No answer, or one of the server's own failure: either."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sending of a request. `key`: its idempotency key, the same in each attempt.

    `marker` stands in the event that must come of it, of type `type`; `digest` is of that event's `fields`.
    """

    n: int
    key: str
    attempt: int
    marker: str
    service: str
    type: str
    fields: tuple[str, ...]
    digest: str
    outcome: Outcome = Outcome.unknown
    status: int | None = None
    answer: str | None = None
    """SHA-256 of the answer's body."""
    replayed: bool = False


_TOLD = ("outcome", "status", "answer", "replayed")


class Spoilt(Exception):
    """The file is not one that a ledger wrote."""


class Ledger:
    """The file, written by any number of threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)
        self._lock = Lock()
        self._numbers = 0

    def intend(self, key: str, attempt: int, marker: str, service: str, type: str, told: Mapping[str, Any]) -> Attempt:
        """Note a request that is about to be sent; on the disk when this returns. `told`: its event's fields."""
        with self._lock:
            self._numbers += 1
            noted = Attempt(self._numbers, key, attempt, marker, service, type, tuple(sorted(told)), digest(told))
            line = asdict(noted)
            self._write({name: line[name] for name in line if name not in _TOLD})
            os.fsync(self._file.fileno())
        return noted

    def settle(self, attempt: Attempt, outcome: Outcome, status: int | None, body: bytes, replayed: bool) -> Attempt:
        """Note what came of it."""
        answer = sha256(body).hexdigest() if outcome is Outcome.acknowledged else None
        settled = replace(attempt, outcome=outcome, status=status, answer=answer, replayed=replayed)
        line = asdict(settled)
        with self._lock:
            self._write({"n": attempt.n} | {name: line[name] for name in _TOLD})
        return settled

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(orjson.dumps(line) + b"\n")


def digest(told: Mapping[str, Any]) -> str:
    """SHA-256 of an event's fields by name, in hexadecimal."""
    return sha256(orjson.dumps(dict(told), option=orjson.OPT_SORT_KEYS)).hexdigest()


def read(lines: Iterable[bytes]) -> list[Attempt]:
    """The attempts in the order in which they were sent. Raises Spoilt."""
    attempts: list[Attempt] = []
    places: dict[int, int] = {}
    for number, line in enumerate(lines, start=1):
        try:
            told = orjson.loads(line)
            if "outcome" not in told:
                places[told["n"]] = len(attempts)
                attempts.append(Attempt(**told | {"fields": tuple(told["fields"])}))
                continue
            place = places[told.pop("n")]
            attempts[place] = replace(attempts[place], **told | {"outcome": Outcome(told["outcome"])})
        except (ValueError, TypeError, KeyError) as error:
            raise Spoilt(f"line {number} of the ledger cannot be read: {error!r}") from error
    return attempts
