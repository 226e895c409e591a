"""What the HTTP process and a rebuild need of their environment; the worker needs what `eventkit.settings` says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """The HTTP process."""

    database_url: str
    jwks_file: str
    issuer: str
    audience: str
    http_port: int
    http_host: str = "127.0.0.1"
    log_level: str = "INFO"


@dataclass(frozen=True, slots=True)
class RebuildSettings:
    """A rebuild makes and drops schemas, so it works as the owner; `database_url` tells the service's role."""

    owner_database_url: str
    database_url: str
    kafka: str
    topic_prefix: str = ""
