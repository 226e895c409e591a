"""Servers that somebody else runs: BUGLE_POSTGRES and BUGLE_KAFKA_SERVER name them, and none is started here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bugle.stack.errors import StackError
from bugle.stack.home import Home
from bugle.stack.kafka import Kafka
from bugle.stack.postgres import Postgres

POSTGRES, KAFKA = "BUGLE_POSTGRES", "BUGLE_KAFKA_SERVER"


@dataclass(frozen=True, slots=True)
class External:
    """`postgres`: a superuser's address, postgresql://name:password@host:port; `kafka`: host:port."""

    postgres: str
    kafka: str

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> External | None:
        """The servers that the environment names; None for the embedded ones. StackError when it names one alone."""
        given = [environment.get(name) or None for name in (POSTGRES, KAFKA)]
        if given == [None, None]:
            return None
        postgres, kafka = given
        if postgres is None or kafka is None:
            raise StackError(f"Set both {POSTGRES} and {KAFKA}, or neither for the embedded servers.")
        return cls(postgres, kafka)

    def database_server(self, home: Home) -> Postgres:
        """The database server; StackError when its address lacks a part."""
        parts = urlsplit(self.postgres)
        if not (parts.hostname and parts.username and parts.password):
            raise StackError(f"{POSTGRES} must be postgresql://name:password@host:port of a superuser.")
        superuser, secret = unquote(parts.username), unquote(parts.password)
        return Postgres(home, parts.port or 5432, parts.hostname, superuser, secret)

    def broker(self, home: Home) -> Kafka:
        """The broker; StackError when its address lacks a part."""
        host, _, port = self.kafka.rpartition(":")
        if not (host and port.isdigit()):
            raise StackError(f"{KAFKA} must be host:port.")
        return Kafka(home, int(port), 0, host)
