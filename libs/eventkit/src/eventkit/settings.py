"""Settings from the environment, read once, complete or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import TypeVar

S = TypeVar("S")


class MissingSetting(SystemExit):
    """Stops the start with a sentence that says what to set."""


def read(kind: type[S], environment: Mapping[str, str] | None = None) -> S:
    """An instance of a frozen dataclass whose field `database_url` comes from BUGLE_DATABASE_URL, and so on.

    Fields are str, int or float. A missing one without default ends the process, naming all that are missing.
    """
    values = os.environ if environment is None else environment
    held: dict[str, object] = {}
    missing: list[str] = []
    for field in fields(kind):  # type: ignore[arg-type]  # a dataclass by contract, which typing cannot say for type[S]
        name = f"BUGLE_{field.name.upper()}"
        if name in values:
            held[field.name] = _convert(name, str(field.type), values[name])
        elif field.default is MISSING:
            missing.append(name)
    if missing:
        raise MissingSetting(f"This process cannot start: set {', '.join(missing)} in its environment.")
    return kind(**held)


def _convert(name: str, kind: str, text: str) -> object:
    converters: dict[str, Callable[[str], object]] = {"int": int, "float": float}
    try:
        return converters.get(kind, str)(text)
    except ValueError:
        raise MissingSetting(f"This process cannot start: {name} must be of type {kind}, not {text!r}.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """How a process tells of itself. `log`: text, for people, or json, one object a line."""

    log: str = "text"
    log_level: str = "INFO"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings(LogSettings):
    """What an HTTP process needs. `jwks_file`: the public keys of the token issuer.

    `http_rate`: requests a second of one caller (0: no limit), of which `http_burst` may come at once; `http_in_hand`:
    requests in hand at a time, `http_each`: of one caller; `http_seconds`: how long a request's head or body may take
    to arrive, and a part of the answer to leave.
    """

    database_url: str
    jwks_file: str
    issuer: str
    audience: str
    http_port: int
    http_host: str = "127.0.0.1"
    http_rate: float = 100.0
    http_burst: int = 2000
    http_in_hand: int = 128
    http_each: int = 64
    http_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class RelaySettings(LogSettings):
    """What a relay needs."""

    database_url: str
    kafka: str
    metrics_port: int
    topic_prefix: str = ""
    watermark_seconds: float = 1.0
    metrics_host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class WorkerSettings(LogSettings):
    """What a worker (consumer) needs. `silence_seconds`: how long no commit may pass before the watchdog ends it."""

    database_url: str
    kafka: str
    metrics_port: int
    data_dir: str
    topic_prefix: str = ""
    batch: int = 500
    silence_seconds: float = 60.0
    metrics_host: str = "127.0.0.1"
