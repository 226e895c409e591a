"""Routing's ports in memory; they pass the same behaviour suite as those on PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from eventkit.envelope import Envelope
from eventkit.memory import MemoryTransaction
from eventkit.session import Session
from eventkit.store import Transaction
from routing.adapters.messages import CASES, SESSIONS
from routing.application.ports import Desk, Page
from routing.domain.course import Recorded
from routing.domain.programme import Directory, Programme


def table(tx: Transaction, name: str) -> dict[Any, Any]:
    """A table of routing's own."""
    return cast(MemoryTransaction, tx).table(name)


class MemoryProgrammes:
    """Implements `Programmes`."""

    def get(self, session: Session, programme: str, version: int) -> Programme | None:
        found: Programme | None = table(session.tx, "programmes").get((programme, version))
        return found

    def newest(self, session: Session, programme: str) -> Programme | None:
        versions = [version for id, version in table(session.tx, "programmes") if id == programme]
        return self.get(session, programme, max(versions)) if versions else None

    def add(self, session: Session, programme: str, version: int, document: Mapping[str, Any]) -> None:
        kept = Programme.of(programme, version, document)
        table(session.tx, "programmes").setdefault((programme, version), kept)


class MemoryDirectories:
    """Implements `Directories`."""

    def newest(self, session: Session, agency: str) -> Directory | None:
        versions = self._versions(session, agency)
        return versions[max(versions)] if versions else None

    def ever(self, session: Session, agency: str) -> Directory | None:
        units: dict[str, str] = {}
        for _, directory in sorted(self._versions(session, agency).items()):
            units |= directory.units
        return Directory(agency, units) if units else None

    def add(self, session: Session, agency: str, version: int, units: Collection[Mapping[str, Any]]) -> None:
        table(session.tx, "directories").setdefault((agency, version), Directory.of(agency, list(units)))

    def _versions(self, session: Session, agency: str) -> dict[int, Directory]:
        return {version: held for (id, version), held in table(session.tx, "directories").items() if id == agency}


class MemoryLetters:
    """Implements `Letters`: `draw` looks at what this session has recorded, `count` keeps what was written."""

    def draw(self, session: Session, programme: Programme, year: int, case: str) -> str:
        drawn, series = table(session.tx, "drawn"), (programme.series, year)
        for key, (of, letter) in list(drawn.items()):
            if letter not in session.get(CASES, of).letters:
                del drawn[key]  # what was undone gives its number back
        number = table(session.tx, "letters").get(series, 0) + sum(key[:2] == series for key in drawn) + 1
        drawn[(*series, number)] = case, programme.numbered(year, number)
        return programme.numbered(year, number)

    def count(self, tx: Transaction, written: list[Envelope]) -> None:
        """A projector, as that of `LetterBook`: one transaction at a time, so all that was drawn is this one's."""
        named = {(e.key, e.json()["letter"]) for e in written if e.type == "bugle.routing.case_assigned.v1"}
        for (of, year, number), drawn in list(table(tx, "drawn").items()):
            if drawn in named:
                table(tx, "letters")[of, year] = number
        table(tx, "drawn").clear()


class MemoryTownships:
    """Implements `Townships`."""

    def get(self, session: Session, enterprise: str) -> str | None:
        held: tuple[str, str] | None = table(session.tx, "townships").get(enterprise)
        return None if held is None else held[1]

    def of_agency(self, session: Session, agency: str, enterprises: Collection[str]) -> Mapping[str, str]:
        held = table(session.tx, "townships")
        return {one: held[one][1] for one in enterprises if one in held and held[one][0] == agency}

    def add(self, session: Session, enterprise: str, agency: str, township: str | None) -> None:
        if township is not None:
            table(session.tx, "townships")[enterprise] = (agency, township)


class NoHistories:
    """Implements `Histories`: nobody asks rules about the past here."""

    def head(self, session: Session) -> int:
        raise AssertionError("no rule is asked here")

    def page(self, session: Session, *about: object) -> Page:
        raise AssertionError("no rule is asked here")

    def read(self, session: Session, cases: Collection[str], as_of: int) -> Mapping[str, Sequence[Recorded]]:
        raise AssertionError("no rule is asked here")


def memory_desk() -> tuple[Desk, MemoryLetters]:
    """A desk with these, and the letters whose `count` must be among a session's projectors."""
    letters = MemoryLetters()
    kept = (MemoryProgrammes(), MemoryDirectories(), letters, MemoryTownships(), NoHistories())
    return Desk(CASES, SESSIONS, *kept), letters
