"""One behaviour suite for both adapters of supervision's tables of programmes and watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from eventkit.ids import uid
from eventkit.memory import MemoryStore
from eventkit.postgres import PostgresStore
from supervision.adapters.read_model import PostgresReads
from supervision.application.ports import ReadModel, WatchRow
from tests.support.supervision_tables import MemoryReads
from tests.unit.supervision.made import CASE, CONTACT, ENTERPRISE, LEARNT, document

Model = Callable[[], AbstractContextManager[ReadModel]]
ROW = WatchRow(CASE, "jinxian", "jinxian", ENTERPRISE, "power", ["bank", "power"], False, LEARNT, "cn", True)
OTHER = replace(ROW, case=str(uid("other")), programme="daan", ripe_at=None, calendar=None)
LATER = LEARNT + timedelta(hours=1)


@pytest.fixture(params=["memory", "postgres"])
def model(request: pytest.FixtureRequest) -> Model:
    """Gives the tables in a transaction each."""
    if request.param == "memory":
        memory = MemoryStore("supervision")
        return lambda: _open(memory, MemoryReads(memory))
    engine: Engine = request.getfixturevalue("engine")
    return lambda: _open(PostgresStore(engine, "supervision"), PostgresReads())


@contextmanager
def _open(store: MemoryStore | PostgresStore, reads: MemoryReads | PostgresReads) -> Iterator[ReadModel]:
    with store.transaction() as tx:
        yield reads(tx)


def ripe(request: pytest.FixtureRequest, model: Model) -> dict[str, datetime | None]:
    """When each watch is looked at next."""
    with model() as tables:
        if request.node.callspec.params["model"] == "memory":
            return {case: row.ripe_at for case, row in tables._watches.items()}  # type: ignore[attr-defined]
        rows = tables._connection.execute(text("SELECT case_id, ripe_at FROM watches"))  # type: ignore[attr-defined]
        return {row.case_id: row.ripe_at for row in rows}


def test_programme_version_is_kept_as_it_first_was(model: Model) -> None:
    with model() as tables:
        tables.adopt("jinxian", 1, document(), LEARNT)
        tables.adopt("jinxian", 1, document({**CONTACT, "limit": "9wd"}), LATER)
    with model() as tables:
        policy = tables.policy("jinxian", 1)
        assert policy is not None and str(policy.clocks["contact"].limit) == "3wd"
        assert (tables.policy("jinxian", 2), tables.policy("daan", 1)) == (None, None)


def test_newest_version_is_the_highest(model: Model) -> None:
    with model() as tables:
        assert tables.newest("jinxian") is None
        for version, at in ((2, LEARNT), (1, LATER)):
            tables.adopt("jinxian", version, document(), at)
    with model() as tables:
        newest = tables.newest("jinxian")
        assert newest is not None and (newest[0].version, newest[1]) == (2, LEARNT)


def test_refused_transaction_keeps_nothing(model: Model) -> None:
    with pytest.raises(RuntimeError), model() as tables:
        tables.adopt("jinxian", 1, document(), LEARNT)
        raise RuntimeError
    with model() as tables:
        assert tables.newest("jinxian") is None


def test_watches_are_woken_by_calendar(model: Model, request: pytest.FixtureRequest) -> None:
    with model() as tables:
        tables.keep([ROW, OTHER])
        tables.wake("cn", LATER)
    assert ripe(request, model) == {CASE: LEARNT, OTHER.case: None}, "the earlier moment stays"
    with model() as tables:
        tables.wake("cn", LEARNT - timedelta(days=1))
    assert ripe(request, model) == {CASE: LEARNT - timedelta(days=1), OTHER.case: None}


def test_open_watches_are_woken_by_programme(model: Model, request: pytest.FixtureRequest) -> None:
    closed = replace(OTHER, case=str(uid("closed")), closed=True)
    with model() as tables:
        tables.keep([ROW, OTHER, closed])
        tables.wake_programme("daan", LATER)
    assert ripe(request, model) == {CASE: LEARNT, OTHER.case: LATER, closed.case: None}


def test_watch_is_kept_anew(model: Model, request: pytest.FixtureRequest) -> None:
    with model() as tables:
        tables.keep([])
        tables.keep([ROW])
        tables.keep([replace(ROW, ripe_at=None, calendar=None)])
        tables.wake("cn", LATER)
    assert ripe(request, model) == {CASE: None}
