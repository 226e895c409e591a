"""Settings from the environment, read once, complete or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

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
    for one in fields(kind):  # type: ignore[arg-type]  # a dataclass by contract, which typing cannot say for type[S]
        name = f"BUGLE_{one.name.upper()}"
        if name in values:
            held[one.name] = _convert(name, str(one.type), values[name])
        elif one.default is MISSING:
            missing.append(name)
    if missing:
        raise MissingSetting(f"This process cannot start: set {', '.join(missing)} in its environment.")
    return kind(**held)


def as_environment(settings: Any) -> dict[str, str]:
    """What `read` would make the same settings of."""
    return {f"BUGLE_{one.name.upper()}": str(getattr(settings, one.name)) for one in fields(settings)}


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
class ServingSettings(LogSettings):
    """What whatever serves HTTP needs. `jwks_file`: the public keys of the token issuer.

    `http_rate`: requests a second of one caller (0: no limit), of which `http_burst` may come at once; `http_in_hand`:
    requests in hand at a time, `http_each`: of one caller, who never has more of them than are left free either;
    `http_seconds`: how long a request's head or body may take to arrive, and a part of the answer to leave.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings(ServingSettings):
    """What a service's HTTP process needs."""

    database_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLimits:
    """How long a session with PostgreSQL may do what, in seconds, before it is broken off; 0 means without limit.

    `database_pool`: most connections of this process; 0 takes what the kind of process asks for.
    `dead_peer_seconds`: after so long without an answer of the other machine the connection counts as lost.
    """

    database_pool: int = 0
    connect_seconds: int = 5
    pool_wait_seconds: float = 5
    statement_seconds: int = 60
    lock_seconds: int = 30
    idle_transaction_seconds: int = 60
    dead_peer_seconds: int = 30


PLAINTEXT, SSL, SASL_SSL = "PLAINTEXT", "SSL", "SASL_SSL"
PROTOCOLS = {PLAINTEXT: (), SSL: ("kafka_ca_file", "kafka_certificate_file"), SASL_SSL: ("kafka_ca_file", "kafka_user")}
"""What each protocol cannot do without."""


@dataclass(frozen=True, kw_only=True)  # without slots: two bases that have them cannot be joined
class KafkaSettings:
    """Where Kafka is (`kafka`: host:port) and how this process proves who it is.

    `kafka_protocol`: PLAINTEXT; SASL_SSL, by user and password (SCRAM-SHA-512) over TLS; or SSL, by a certificate.
    `kafka_certificate_file`: the private key and its certificate, PEM. `kafka_password_file` precedes the password.
    """

    kafka: str
    kafka_protocol: str = PLAINTEXT
    kafka_ca_file: str = ""
    kafka_certificate_file: str = ""
    kafka_user: str = ""
    kafka_password: str = field(default="", repr=False)
    kafka_password_file: str = ""

    def __post_init__(self) -> None:
        needed = PROTOCOLS.get(self.kafka_protocol)
        if needed is None:
            raise MissingSetting(
                f"This process cannot start: BUGLE_KAFKA_PROTOCOL must be one of {', '.join(PROTOCOLS)}."
            )
        missing = [f"BUGLE_{name.upper()}" for name in needed if not getattr(self, name)]
        if self.kafka_protocol == SASL_SSL and not (self.kafka_password or self.kafka_password_file):
            missing.append("BUGLE_KAFKA_PASSWORD_FILE or BUGLE_KAFKA_PASSWORD")
        if missing:
            raise MissingSetting(f"This process cannot start: {self.kafka_protocol} needs {', '.join(missing)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings(LogSettings, KafkaSettings):
    """What a relay needs."""

    database_url: str
    metrics_port: int
    topic_prefix: str = ""
    watermark_seconds: float = 1.0
    metrics_host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings(LogSettings, KafkaSettings):
    """What a worker (consumer) needs. `silence_seconds`: how long no commit may pass before the watchdog ends it."""

    database_url: str
    metrics_port: int
    data_dir: str
    topic_prefix: str = ""
    batch: int = 500
    silence_seconds: float = 60.0
    metrics_host: str = "127.0.0.1"
