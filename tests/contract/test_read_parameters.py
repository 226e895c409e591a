"""Every service's reads refuse what they do not know, before they ask the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from eventkit.http import create_app
from eventkit.memory import MemoryStore
from intake.entrypoints.reads import reads as intake
from reporting.queries.routes import routes as reporting
from routing.entrypoints.reads import reads as routing
from routing.entrypoints.rules import rules
from supervision.entrypoints.reads import reads as supervision
from tests.support.http import TestClient
from tests.support.tokens import Issuer


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/rules/trial?foo=1", "foo"),
        ("/rules/backtest?foo=1", "foo"),
        ("/rules/backtest?limit=201", "limit"),
    ],
)
def test_wrong_parameter_of_a_question_is_named(tmp_path: Path, address: str, field: str) -> None:
    """A question that is asked by POST is a read too."""
    context: Any = None
    issuer = Issuer(tmp_path)
    routers = [rules(MemoryStore("routing"), context)]
    app = create_app(service="routing", tokens=issuer.tokens(), routers=routers)
    with TestClient(app) as http:
        answer = http.post(f"/v1{address}", json={}, headers=issuer.headers("office"))
    assert (answer.status_code, [fault["field"] for fault in answer.json()["errors"]]) == (422, [field])


@pytest.mark.parametrize(
    ("service", "address", "field"),
    [
        ("intake", "/issues?foo=1", "foo"),
        ("intake", "/issues?answer=lost", "answer"),
        ("intake", "/issues?programme=%00", "programme"),
        ("intake", "/programmes/%00", "programme"),
        ("intake", "/enterprises?tier=lost", "tier"),
        ("intake", "/teams?tier=lost", "tier"),
        ("routing", "/cases?foo=1", "foo"),
        ("routing", "/cases?state=lost", "state"),
        ("routing", "/cases?programme=%00", "programme"),
        ("supervision", "/watches?foo=1", "foo"),
        ("supervision", "/watches?programme=%00", "programme"),
        ("supervision", "/calendars/%00", "calendar"),
        ("reporting", "/ledger?foo=1", "foo"),
        ("reporting", "/clocks?foo=1", "foo"),
        ("reporting", "/figures/issues?foo=1", "foo"),
        ("reporting", "/figures/issues?mode=visit", "mode"),
        ("reporting", "/figures/enterprises_visited?mode=lost", "mode"),
        ("reporting", "/cards-and-letters?colour=blue", "colour"),
        ("reporting", "/issues/%00/timeline", "case"),
    ],
)
def test_wrong_parameter_is_named(tmp_path: Path, engine: Engine, service: str, address: str, field: str) -> None:
    store: Any = MemoryStore(service)
    context: Any = None
    routers = {
        "intake": lambda: intake(engine, context),
        "routing": lambda: routing(engine, store, context),
        "supervision": lambda: supervision(engine, store, context),
        "reporting": lambda: reporting(engine),
    }
    issuer = Issuer(tmp_path)
    app = create_app(service=service, tokens=issuer.tokens(), routers=[routers[service]()])
    with TestClient(app) as http:
        answer = http.get(f"/v1{address}", headers=issuer.headers("office"))
    assert (answer.status_code, [fault["field"] for fault in answer.json()["errors"]]) == (422, [field])
