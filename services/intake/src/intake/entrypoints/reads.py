"""Reads of intake's read model, each within the caller's own agency (an operator: all).

Departments and enterprises read no issues here: routing shows a department its own cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Column, Engine, RowMapping, Select, Table, select, true

from eventkit.auth import require
from eventkit.caller import READING, Caller
from eventkit.paging import Window, keyset, page
from intake.adapters.likeness import duplicates
from intake.adapters.tables import (
    directories,
    enterprises,
    issues,
    links,
    policies,
    programmes,
    suggestions,
    teams,
    visits,
)
from intake.application.moves import Moves
from intake.domain.errors import NotFound

Anyone = Annotated[Caller, Depends(require(*READING))]
Staff = Annotated[Caller, Depends(require("frontend", "office", "leader", "analyst", "operator"))]
ByTime = Annotated[Window, Depends(keyset(datetime, UUID))]
Filter = str | None
Part = Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
Tier = Literal["key", "ordinary"] | None
Answer = Literal["pending", "closed_out", "reopened"] | None
Order = Literal["oldest", "newest"]


def reads(engine: Engine, moves: Moves) -> APIRouter:
    """The routes of all reads but contacts."""
    router = APIRouter(tags=["reads"])
    found = _Finder(engine)

    @router.get("/programmes")
    def list_programmes(who: Anyone, window: Annotated[Window, Depends(keyset(str))]) -> dict[str, Any]:
        """The newest version of each programme, without its document."""
        columns = [column for column in programmes.c if column.name != "document"]
        return found.page(select(*columns), programmes, who, window, programmes.c.programme)

    @router.get("/programmes/{programme}")
    def get_programme(programme: str, who: Anyone) -> dict[str, Any]:
        """The newest version of a programme, whole."""
        return found.one(programmes, programmes.c.programme, programme, who)

    @router.get("/directories/{agency}")
    def get_directory(agency: str, who: Anyone) -> dict[str, Any]:
        """The newest version of an agency's directory, whole."""
        return found.one(directories, directories.c.agency, agency, who)

    @router.get("/enterprises")
    def list_enterprises(
        who: Staff, window: Annotated[Window, Depends(keyset(str, str))], tier: Tier = None, name: Part = None
    ) -> dict[str, Any]:
        """Enterprises by name; `name` stands somewhere in it."""
        query = _filtered(enterprises, {"tier": tier})
        if name is not None:
            query = query.where(enterprises.c.name.icontains(name, autoescape=True))
        return found.page(query, enterprises, who, window, enterprises.c.agency, enterprises.c.name)

    @router.get("/enterprises/{enterprise}")
    def get_enterprise(enterprise: UUID, who: Anyone) -> dict[str, Any]:
        """An enterprise as it is registered."""
        return found.one(enterprises, enterprises.c.enterprise, str(enterprise), who)

    @router.get("/teams")
    def list_teams(who: Staff, window: ByTime, programme: Filter = None, tier: Tier = None) -> dict[str, Any]:
        """Teams as they were formed, with what their pairing lacks, and when they were disbanded."""
        query = _filtered(teams, {"programme": programme, "tier": tier})
        return found.page(query, teams, who, window, teams.c.formed_at, teams.c.team)

    @router.get("/visits")
    def list_visits(
        who: Staff, window: ByTime, programme: Filter = None, enterprise: UUID | None = None
    ) -> dict[str, Any]:
        """Visits by time."""
        query = _filtered(visits, {"programme": programme, "enterprise": enterprise})
        return found.page(query, visits, who, window, visits.c.visited_at, visits.c.visit)

    @router.get("/issues")
    def list_issues(
        who: Staff,
        window: ByTime,
        programme: Filter = None,
        answer: Answer = None,
        enterprise: UUID | None = None,
        order: Order = "oldest",
    ) -> dict[str, Any]:
        """Issues by the time of their report, the `oldest` or the `newest` first.

        `answer`: pending, closed_out or reopened.
        """
        wanted = {"programme": programme, "answer": answer, "enterprise": enterprise}
        window = replace(window, newest=order == "newest")
        return found.page(_filtered(issues, wanted), issues, who, window, issues.c.reported_at, issues.c.issue)

    @router.get("/issues/{issue}")
    def get_issue(issue: UUID, who: Staff, response: Response) -> dict[str, Any]:
        """An issue with all amendments; its ETag goes into If-Match. `moves`: the caller's open ones."""
        row = found.one(issues, issues.c.issue, str(issue), who)
        response.headers["ETag"] = f'"{row["version"]}"'
        return row | {"moves": moves.of(str(issue), who)}

    @router.get("/issues/{issue}/links")
    def get_links(issue: UUID, who: Staff) -> dict[str, Any]:
        """How an issue belongs to others: its own links, and those that point at it."""
        row = found.one(issues, issues.c.issue, str(issue), who)
        with engine.connect() as connection:
            own = connection.execute(select(links).where(links.c.issue == str(issue))).mappings().all()
            back = connection.execute(select(links).where(links.c.other == str(issue))).mappings().all()
        return {
            "issue": row["issue"],
            "parts": row["parts"],
            "links": list(map(dict, own)),
            "from": list(map(dict, back)),
        }

    @router.get("/issues/{issue}/duplicates")
    def get_duplicates(issue: UUID, who: Staff) -> dict[str, Any]:
        """Issues that may tell the same: of the same enterprise, with a like title; the most alike first."""
        with engine.connect() as connection:
            row = connection.execute(select(issues).where(issues.c.issue == str(issue))).mappings().one_or_none()
            if row is None or not who.acts_for(row["agency"]):
                raise NotFound(field="issue")
            return {"items": duplicates(connection, row), "next": None}

    @router.get("/suggestions")
    def list_suggestions(
        who: Staff, window: ByTime, programme: Filter = None, answered: bool | None = None
    ) -> dict[str, Any]:
        """Suggestions to the government by time, with their answers."""
        query = _filtered(suggestions, {"programme": programme})
        if answered is not None:
            query = query.where(suggestions.c.answered_at.is_not(None) == answered)
        return found.page(query, suggestions, who, window, suggestions.c.suggested_at, suggestions.c.suggestion)

    @router.get("/suggestions/{suggestion}")
    def get_suggestion(suggestion: UUID, who: Staff) -> dict[str, Any]:
        """A suggestion with its answer."""
        return found.one(suggestions, suggestions.c.suggestion, str(suggestion), who)

    @router.get("/policies")
    def list_policies(who: Anyone, window: ByTime) -> dict[str, Any]:
        """The library of policies, in the order they were published."""
        return found.page(select(policies), policies, who, window, policies.c.published_at, policies.c.policy)

    @router.get("/policies/{policy}")
    def get_policy(policy: UUID, who: Anyone) -> dict[str, Any]:
        """A policy as told last."""
        return found.one(policies, policies.c.policy, str(policy), who)

    return router


class _Finder:
    """Looks rows up; what is another agency's is not there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, query: Select[Any], table: Table, who: Caller, window: Window, *key: Column[Any]) -> dict[str, Any]:
        own = true() if "operator" in who.roles else table.c.agency == who.agency
        with self._engine.connect() as connection:
            rows = connection.execute(window.select(query.where(own), *key)).mappings().all()
        return page(rows, window, key=lambda row: [row[column] for column in key], item=dict)

    def one(self, table: Table, column: Column[Any], id: str, who: Caller) -> dict[str, Any]:
        with self._engine.connect() as connection:
            row: RowMapping | None = connection.execute(select(table).where(column == id)).mappings().one_or_none()
        if row is None or not who.acts_for(row["agency"]):
            raise NotFound()
        return dict(row)


def _filtered(table: Table, wanted: Mapping[str, object]) -> Select[Any]:
    return select(table).where(*(table.c[name] == value for name, value in wanted.items() if value is not None))
