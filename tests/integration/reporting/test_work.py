"""The work list: every open case once, the next deadline first, and for a department its own deadlines only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Engine

from reporting.read_model.tables import WAITING
from tests.integration.reporting.serving import reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import Log, iso

NEVER = "9999"


@pytest.fixture(scope="module")
def client(filled: Engine, issuer: Issuer) -> Iterator[TestClient]:
    with reading(filled, issuer) as client:
        yield client


def items(client: TestClient, issuer: Issuer, path: str, role: str = "office", **claims: str) -> list[dict[str, Any]]:
    told = client.get(path, headers=issuer.headers(role, **claims)).json()
    assert told["next"] is None
    found: list[dict[str, Any]] = told["items"]
    return found


def test_open_cases_stand_there_once(client: TestClient, issuer: Issuer) -> None:
    work = items(client, issuer, "/v1/work?limit=200")
    open_ = {row["case_id"]: row for row in items(client, issuer, "/v1/ledger?open=true&limit=200")}
    assert 0 < len(open_) < 50
    assert sorted(row["case_id"] for row in work) == sorted(open_)
    for row in work:
        assert {name: row[name] for name in ("title", "state", "lead")} == {
            name: open_[row["case_id"]][name] for name in ("title", "state", "lead")
        }


def test_next_deadline_comes_first(client: TestClient, issuer: Issuer) -> None:
    work = items(client, issuer, "/v1/work?limit=200")
    order = [(row["due_at"] or NEVER, row["case_id"]) for row in work]
    assert order == sorted(order) and {row["due_at"] is None for row in work} == {True, False}
    waiting: dict[str, str] = {}
    moved_on = 0
    for status in ("running", "missed"):
        for clock in items(client, issuer, f"/v1/clocks?status={status}&open=true&limit=200"):
            if clock["cancelled_at"] is None:
                waiting[clock["case_id"]] = min(clock["due_at"], waiting.get(clock["case_id"], NEVER))
            moved_on += clock["cancelled_at"] is not None
    assert moved_on, "a missed deadline of an open case for which nobody waits any more"
    assert {row["case_id"]: row["due_at"] for row in work if row["due_at"]} == waiting


def test_department_sees_its_own_deadlines(client: TestClient, issuer: Issuer) -> None:
    work = items(client, issuer, "/v1/work?limit=200", "department", department="bank")
    assert work and {row["unit"] for row in work} <= {"bank", None}
    assert all(row["lead"] == "bank" or "bank" in row["supporting"] for row in work)


def test_pages_of_the_work_list_join_up(client: TestClient, issuer: Issuer) -> None:
    whole, seen, after = items(client, issuer, "/v1/work?limit=200"), [], ""
    while after is not None:
        page = client.get(f"/v1/work?limit=3{after and f'&after={after}'}", headers=issuer.headers("office")).json()
        seen += page["items"]
        after = page["next"]
    assert seen == whole


def every(client: TestClient, issuer: Issuer, path: str) -> list[dict[str, Any]]:
    """The items of all pages."""
    found, after = [], ""
    while after is not None:
        page = client.get(path + (after and f"&after={after}"), headers=issuer.headers("office")).json()
        found += page["items"]
        after = page["next"]
    return found


def instants(history: Log) -> list[str]:
    """Some at which much was going on, as parameters."""
    known = sorted(event.sequenced_at for event in history.events)
    return [quote(iso(known[len(known) * part // 4])) for part in (1, 2, 3)]


def test_work_list_is_as_it_was_known(client: TestClient, issuer: Issuer, history: Log) -> None:
    owed = 0
    for instant in instants(history):
        work = every(client, issuer, f"/v1/work?limit=7&as_of={instant}")
        open_ = every(client, issuer, f"/v1/ledger?open=true&limit=200&as_of={instant}")
        assert sorted(row["case_id"] for row in work) == sorted(row["case_id"] for row in open_)
        assert [*map(place, work)] == sorted(map(place, work))
        due: dict[str, str] = {}
        for clock in every(client, issuer, f"/v1/clocks?open=true&limit=200&as_of={instant}"):
            if clock["status"] in WAITING and clock["cancelled_at"] is None:
                due[clock["case_id"]] = min(clock["due_at"], due.get(clock["case_id"], NEVER))
        assert {row["case_id"]: row["due_at"] for row in work if row["due_at"]} == due
        owed += len(due)
    assert owed


def place(row: Mapping[str, Any]) -> tuple[str, str]:
    """Where a row stands in the list."""
    return row["due_at"] or NEVER, row["case_id"]


@pytest.mark.parametrize("parameter", ["at", "as_of"])
def test_waiting_deadlines_are_those_among_all(
    client: TestClient, issuer: Issuer, history: Log, parameter: str
) -> None:
    found = 0
    for instant in instants(history):
        path = f"/v1/clocks?limit=200&{parameter}={instant}"
        all_ = every(client, issuer, path)
        for status in WAITING:
            waiting = every(client, issuer, f"{path}&status={status}")
            assert waiting == [clock for clock in all_ if clock["status"] == status]
            found += len(waiting)
    assert found


def test_work_list_is_filtered(client: TestClient, issuer: Issuer) -> None:
    [state, *_] = {row["state"] for row in items(client, issuer, "/v1/work?limit=200")}
    assert {row["state"] for row in items(client, issuer, f"/v1/work?limit=200&state={state}")} == {state}
    assert client.get("/v1/work?colour=red", headers=issuer.headers("office")).status_code == 422
    assert client.get("/v1/work", headers=issuer.headers("frontend")).status_code == 403
