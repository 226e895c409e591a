"""What intake's HTTP process needs of its environment; relay and worker need what `eventkit.settings` says."""

from __future__ import annotations

from dataclasses import dataclass

from eventkit import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings(settings.HttpSettings):
    """`contact_key_file`: 32 random bytes, the master key of the contacts; `bugle erase` rewrites it."""

    contact_key_file: str
