"""One behaviour suite for both adapters of supervision's tables of teams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from eventkit.postgres import PostgresStore
from supervision.adapters.register import register
from supervision.application.ports import Ending, PairedTeam, Register, Subject
from supervision.domain.duty import Paired
from tests.unit.supervision.made import LEARNT, MemoryRegister

Tables = Callable[[], AbstractContextManager[Register]]
PROGRAMME = AGENCY = "jinxian"
MAY, JUNE, JULY = date(2021, 5, 1), date(2021, 6, 1), date(2021, 7, 1)


@pytest.fixture(params=["memory", "postgres"])
def tables(request: pytest.FixtureRequest) -> Tables:
    """Gives the tables in a transaction each."""
    if request.param == "memory":
        memory = MemoryRegister()
        return lambda: nullcontext(memory)
    engine: Engine = request.getfixturevalue("engine")
    return lambda: _open(PostgresStore(engine, "supervision"))


@contextmanager
def _open(store: PostgresStore) -> Iterator[Register]:
    with store.transaction() as tx:
        yield register(tx)


def form(tables: Tables, team: str, since: date, until: date | None = None, **members: str) -> None:
    """A team for the enterprise "e"; `until`: disbanded."""
    with tables() as known:
        known.take_team(team, PROGRAMME, "key", ["e"], list(members.items()), since)
        if until is not None:
            known.end_team(Ending(team, PROGRAMME, until, LEARNT, LEARNT + timedelta(days=1)), LEARNT)


@pytest.mark.parametrize(
    ("teams", "spans"),
    [
        ([(MAY, JUNE), (JUNE, None)], [(MAY, None)]),
        ([(JUNE, None), (MAY, JUNE)], [(MAY, None)]),
        ([(MAY, date(2021, 5, 31)), (JUNE, JULY)], [(MAY, date(2021, 5, 31)), (JUNE, JULY)]),
        ([(MAY, JULY), (date(2021, 5, 10), JUNE)], [(MAY, JULY)]),
        ([(MAY, None), (JUNE, JULY)], [(MAY, None)]),
        ([(MAY, MAY), (JUNE, MAY)], []),
    ],
)
def test_days_in_teams_make_few_spans(
    tables: Tables, teams: list[tuple[date, date | None]], spans: list[tuple[date, date | None]]
) -> None:
    for number, (since, until) in enumerate(teams):
        form(tables, f"t{number}", since, until, cadre="a", judge="b")
    with tables() as known:
        assert list(known.pairings(PROGRAMME, "a")) == [Paired(*span) for span in spans]
        assert list(known.pairings(PROGRAMME, "c")) == []


def test_enterprise_has_roles_of_all_its_teams(tables: Tables) -> None:
    with tables() as known:
        known.take_enterprise(AGENCY, "alone", "other")
    form(tables, "one", JUNE, cadre="a")
    form(tables, "two", MAY, cadre="b", judge="j")
    with tables() as known:
        both = Subject("e", frozenset({"cadre", "judge"}), None, None, MAY)
        assert list(known.enterprises(AGENCY, PROGRAMME)) == [Subject("alone", tier="other"), both]


def test_ended_team_stands_until_it_is_dismissed(tables: Tables) -> None:
    """It pairs nobody from its end on, and is reckoned with until what follows from that has been done."""
    form(tables, "old", MAY, JUNE, cadre="a")
    form(tables, "new", JUNE, judge="b")
    with tables() as known:
        assert [team.id for team in known.teams(PROGRAMME)] == ["new", "old"]
        assert known.enterprises(AGENCY, PROGRAMME)[0].roles == {"cadre", "judge"}
        assert known.paired(PROGRAMME, "e") == {"b"}
        ended = known.dismiss("old")
        assert (ended.programme, ended.team) == (PROGRAMME, PairedTeam("old", ("a",), ("e",)))
        assert (ended.at, ended.learnt_at) == (LEARNT, LEARNT + timedelta(days=1))
        assert [team.id for team in known.teams(PROGRAMME)] == ["new"]
        assert known.enterprises(AGENCY, PROGRAMME)[0].roles == {"judge"}
