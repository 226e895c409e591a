"""What supervision's processes need of their environment; relay and worker need what `eventkit.settings` says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """The HTTP process; `jwks_file` has the public keys of the token issuer."""

    database_url: str
    jwks_file: str
    issuer: str
    audience: str
    http_port: int
    http_host: str = "127.0.0.1"
    log_level: str = "INFO"


@dataclass(frozen=True, slots=True)
class SweeperSettings:
    """The sweeper. `sweep_seconds`: how long it rests when nothing is due."""

    database_url: str
    metrics_port: int
    sweep_seconds: float = 0.5
    log_level: str = "INFO"
