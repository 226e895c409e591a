"""What a document is about, and what it tells before it is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Matter:
    """What a document is about. `kind`: a report of the programme, or one that every programme has.

    `about`: a report's period, the id of a meeting, or that of a case.
    """

    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document's content before it is frozen.

    `units`: departments that may read it, None: none of them; `end`: until when it counts what occurred, None: until
    now; `only`: the id of the one meeting or case that it is about; `number`: of the letter that it is, None: it is
    none; `final`: whether what it tells is past and known; `undecided`: how many of its deadlines are not judged yet.
    """

    content: dict[str, Any]
    units: list[str] | None = None
    end: datetime | None = None
    only: str | None = None
    number: str | None = None
    final: bool = True
    undecided: int = 0
