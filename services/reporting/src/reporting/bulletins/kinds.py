"""What documents there are, and how each is drawn up from what is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventkit.caller import Forbidden
from eventkit.text import Text
from reporting.bulletins.content import content, rule_of
from reporting.bulletins.drawing import period_titles
from reporting.bulletins.tallies import Reported
from reporting.queries.programme_routes import OfProgramme


@dataclass(frozen=True, slots=True)
class Matter:
    """What a document is about. `kind`: a report of the programme; `about`: a period of it."""

    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document's content before it is frozen.

    `title`: what stands below its name, by language; `units`: departments that may read it, None: none of them;
    `end`: until when it counts what occurred, None: until now; `final`: whether it may be issued.
    """

    content: dict[str, Any]
    title: dict[str, str]
    units: list[str] | None = None
    end: datetime | None = None
    final: bool = True


def drawn(of: OfProgramme, matter: Matter) -> Drawn:
    """The document as things are known to the request; UnknownReport, Faulty, or Forbidden for a department."""
    asked, rule = of.asked, rule_of(of.document, matter.kind)
    if asked.scope.department is not None:
        mend = Text("ask as office, leader or analyst")
        raise Forbidden(Text("A report is about all departments."), mend=mend)
    held = of.period(matter.about, rule["every"])
    about = Reported(asked.connection, asked.scope, of.id, of.agency, of.document, held)
    told = content(about, rule, asked.knowledge())
    return Drawn(told, period_titles(held), end=held.end, final=told["over"] and told["complete"])
