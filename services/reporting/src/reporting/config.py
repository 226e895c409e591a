"""What a rebuild needs of its environment; the other processes need what `eventkit.settings` says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RebuildSettings:
    """A rebuild makes and drops schemas, so it works as the owner; `database_url` tells the service's role."""

    owner_database_url: str
    database_url: str
    kafka: str
    topic_prefix: str = ""
