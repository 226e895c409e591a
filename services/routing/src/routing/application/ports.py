"""What the handlers need of the outside, and the desk on which it lies ready."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from eventkit.session import Aggregate, Session
from routing.domain.case import Case
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

    def add(self, session: Session, enterprise: str, township: str | None) -> None:
        """Keep where an enterprise lies."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a handler works with besides its session."""

    cases: Aggregate[Case]
    sessions: Aggregate[JointSession]
    programmes: Programmes
    directories: Directories
    letters: Letters
    townships: Townships
