"""What documents there are, and how each is drawn up from what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eventkit.caller import Forbidden
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.bulletins.content import PeriodTooEarly, begins_on, content, rule_of
from reporting.bulletins.matter import Drawn, Matter
from reporting.bulletins.papers import NAMES, letter, minutes
from reporting.bulletins.tallies import Reported
from reporting.queries.programme_routes import OfProgramme

_PAPERS: Mapping[str, Callable[[OfProgramme, str], Drawn]] = {"minutes": minutes, "letter": letter}
_LIST: Mapping[str, Any] = {"id": "supervision-list", "zh": "督办清单", "en": "Supervision list", "every": "list"}


def kinds(of: OfProgramme) -> list[dict[str, Any]]:
    """All documents that a programme has: `id`, `zh`, `en`, and `every`: month, quarter, year, list (any of these), or
    None where it is about no period."""
    names = ("id", "zh", "en", "every")
    found = {"supervision-list": {**_LIST}, **{id: {"id": id, **said, "every": None} for id, said in NAMES.items()}}
    found |= {rule["id"]: {name: rule[name] for name in names} for rule in of.document.get("reports", ())}
    return list(found.values())


def matter(kind: str, period: str | None, about: str | None) -> Matter:
    """What a request names; Faulty when it names nothing, or two things."""
    named = [one for one in (period, about) if one is not None]
    if len(named) != 1:
        mend = Text("name a period, or what it is about: a meeting or a case")
        raise Faulty([FieldProblem("period", Text("this parameter is required"), mend)])
    return Matter(kind, named[0])


def drawn(of: OfProgramme, matter: Matter) -> Drawn:
    """The document as things are known to the request; UnknownReport, PeriodTooEarly, Faulty, or Forbidden for a
    department."""
    if of.asked.scope.department is not None:
        mend = Text("ask as office, leader or analyst")
        raise Forbidden(Text("A report is about all departments."), mend=mend)
    ordered = {rule["id"] for rule in of.document.get("reports", ())}
    if matter.kind in _PAPERS and matter.kind not in ordered:
        return _PAPERS[matter.kind](of, matter.about)
    listed = matter.kind == _LIST["id"] and matter.kind not in ordered
    rule = _LIST if listed else rule_of(of.document, matter.kind)
    held = of.period(matter.about, None if listed else rule["every"])
    begun = begins_on(of.document, rule)
    if begun is not None and held.end.date() <= begun:
        raise PeriodTooEarly(field="period", mend=Text("name a period with days from {day} on", day=begun.isoformat()))
    about = Reported.within(of, held)
    told = content(about, rule, of.asked.known)
    final = told["over"] and told["complete"]
    return Drawn(told, end=held.end, final=final, undecided=told["undecided"])
