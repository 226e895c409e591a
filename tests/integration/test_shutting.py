"""A restore shuts out whoever a database lets in, by whatever name, and lets in the same ones again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from bugle.backup.shutting import FILE, let_all_in, shut_all_out
from bugle.stack import Home, Stack
from bugle.stack.databases import Database, admitted, half_restored, plain

SERVICES = ("reporting",)


@dataclass
class Shut:
    home: Home
    held: Database

    def database(self, service: str) -> Database:
        return self.held


@pytest.fixture
def place(servers: Stack, tmp_path: Path) -> Any:
    return Shut(Home(tmp_path), servers.create_database(f"shut_{uuid4().hex[:8]}"))


@pytest.fixture
def analyst(servers: Stack, place: Shut) -> str:
    """The address of a role that somebody made for a tool of his, as docs/deploying.md tells."""
    role = f"tool_{uuid4().hex[:8]}"
    with psycopg.connect(servers.postgres.admin_url(), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{role}'".encode())
        admin.execute(f"GRANT CONNECT ON DATABASE {place.held.name} TO {role}".encode())
    return f"postgresql://{role}:{role}@{plain(place.held.url).partition('@')[2]}"


def comes_in(url: str) -> bool:
    try:
        psycopg.connect(plain(url)).close()
    except psycopg.OperationalError as error:
        if "permission denied" not in str(error):
            raise
        return False
    return True


def test_analyst_of_any_name_is_shut_out(place: Any, analyst: str) -> None:
    before = admitted(place.held)
    shut_all_out(place, SERVICES, half=False)
    assert not comes_in(analyst) and not comes_in(place.held.url) and comes_in(place.held.owner_url)
    let_all_in(place, SERVICES)
    assert comes_in(analyst) and comes_in(place.held.url)
    assert admitted(place.held) == before


def test_everybody_is_shut_out(place: Any, analyst: str) -> None:
    """Where a database was made by other means than ours, PostgreSQL lets everybody in."""
    with psycopg.connect(plain(place.held.owner_url)) as owner:
        owner.execute(f"GRANT CONNECT ON DATABASE {place.held.name} TO PUBLIC".encode())
    before = admitted(place.held)
    shut_all_out(place, SERVICES, half=False)
    assert half_restored([place.held], plain(place.held.owner_url))
    let_all_in(place, SERVICES)
    assert admitted(place.held) == before >= {"public"}


def test_second_attempt_knows_whom_to_let_in(place: Any, analyst: str) -> None:
    """The first one died, and the database names nobody any more."""
    before = admitted(place.held)
    shut_all_out(place, SERVICES, half=False)
    shut_all_out(place, SERVICES, half=True)
    let_all_in(place, SERVICES)
    assert admitted(place.held) == before and comes_in(analyst)


def test_half_of_an_older_version_is_let_in(place: Any) -> None:
    """It wrote nothing down, and had shut out by their names."""
    before = admitted(place.held)
    shut_all_out(place, SERVICES, half=False)
    (place.home.path / FILE).unlink()
    shut_all_out(place, SERVICES, half=True)
    let_all_in(place, SERVICES)
    assert admitted(place.held) == before


def test_who_lost_his_grant_gets_none(place: Any, analyst: str) -> None:
    """What an attempt wrote down that died before it shut anybody out does not count."""
    shut_all_out(place, SERVICES, half=False)
    let_all_in(place, SERVICES)
    place.home.write(FILE, f'{{"{place.held.name}": ["{role_of(analyst)}"]}}'.encode())
    with psycopg.connect(plain(place.held.owner_url)) as owner:
        owner.execute(f"REVOKE CONNECT ON DATABASE {place.held.name} FROM {role_of(analyst)}".encode())
    shut_all_out(place, SERVICES, half=False)
    let_all_in(place, SERVICES)
    assert not comes_in(analyst) and comes_in(place.held.url)


def role_of(url: str) -> str:
    return url.removeprefix("postgresql://").partition(":")[0]
