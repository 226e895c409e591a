"""Where a running system is: the embedded stack of this machine, or one that was deployed and tells its addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol

import typer

from bugle.stack.certificates import Certificates
from bugle.stack.databases import DRIVER, Database
from bugle.stack.embedded import Stack
from bugle.stack.errors import BadChoice, StackError
from bugle.stack.guard import OPERATOR, RESTORER
from bugle.stack.home import ROOT, Home
from bugle.stack.ports import HOST
from eventkit.settings import SASL_SSL, KafkaSettings

EMBEDDED, COMPOSE = "embedded", "compose"

Against = Annotated[
    str,
    typer.Option(
        "--against",
        envvar="BUGLE_AGAINST",
        help="Which system: embedded, compose (of this folder), or a file with its addresses.",
    ),
]


class Place(Protocol):
    """A system as commands reach it. `home` has the issuer's keys below `keys/`."""

    @property
    def home(self) -> Home:
        """The folder of its secrets."""

    @property
    def kafka_access(self) -> KafkaSettings:
        """Where Kafka is, for whoever reads all topics."""

    @property
    def kafka_restoring(self) -> KafkaSettings:
        """Where Kafka is, for whoever makes all topics anew."""

    @property
    def topic_prefix(self) -> str:
        """What precedes the declared names of topics."""

    def url(self, service: str) -> str:
        """The base address of a service's HTTP process."""

    def database(self, service: str) -> Database:
        """The addresses of a service's database."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A system whose addresses and passwords stand in a file of settings, as `bugle secrets init` writes one."""

    file: Path
    values: Mapping[str, str]

    @property
    def home(self) -> Home:
        """The folder of its secrets."""
        return Home(self.file.parent / self._value("BUGLE_SECRETS"))

    @property
    def kafka_access(self) -> KafkaSettings:
        """Where Kafka is, for whoever reads all topics."""
        return self._kafka(OPERATOR)

    @property
    def kafka_restoring(self) -> KafkaSettings:
        """Where Kafka is, for whoever makes all topics anew."""
        return self._kafka(RESTORER)

    def _kafka(self, user: str) -> KafkaSettings:
        from eventkit.grants import password_setting  # it needs Kafka's client, which a status shall not wait for

        return KafkaSettings(
            kafka=f"{HOST}:{self._value('BUGLE_KAFKA_PORT')}",
            kafka_protocol=SASL_SSL,
            kafka_ca_file=str(Certificates(self.home).ca_file),
            kafka_user=user,
            kafka_password=self._value(password_setting(user)),
        )

    @property
    def topic_prefix(self) -> str:
        """A deployed system has the cluster for itself."""
        return ""

    def url(self, service: str) -> str:
        """The base address of a service's HTTP process."""
        return f"http://{HOST}:{self._value(f'BUGLE_{service.upper()}_PORT')}"

    def database(self, service: str) -> Database:
        """The addresses of a service's database."""
        name = f"bugle_{service}"
        password, owner = (self._value(f"BUGLE_{service.upper()}_{kind}") for kind in ("PASSWORD", "OWNER_PASSWORD"))
        at = f"{HOST}:{self._value('BUGLE_POSTGRES_PORT')}/{name}"
        return Database(name, f"{DRIVER}://{name}:{password}@{at}", f"{DRIVER}://{name}_owner:{owner}@{at}")

    def _value(self, name: str) -> str:
        if name not in self.values:
            raise StackError(f"{self.file} does not set {name}. Add what is missing with: bugle secrets renew")
        return self.values[name]


def read_deployed(file: Path) -> Deployed:
    """The system of a file of settings; StackError when there is none."""
    if not file.is_file():
        raise StackError(f"There is no {file}. Make it with `bugle secrets init`, then `docker compose up -d --wait`.")
    lines = (line.partition("=") for line in file.read_text("utf-8").splitlines() if not line.startswith("#"))
    return Deployed(file, {name: value for name, equals, value in lines if equals})


def running_place(against: str) -> Place:
    """The system that a command is to work against; StackError when it does not run or is not known."""
    if against not in (EMBEDDED, COMPOSE) and not Path(against).is_file():
        raise BadChoice(f"{against} is neither {EMBEDDED}, {COMPOSE} nor a file with a system's addresses.")
    if against != EMBEDDED:
        return read_deployed(ROOT / ".env" if against == COMPOSE else Path(against))
    stack = Stack()
    if not stack.running():
        raise StackError("Nothing runs. Start the stack first: bugle up")
    return stack.system
