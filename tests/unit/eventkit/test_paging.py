"""Pages follow each other without gap or repetition, whatever is inserted meanwhile; cursors are checked."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, insert, select
from sqlalchemy.pool import StaticPool

from eventkit.http import create_app
from eventkit.paging import Window, keyset, page
from tests.support.http import TestClient
from tests.support.tokens import Issuer

ROWS = Table("rows", MetaData(), Column("day", Integer), Column("name", String))


UNFIT = [base64.urlsafe_b64encode(key).decode() for key in (b'[1,"a\\u0000"]', b'[18446744073709551615,"a"]')]
"""Cursors with what PostgreSQL has no value for."""


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    ROWS.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(ROWS), [{"day": n // 3, "name": f"n{n}"} for n in range(10)])
    yield engine
    engine.dispose()


@pytest.fixture
def http(tmp_path: Path, engine: Engine) -> Iterator[TestClient]:
    router = APIRouter()

    @router.get("/rows")
    def rows(window: Annotated[Window, Depends(keyset(int, str))]) -> dict[str, Any]:
        with engine.connect() as connection:
            found = connection.execute(window.select(select(ROWS), ROWS.c.day, ROWS.c.name)).all()
        return page(found, window, key=lambda row: (row.day, row.name), item=lambda row: row.name)

    with TestClient(create_app(service="reads", tokens=Issuer(tmp_path).tokens(), routers=[router])) as http:
        yield http


def test_pages_follow_without_gap(http: TestClient, engine: Engine) -> None:
    first = http.get("/v1/rows?limit=4").json()
    with engine.begin() as connection:
        connection.execute(insert(ROWS), {"day": 0, "name": "early"})
    second = http.get("/v1/rows", params={"limit": 4, "after": first["next"]}).json()
    third = http.get("/v1/rows", params={"limit": 4, "after": second["next"]}).json()
    assert first["items"] + second["items"] + third["items"] == [f"n{n}" for n in range(10)]
    assert third["next"] is None


def test_exact_page_has_no_next(http: TestClient) -> None:
    answer = http.get("/v1/rows?limit=10").json()
    assert (len(answer["items"]), answer["next"]) == (10, None)


@pytest.mark.parametrize("cursor", ["", "!", "AAAA", "WzFd", "WyJ4IiwibjEiXQ", "WzEsbnVsbF0", "bnVsbA", "测", *UNFIT])
def test_bad_cursor_is_named(http: TestClient, cursor: str) -> None:
    answer = http.get("/v1/rows", params={"after": cursor})
    assert answer.status_code == 400
    assert (answer.json()["errors"][0]["field"], "next" in answer.json()["errors"][0]["mend"]) == ("after", True)


@pytest.mark.parametrize("limit", ["0", "201", "many"])
def test_limit_is_bounded(http: TestClient, limit: str) -> None:
    answer = http.get("/v1/rows", params={"limit": limit})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "limit")


def test_cursor_keeps_types() -> None:
    moment, day = datetime(2021, 4, 22, 12, tzinfo=UTC), date(2021, 4, 22)
    window = keyset(datetime, date, str)
    cursor = page([1, 2], Window(1, None), key=lambda _: (moment, day, "测"))["next"]
    assert window(limit=1, after=cursor).after == (moment, day, "测")
