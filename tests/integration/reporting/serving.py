"""Reporting's tables filled with made events, and its HTTP process over them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from bugle.stack import Stack
from bugle.stack.databases import migrate
from eventkit.envelope import Envelope
from eventkit.postgres import make_engine
from reporting.bootstrap import application
from reporting.config import PageSettings
from reporting.read_model.writer import apply
from tests.support.http import TestClient
from tests.support.tokens import AUDIENCE, ISSUER, Issuer

MIGRATIONS = Path(__file__).parents[3] / "services/reporting/migrations"
_NUMBERS = itertools.count(1)


def unused(name: str) -> str:
    """A name that neither another test has nor a run before, on servers that outlive a run."""
    return f"{name}{os.getpid()}n{next(_NUMBERS)}"


@contextmanager
def holding(servers: Stack, name: str, events: Sequence[Envelope], pool: int = 2) -> Iterator[Engine]:
    """A database of its own whose tables hold the events."""
    database = servers.create_database(unused(name))
    migrate(MIGRATIONS, database.owner_url)
    engine = make_engine(database.url, pool=pool)
    with engine.begin() as connection:
        apply(connection, events)
    yield engine
    engine.dispose()


def settings(issuer: Issuer, **more: Any) -> PageSettings:
    """What the HTTP process is told; the engine is given to it apart."""
    return PageSettings(
        database_url="", jwks_file=str(issuer.file), issuer=ISSUER, audience=AUDIENCE, http_port=0, **more
    )


@contextmanager
def reading(engine: Engine, issuer: Issuer, **more: Any) -> Iterator[TestClient]:
    """A client of the HTTP process; `more` is told to the client."""
    with TestClient(application(settings(issuer), engine), **more) as client:
        yield client
