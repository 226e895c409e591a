"""What pages and a rebuild need of their environment; the other processes need what `eventkit.settings` says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eventkit.settings import HttpSettings, KafkaSettings, LogSettings, MissingSetting


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildSettings(KafkaSettings):
    """A rebuild makes and drops schemas, so it works as the owner; `database_url` tells the service's role."""

    owner_database_url: str
    database_url: str
    topic_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings(HttpSettings):
    """The HTTP process. `issuer_key_file`: the embedded issuer's private key, for sign-in by choice; never deployed.

    `oidc_…`: this process as a client of the issuer's provider, see `pagekit.provider`.
    `document_templates`: a folder of the office's own Word templates, `<kind>.docx` or `document.docx` for all kinds.
    `exports_in_hand`: lists that are made files of at a time; `export_seconds`: how long one may
    stand still, which is what a statement may take until it gives rows.
    """

    issuer_key_file: str = ""
    oidc_client_id: str = ""
    oidc_redirect_url: str = ""
    oidc_secret_file: str = ""
    document_templates: str = ""
    exports_in_hand: int = 2
    export_seconds: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerSettings(LogSettings):
    """The process that issues what schedules ask for. `rest_seconds`: between two rounds.

    `document_templates`: as of the HTTP process.
    """

    database_url: str
    metrics_port: int
    metrics_host: str = "127.0.0.1"
    rest_seconds: float = 30.0
    document_templates: str = ""


def templates(held: PageSettings | SchedulerSettings) -> Path | None:
    """The office's folder of Word templates; a MissingSetting where it is named and not there."""
    named = held.document_templates
    if not named:
        return None
    if not Path(named).is_dir():
        raise MissingSetting(f"This process cannot start: BUGLE_DOCUMENT_TEMPLATES names {named}, which is no folder.")
    return Path(named)
