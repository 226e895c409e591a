"""One behaviour suite for both adapters of routing's ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine

from eventkit.ids import uid
from eventkit.memory import MemoryStore
from eventkit.postgres import PostgresStore
from eventkit.session import Session
from routing.adapters.messages import CASES
from routing.application.ports import Desk
from routing.bootstrap import Routing
from routing.domain import events
from routing.domain.programme import Programme
from tests.support.routing_desk import memory_desk
from tests.unit.routing.made import DOCUMENT, ENTERPRISE, LEAD, OTHER, START, SUPPORT

Work = Callable[[], AbstractContextManager[Session]]
_numbers = count(1)


@pytest.fixture(params=["memory", "postgres"])
def work(request: pytest.FixtureRequest) -> tuple[Desk, Work]:
    """A desk, and sessions that are flushed at their end."""
    if request.param == "memory":
        desk, letters = memory_desk()
        memory = MemoryStore("routing")
        return desk, lambda: _session(memory, (letters.count,))
    engine: Engine = request.getfixturevalue("routing_engine")
    routing = Routing()
    return routing.desk, lambda: _session(PostgresStore(engine, "routing"), routing.projectors)


@contextmanager
def _session(store: Any, projectors: Any) -> Iterator[Session]:
    with store.transaction() as tx:
        session = Session(tx, projectors)
        yield session
        session.flush()


@pytest.fixture
def name() -> str:
    """A programme or agency of the test's own."""
    return f"ports-{next(_numbers)}"


def assigned(session: Session, case: str, letter: str) -> None:
    """A case with its letter."""
    opened = events.CaseOpened(case, "x", 1, "x", ENTERPRISE, "t", None, None, "own", None, None, False, START)
    given = events.CaseAssigned(case, LEAD, (), letter, None, None, 1, "office", START)
    session.record(CASES, case, [opened, given], key=case, cause=uid(case))


def test_programmes_by_version(work: tuple[Desk, Work], name: str) -> None:
    desk, session = work
    with session() as now:
        assert desk.programmes.newest(now, name) is None
        desk.programmes.add(now, name, 2, DOCUMENT)
        desk.programmes.add(now, name, 1, DOCUMENT)
    with session() as now:
        newest, first = desk.programmes.newest(now, name), desk.programmes.get(now, name, 1)
        assert newest is not None and first is not None and (newest.version, first.version) == (2, 1)
        assert desk.programmes.get(now, name, 3) is None


def test_directories_of_today_and_ever(work: tuple[Desk, Work], name: str) -> None:
    desk, session = work
    with session() as now:
        assert desk.directories.newest(now, name) is desk.directories.ever(now, name) is None
        desk.directories.add(now, name, 1, [{"id": LEAD, "kind": "department"}, {"id": OTHER, "kind": "bank"}])
        desk.directories.add(now, name, 2, [{"id": LEAD, "kind": "department"}, {"id": SUPPORT, "kind": None}])
    with session() as now:
        newest, ever = desk.directories.newest(now, name), desk.directories.ever(now, name)
        assert newest is not None and ever is not None
        assert (newest.units.keys(), ever.units.keys()) == ({LEAD, SUPPORT}, {LEAD, SUPPORT, OTHER})


def test_letters_have_no_gap(work: tuple[Desk, Work], name: str) -> None:
    """Two in one session, one of them undone, one that is never recorded."""
    desk, session = work
    programme = Programme.of(name, 1, DOCUMENT)
    letters = [programme.numbered(2021, number) for number in (1, 2, 3)]
    cases = [str(uid(name, number, type(desk.letters).__name__)) for number in range(4)]
    with session() as now:
        assert desk.letters.draw(now, programme, 2021, cases[0]) == letters[0]
        assigned(now, cases[0], letters[0])
        mark = now.mark()
        assert desk.letters.draw(now, programme, 2021, cases[1]) == letters[1]
        assigned(now, cases[1], letters[1])
        now.undo(mark)
        assert desk.letters.draw(now, programme, 2021, cases[2]) == letters[1]
        assigned(now, cases[2], letters[1])
    with session() as now:
        assert desk.letters.draw(now, programme, 2021, cases[3]) == letters[2]
    with session() as now:
        assert desk.letters.draw(now, programme, 2021, cases[3]) == letters[2], "it was not used"
        assert desk.letters.draw(now, programme, 2022, cases[3]) == programme.numbered(2022, 1)


def test_townships_of_enterprises(work: tuple[Desk, Work], name: str) -> None:
    desk, session = work
    there, nowhere = str(uid(name, "there")), str(uid(name, "nowhere"))
    with session() as now:
        desk.townships.add(now, there, "jinxian", "民和镇")
        desk.townships.add(now, there, "jinxian", "温圳镇")
        desk.townships.add(now, nowhere, "jinxian", None)
    with session() as now:
        assert [desk.townships.get(now, one) for one in (there, nowhere)] == ["温圳镇", None]
