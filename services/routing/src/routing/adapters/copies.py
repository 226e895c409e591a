"""Copies of programmes and directories, by version, read once per process: a version never changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from functools import reduce
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from sqlalchemy import text

from eventkit.session import Session
from routing.adapters.tables import connection_of
from routing.domain.programme import Directory, Programme

T = TypeVar("T")


class Copies(Generic[T]):
    """The versions kept in one table (id, version, content). A session looks for new ones at most once."""

    def __init__(self, table: str, parse: Callable[[str, int, Any], T]) -> None:
        self._parse = parse
        self._held: dict[tuple[str, int], T] = {}
        self._fresh: WeakSet[Session] = WeakSet()
        self._missing = text(
            f"SELECT c.id, c.version, c.content FROM {table} c LEFT JOIN unnest(CAST(:ids AS text[]),"
            " CAST(:versions AS integer[])) AS held(id, version) USING (id, version) WHERE held.id IS NULL"
        )
        self._insert = text(
            f"INSERT INTO {table} (id, version, content) VALUES (:id, :version, CAST(:content AS jsonb))"
            " ON CONFLICT (id, version) DO NOTHING"
        )

    def get(self, session: Session, id: str, version: int) -> T | None:
        """A version; None when it has not arrived."""
        if (id, version) not in self._held:
            self.refresh(session)
        return self._held.get((id, version))

    def versions(self, id: str) -> dict[int, T]:
        """All versions that have been read."""
        return {version: copy for (held, version), copy in list(self._held.items()) if held == id}

    def refresh(self, session: Session) -> None:
        """Read what the table has beyond what is held."""
        if session in self._fresh:
            return
        held = list(self._held)
        known = {"ids": [id for id, _ in held], "versions": [version for _, version in held]}
        for row in connection_of(session.tx).execute(self._missing, known):
            self._held[row.id, row.version] = self._parse(row.id, row.version, row.content)
        self._fresh.add(session)

    def add(self, session: Session, id: str, version: int, content: Any) -> None:
        """Keep a version. It is held even if the transaction fails: the event that brought it comes again with it."""
        copy = self._parse(id, version, content)
        connection_of(session.tx).execute(self._insert, {"id": id, "version": version, "content": json.dumps(content)})
        self._held[id, version] = copy


class ProgrammeCopies:
    """Implements `application.ports.Programmes` with the table programmes."""

    def __init__(self) -> None:
        self._copies = Copies("programmes", Programme.of)

    def get(self, session: Session, programme: str, version: int) -> Programme | None:
        return self._copies.get(session, programme, version)

    def newest(self, session: Session, programme: str) -> Programme | None:
        self._copies.refresh(session)
        versions = self._copies.versions(programme)
        return versions[max(versions)] if versions else None

    def add(self, session: Session, programme: str, version: int, document: Mapping[str, Any]) -> None:
        self._copies.add(session, programme, version, document)


class DirectoryCopies:
    """Implements `application.ports.Directories` with the table directories."""

    def __init__(self) -> None:
        self._copies = Copies("directories", lambda agency, _, units: Directory.of(agency, units))

    def newest(self, session: Session, agency: str) -> Directory | None:
        self._copies.refresh(session)
        versions = self._copies.versions(agency)
        return versions[max(versions)] if versions else None

    def ever(self, session: Session, agency: str) -> Directory | None:
        self._copies.refresh(session)
        versions = self._copies.versions(agency).values()
        return reduce(lambda a, b: Directory(agency, {**a.units, **b.units}), versions) if versions else None

    def add(self, session: Session, agency: str, version: int, units: Collection[Mapping[str, Any]]) -> None:
        self._copies.add(session, agency, version, list(units))
