"""What intake's processes need of their environment; relay and worker need what `eventkit.settings` says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """`contact_key_file`: 32 random bytes, the key-encryption key of the contacts."""

    database_url: str
    jwks_file: str
    issuer: str
    audience: str
    http_port: int
    contact_key_file: str
    http_host: str = "127.0.0.1"
    log_level: str = "INFO"
