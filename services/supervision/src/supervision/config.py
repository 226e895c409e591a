"""What supervision's processes need of their environment beside what `eventkit.settings` says."""

from __future__ import annotations

from dataclasses import dataclass, field

from eventkit import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings(settings.HttpSettings):
    """The HTTP process. `address_key_file`: 32 random bytes that encrypt addresses; without it none are taken.

    `webhook_targets`: public (https to public addresses), https (to any address) or any (http too).
    """

    address_key_file: str = ""
    webhook_targets: str = "public"


@dataclass(frozen=True, slots=True)
class SweeperSettings(settings.LogSettings):
    """The sweeper. `sweep_seconds`: how long it rests when nothing is due."""

    database_url: str
    metrics_port: int
    sweep_seconds: float = 0.5
    metrics_host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class NotifierSettings(settings.LogSettings):
    """The notifier. Without `smtp_host` e-mail is held, without `address_key_file` webhooks are too.

    `smtp_starttls`: 1 to insist on TLS; `history_days`: what was recorded so long after it happened tells nobody;
    `attempts`: how often a delivery is tried; `lease_seconds`: when another notifier takes over what one is sending,
    more than sending can take; `at_once`: how many are sent side by side; `rest_seconds`: the rest when nothing is due.
    """

    database_url: str
    metrics_port: int
    address_key_file: str = ""
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_from: str = ""
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_starttls: int = 0
    smtp_seconds: float = 20.0
    webhook_targets: str = "public"
    webhook_seconds: float = 10.0
    history_days: float = 3.0
    attempts: int = 8
    lease_seconds: float = 300.0
    at_once: int = 4
    rest_seconds: float = 0.5
    metrics_host: str = "127.0.0.1"
