"""Documents that every programme has beside its reports: minutes of meetings, and assignment letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, exists, select

from eventkit.errors import Problem
from eventkit.text import Text
from reporting.bulletins.departments import unit_names
from reporting.bulletins.matter import Drawn
from reporting.bulletins.tallies import Reported
from reporting.projections.case_event import short_type
from reporting.queries.fired import types_of
from reporting.queries.programme_routes import OfProgramme
from reporting.read_model.tables import clocks, enterprises, ledger, records, timeline

Told = dict[str, Any]
NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "minutes": {"zh": "会议纪要", "en": "Meeting minutes"},
    "letter": {"zh": "交办函", "en": "Assignment letter"},
}
"""What they are called. A programme's own report of the same id precedes them."""


class UnknownMatter(Problem):
    """There is no such meeting with minutes, and no such case that was assigned by letter."""

    slug = "unknown-matter"
    status = 404


def minutes(of: OfProgramme, about: str) -> Drawn:
    """The minutes of a joint session or a dispatch that was held; `about` is its id."""
    rows = _stream(of, about)
    held = next((row for row in rows if short_type(row.type) in ("session_held", "dispatch_held")), None)
    if held is None:
        raise UnknownMatter(field="about", mend=Text("write the id of a session or dispatch that was held"))
    called: Told = rows[0].data
    items = called.get("items", [])
    units = list(called.get("units", [])) or sorted({item["unit"] for item in items})
    told = {
        "held_at": held.occurred_at,
        "title": called.get("title"),
        "place": called.get("place"),
        "present": held.data.get("present", units),
        "absent": held.data.get("absent", []),
        "minutes": held.data["minutes"],
        "cases": _cases(of, [*called.get("cases", []), *(item["case"] for item in items if item.get("case"))]),
        "items": items,
    }
    return _drawn(of, "minutes", about, told, held.occurred_at, units)


def letter(of: OfProgramme, about: str) -> Drawn:
    """The letter by which a case was assigned last; `about` is the case's id."""
    id = _case(about)
    found = of.asked.connection.execute(
        select(ledger, enterprises.c.name.label("enterprise_name"))
        .outerjoin(enterprises, enterprises.c.enterprise_id == ledger.c.enterprise)
        .where(ledger.c.case_id == id, ledger.c.programme == of.id, of.asked.scope.cases(ledger))
    ).first()
    if found is None or found.letter is None:
        raise UnknownMatter(field="about", mend=Text("write the id of a case that was assigned by letter"))
    shown = (
        "title",
        "kind",
        "lead",
        "supporting",
        "letter",
        "meeting",
        "enterprise_name",
        "reported_at",
    )
    told: Told = {name: getattr(found, name) for name in shown}
    sent = _sent(of, id, found.letter)
    told |= {"number": found.letter, "assigned_at": sent.occurred_at}
    told["deadlines"] = _deadlines(of, id, found.lead, sent.data["round"])
    return _drawn(of, "letter", id, told, sent.occurred_at, [found.lead, *found.supporting])


def _case(about: str) -> str:
    try:
        return str(UUID(about))
    except ValueError:
        raise UnknownMatter(field="about", mend=Text("write the id of a case that was assigned by letter")) from None


def _drawn(of: OfProgramme, kind: str, only: str, told: Told, at: datetime, units: list[str]) -> Drawn:
    """`at`: the day that the document bears."""
    about = Reported.within(of, of.period(f"{at:%Y-%m}"))
    content = {
        "programme": {"id": of.id, **of.document["title"]},
        "report": {"id": kind, **NAMES[kind], "every": kind},
        "known_until": of.asked.known.watermark,
        "units": unit_names(about),
        "kinds": {one["id"]: {"zh": one["zh"], "en": one["en"]} for one in of.document.get("kinds", ())},
        **told,
    }
    return Drawn(content, units, only=only, number=told.get("number"))


def _stream(of: OfProgramme, about: str) -> list[Row[Any]]:
    """The events of a session or dispatch of the programme."""
    names = [f"{kind}-{about}" for kind in ("session", "dispatch")]
    rows = select(records).where(records.c.stream.in_(names)).order_by(records.c.version)
    found = list(of.asked.connection.execute(rows))
    return found if found and found[0].data.get("programme") == of.id else []


def _cases(of: OfProgramme, ids: list[str]) -> list[Told]:
    """Title and lead of each case, in the order given."""
    columns = (ledger.c.case_id, ledger.c.title, ledger.c.lead)
    rows = of.asked.connection.execute(select(*columns).where(ledger.c.case_id.in_(ids)))
    held = {row.case_id: {"case": row.case_id, "title": row.title, "lead": row.lead} for row in rows}
    return [held[id] for id in dict.fromkeys(ids) if id in held]


def _sent(of: OfProgramme, case: str, letter: str) -> Row[Any]:
    """The assignment by which the letter was sent."""
    sent = select(timeline).where(timeline.c.case_id == case, timeline.c.data["letter"].astext == letter)
    return of.asked.connection.execute(sent.order_by(timeline.c.occurred_at)).all()[-1]


def _deadlines(of: OfProgramme, case: str, lead: str | None, round_: int) -> list[Told]:
    """What the lead has to do until when, by the clocks of the letter's round that run or have been met."""
    titles = {one["id"]: {"zh": one["zh"], "en": one["en"]} for one in of.document.get("clocks", ()) if "zh" in one}
    started = exists().where(
        timeline.c.case_id == clocks.c.case_id,
        timeline.c.type.in_(types_of(["clock_started"])),
        timeline.c.data["clock"].astext == clocks.c.clock,
        timeline.c.data["generation"].as_integer() == clocks.c.generation,
        timeline.c.data["round"].as_integer() == round_,
    )
    wanted = select(clocks).where(
        clocks.c.case_id == case, clocks.c.unit == lead, clocks.c.cancelled_at.is_(None), started
    )
    rows = of.asked.connection.execute(wanted.order_by(clocks.c.due_at, clocks.c.clock))
    named = ((row, titles.get(row.clock, {"zh": row.clock, "en": row.clock})) for row in rows)
    return [{"clock": row.clock, **title, "due_at": row.due_at, "provisional": row.provisional} for row, title in named]
