"""What pages and a rebuild need of their environment; the other processes need what `eventkit.settings` says."""

from __future__ import annotations

from dataclasses import dataclass

from eventkit.settings import HttpSettings, KafkaSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildSettings(KafkaSettings):
    """A rebuild makes and drops schemas, so it works as the owner; `database_url` tells the service's role."""

    owner_database_url: str
    database_url: str
    topic_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings(HttpSettings):
    """The HTTP process. `issuer_key_file`: the embedded issuer's private key, for sign-in by choice; never deployed.

    `exports_in_hand`: files that are made at a time; `export_seconds`: how long one may take.
    """

    issuer_key_file: str = ""
    exports_in_hand: int = 2
    export_seconds: float = 300.0
