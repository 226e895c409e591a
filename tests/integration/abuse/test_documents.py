"""schemathesis asks every service by its own OpenAPI document: what it promises is kept, what it forbids is refused.

BUGLE_FUZZ=200 takes so many examples of each operation, and a seed by chance that it prints.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, Response
from sqlalchemy import create_engine, text

from bugle.stack import Stack, System
from bugle.stack.system import SERVICES
from eventkit.http.server import server
from eventkit.memory import MemoryStore
from eventkit.settings import HttpSettings
from tests.support.ledger_service import running_bank
from tests.support.office import until
from tests.support.stack import running_system

HERE = Path(__file__).parent
EXAMPLES = os.environ.get("BUGLE_FUZZ", "2")
SEED = "1" if EXAMPLES == "2" else str(random.randrange(10**6))
EVERY_ROLE = ["operator", "office", "frontend", "department", "leader", "enterprise", "analyst"]


def asked(address: str, token: str, folder: Path, *further: str) -> subprocess.CompletedProcess[str]:
    """What schemathesis says of the service at an address."""
    settings = (HERE / "schemathesis.toml").read_text(encoding="utf-8").replace("HOOKS", str(HERE / "hooks.py"))
    (folder / "schemathesis.toml").write_text(settings, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", "schemathesis.toml", "run"]
    command += [f"{address}/openapi.json", "--header", f"Authorization: Bearer {token}", "--no-color"]
    command += ["--max-examples", EXAMPLES, "--seed", SEED, *further]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def fuzzed(servers: Stack) -> Iterator[System]:
    """A system of its own: rubbish that is taken, such as a calendar, would count for other tests."""
    with running_system(servers, "abuse") as system:
        yield system


@pytest.mark.timeout(0 if EXAMPLES != "2" else 240)
@pytest.mark.parametrize("service", SERVICES)
def test_service_keeps_to_its_document(servers: Stack, fuzzed: System, service: str, tmp_path: Path) -> None:
    claims = {"agency": "abuse", "department": "power", "enterprise": "6f0e8b1c-4d2a-5c7e-9b10-000000000001"}
    token = servers.keys.token(EVERY_ROLE, **claims)
    told = asked(fuzzed.url(service), token, tmp_path)
    assert told.returncode == 0, told.stdout[-20_000:] + told.stderr


@pytest.mark.timeout(60)
def test_nothing_that_was_taken_is_parked(fuzzed: System) -> None:
    for service in ("intake", "routing", "supervision"):
        until(lambda held=service: _count(fuzzed, held, "pending") == 0, what=f"{service}'s relay")
    parked = {service: _count(fuzzed, service, "parked") for service in SERVICES}
    assert parked == dict.fromkeys(SERVICES, 0)


def _count(system: System, service: str, table: str) -> Any:
    engine = create_engine(system.database(service).owner_url)
    try:
        with engine.connect() as connection:
            return connection.scalar(text(f"SELECT count(*) FROM {table}"))
    finally:
        engine.dispose()


@contextmanager
def faulty_service(folder: Path) -> Iterator[tuple[str, str]]:
    """Address and token of a service with a route that fails and one that answers what it does not document."""
    router = APIRouter()

    @router.get("/broken")
    def broken() -> Response:
        raise RuntimeError("planted")

    @router.get("/teapot")
    def teapot() -> Response:
        return Response("{}", 418, media_type="application/json")

    held = HttpSettings(database_url="", jwks_file="", issuer="", audience="", http_port=0)
    with (
        running_bank(folder, MemoryStore("ledgers"), routers=[router]) as bank,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        running = server(bank.app, held)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", bank.issuer.token("office", "department")
        running.should_exit = True
        thread.join()


@pytest.mark.timeout(120)
def test_planted_faults_are_found(tmp_path: Path) -> None:
    with faulty_service(tmp_path) as (address, token):
        told = asked(address, token, tmp_path, "--phases", "fuzzing")
    assert told.returncode == 1, told.stdout
    assert {"Server error", "Undocumented status code"} <= {
        line.split(" ", 2)[2].strip() for line in told.stdout.splitlines() if line.startswith("- ST1")
    }
