"""What the handlers need of the outside, and the desk on which it lies ready."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from eventkit.session import Aggregate, Session
from routing.domain.case import Case
from routing.domain.course import Recorded
from routing.domain.programme import Directory, Programme
from routing.domain.session import JointSession


class Programmes(Protocol):
    """Copies of the programmes that intake publishes, by version."""

    def get(self, session: Session, programme: str, version: int) -> Programme | None:
        """The version, None when it has not arrived."""

    def newest(self, session: Session, programme: str) -> Programme | None:
        """The highest version, None when none has arrived."""

    def add(self, session: Session, programme: str, version: int, document: Mapping[str, Any]) -> None:
        """Keep a version; one that is kept already stays as it is."""


class Directories(Protocol):
    """Copies of the agencies' directories, by version."""

    def newest(self, session: Session, agency: str) -> Directory | None:
        """The units of today, None when no version has arrived."""

    def ever(self, session: Session, agency: str) -> Directory | None:
        """The units of all versions, which a record of the past may name; None when no version has arrived."""

    def add(self, session: Session, agency: str, version: int, units: Collection[Mapping[str, Any]]) -> None:
        """Keep a version; one that is kept already stays as it is."""


class Letters(Protocol):
    """Numbers of assignment letters: 1, 2, 3 … in each series of a programme and year, without gap."""

    def draw(self, session: Session, programme: Programme, year: int, case: str) -> str:
        """The next letter, for this case; it is used up only if the case's assignment by it is recorded."""


class Townships(Protocol):
    """Where the enterprises lie, as intake registered them."""

    def get(self, session: Session, enterprise: str) -> str | None:
        """The township of an enterprise; None when it has none or has not arrived."""

    def of_agency(self, session: Session, agency: str, enterprises: Collection[str]) -> Mapping[str, str]:
        """The townships of these enterprises as far as they are the agency's and have one, in one query."""

    def add(self, session: Session, enterprise: str, agency: str, township: str | None) -> None:
        """Keep where an enterprise lies. It never moves: intake registers a name once."""


@dataclass(frozen=True, slots=True)
class Page:
    """Cases as (id, enterprise, opened_at) in the order of their opening; `more` of them follow."""

    cases: Sequence[tuple[str, str, datetime]]
    more: bool


class Histories(Protocol):
    """What is in the log: the part of the past that nothing can change any more."""

    def head(self, session: Session) -> int:
        """The number of the log's last event."""

    def page(
        self, session: Session, programme: Programme, between: Between, after: tuple[datetime, UUID] | None, limit: int
    ) -> Page:
        """Up to `limit` cases of a programme behind a case."""

    def read(self, session: Session, cases: Collection[str], as_of: int) -> Mapping[str, Sequence[Recorded]]:
        """The events of these cases up to a number of the log, in one query; a case without any is left out."""


Between = tuple[datetime | None, datetime | None]
"""From an instant, and until before another; None: without bound."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a handler works with besides its session."""

    cases: Aggregate[Case]
    sessions: Aggregate[JointSession]
    programmes: Programmes
    directories: Directories
    letters: Letters
    townships: Townships
    histories: Histories
