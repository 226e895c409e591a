"""Versions of one service side by side while ledgers come in: expand, go back, contract; no figure changes.

The programmes come in one after the other, each under another state of the upgrade.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from bugle.quiet import wait_quiet
from tests.containers.conftest import Compose, bring_in, bugle, docker, healthy, meanwhile
from tests.containers.later_releases import CONTRACTS, EXPANDS, STOPS, build
from tests.support.office import until

pytestmark = pytest.mark.timeout(900)
WORKER, MIGRATE, VERSION = "routing-worker", "routing-migrate", "BUGLE_ROUTING_VERSION"


def test_upgrade_of_one_service_changes_no_figure(compose: Compose, tmp_path: Path) -> None:
    for release in (EXPANDS, STOPS, CONTRACTS):
        build(release, tmp_path / release)
    bring_in(compose.place, "rongchang")
    with meanwhile(compose.place, "jinxian"):
        migrate(compose, EXPANDS)
        later = start_later_worker(compose)
    bring_in(compose.place, "daan")
    wait_quiet(compose.place)
    assert writers(compose, "daan") == {None, "later"}, "one of the versions has handled nothing"

    docker("rm", "--force", later)
    assert "nothing to do" in migrate(compose, "latest"), "the schema is not taken back with the image"
    replace_worker(compose, "latest")
    bring_in(compose.place, "chuanhui")
    wait_quiet(compose.place)
    assert writers(compose, "chuanhui") == {None}

    migrate(compose, STOPS)
    with meanwhile(compose.place, "liangjiang"):
        began = until(lambda: count(compose, "liangjiang"), 120, "the first cases of the import")
        replace_worker(compose, STOPS)
        migrate(compose, CONTRACTS)
    wait_quiet(compose.place)
    assert began < count(compose, "liangjiang"), "the import was over before the worker was replaced"
    replace_worker(compose, CONTRACTS)
    upgraded = compose.containers(WORKER)
    compose.run("up", "--detach", "--no-deps", "--wait", WORKER)
    assert compose.containers(WORKER) == upgraded, "an `up` without further words took another image"
    for refused in ("latest", EXPANDS):
        for asked in ([MIGRATE], [WORKER, "eventkit.migrate", "--check", "/opt/migrations"]):
            told = compose.attempt("run", "--rm", "--no-deps", *asked, **{VERSION: refused})
            assert told.returncode == 1
            assert f"serves code from {STOPS} on" in told.stderr
    assert "Everything agrees." in bugle(compose, "demo", "--check")


def migrate(compose: Compose, release: str) -> str:
    compose.keep(VERSION, release)
    return compose.run("run", "--rm", "--no-deps", MIGRATE).stdout


def start_later_worker(compose: Compose) -> str:
    """The worker that uses what the expansion brought, beside the one that does not know of it; its container's id."""
    run = compose.run("run", "--detach", "--no-deps", WORKER, "later_worker", **{VERSION: EXPANDS})
    container = run.stdout.strip()
    until(lambda: healthy(container), 120, "the later release's worker")
    return container


def replace_worker(compose: Compose, release: str) -> None:
    compose.keep(VERSION, release)
    compose.run("up", "--detach", "--no-deps", "--force-recreate", "--wait", WORKER)


def writers(compose: Compose, programme: str) -> set[str | None]:
    """Which versions have written rows of a programme's cases: None is the one without the column."""
    return set(of_cases(compose, programme, "DISTINCT written_by"))


def count(compose: Compose, programme: str) -> int:
    """How many cases of a programme there are."""
    [found] = of_cases(compose, programme, "count(*)")
    return int(found)


def of_cases(compose: Compose, programme: str, wanted: str) -> list[Any]:
    engine = create_engine(compose.place.database("routing").url)
    with engine.connect() as connection:
        query = text(f"SELECT {wanted} FROM cases WHERE programme = :programme")
        found = list(connection.scalars(query, {"programme": programme}))
    engine.dispose()
    return found
