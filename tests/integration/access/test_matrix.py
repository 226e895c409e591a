"""Role × agency × case: every operation of every service as every caller, against the policy in `matrix.toml`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from bugle.stack import Stack, System
from bugle.stack.keys import AUDIENCE, ISSUER
from bugle.stack.system import SERVICES
from eventkit.caller import Caller
from eventkit.postgres import make_engine
from eventkit.settings import HttpSettings
from routing.domain.case import Case
from routing.entrypoints import reads
from routing.entrypoints.http import make_app
from tests.integration.access.asking import OPEN, Operation, Row, ask, operations
from tests.integration.access.callers import callers
from tests.integration.access.policy import expected, named, policy
from tests.integration.access.world import World, made_world
from tests.support.http import TestClient

POLICY = policy()


@pytest.fixture(scope="module")
def world(servers: Stack, system: System) -> Iterator[World]:
    with made_world(servers, system) as world:
        yield world


def documented(system: System, service: str) -> list[Operation]:
    """The operations that a running service shows."""
    return list(operations(service, httpx.get(f"{system.url(service)}/openapi.json").json()))


def wrong_cells(http: httpx.Client, operation: Operation, row: Row, world: World) -> list[str]:
    """The cells of a row that are not as the policy has them. Those who must find nothing ask first."""
    about_case = operation.command is not None and ("{case}" in operation.path or "{issue}" in operation.path)
    ids = world.fresh() if about_case and not row.shared else world.ids
    asked = sorted(callers(world).items(), key=lambda caller: expected(row, caller[0]) == OPEN)
    found = {name: ask(http, operation, row, ids, headers) for name, headers in asked}
    return [
        f"{operation.service} {operation.name} as {name}: should be {expected(row, name)}, is {cell}"
        for name, cell in found.items()
        if cell != expected(row, name)
    ]


@pytest.mark.timeout(90)
def test_policy_names_every_operation(system: System, world: World) -> None:
    shown = {(service, operation.name) for service in SERVICES for operation in documented(system, service)}
    assert shown == POLICY.keys()
    known = callers(world).keys()
    assert {key: named(row) - known for key, row in POLICY.items() if named(row) - known} == {}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("service", SERVICES)
def test_cells_are_as_the_policy_has_them(system: System, world: World, service: str) -> None:
    wrong = []
    with httpx.Client(base_url=system.url(service), timeout=20) as http:
        for operation in documented(system, service):
            wrong += wrong_cells(http, operation, POLICY[service, operation.name], world)
    assert wrong == []


@pytest.fixture
def planted(system: System, world: World, servers: Stack) -> Iterator[Callable[[str], list[str]]]:
    """The wrong cells of an operation of routing on the system's database, in a process that can be tampered with."""
    engine = make_engine(system.database("routing").url, pool=2)
    held = HttpSettings(
        database_url="", jwks_file=str(servers.keys.jwks_file), issuer=ISSUER, audience=AUDIENCE, http_port=0
    )

    def wrong(name: str) -> list[str]:
        with TestClient(make_app(held, engine)) as http:
            shown = operations("routing", http.get("/openapi.json").json())
            operation = next(one for one in shown if one.name == name)
            return wrong_cells(http, operation, POLICY["routing", name], world)

    yield wrong
    engine.dispose()


def test_guarded_routes_have_no_wrong_cell(planted: Callable[[str], list[str]]) -> None:
    assert planted("POST /cases/{case}/classification") == []
    assert planted("GET /cases/{case}") == []


def test_role_taken_away_is_found(planted: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Caller, "needs", lambda self, allowed: None)
    assert any("as analyst: should be refused" in cell for cell in planted("GET /cases/{case}"))


def test_object_guard_taken_away_is_found(planted: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "seen", lambda case, caller: case)
    assert planted("GET /cases/{case}") == [
        f"routing GET /cases/{{case}} as {name}: should be blind, is open"
        for name in ("bystander", "office-elsewhere", "leader-elsewhere", "lead-elsewhere", "office-of-none")
    ]


def test_door_that_is_shut_is_found(planted: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Case, "concerns", lambda self, department: False)
    assert "routing GET /cases/{case} as lead: should be open, is blind" in planted("GET /cases/{case}")
