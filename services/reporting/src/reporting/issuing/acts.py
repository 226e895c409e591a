"""Issuing a document: drawn up as of one instant, compared with the one that stands, frozen with its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, Row, func, insert, select, text

from eventkit.catalogues import LANGUAGES
from eventkit.ids import uid
from eventkit.text import Text
from reporting.bulletins.drawing import Header, draw
from reporting.bulletins.kinds import drawn
from reporting.bulletins.matter import Drawn, Matter
from reporting.issuing.causes import Span, causes
from reporting.issuing.changes import changes
from reporting.issuing.errors import DeadlinesUndecided, NothingChanged, PeriodNotOver
from reporting.issuing.freezing import canonical, digest, directory_known, other_rules, pins, same
from reporting.issuing.printing import files
from reporting.issuing.shelf import place, standing_of
from reporting.issuing.tables import documents, renditions
from reporting.queries.desk import look
from reporting.queries.filters import check_known
from reporting.queries.moments import NOW, Moment
from reporting.queries.programme_routes import OfProgramme

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_CLOCK = text("SELECT clock_timestamp()")


@dataclass(frozen=True, slots=True)
class Order:
    """Who has what issued. `due_at`: the programme's schedule does, for this instant; `folder`: the Word templates."""

    matter: Matter
    by: str
    folder: Path | None = None
    due_at: datetime | None = None


def issue(of: OfProgramme, order: Order) -> str | None:
    """The id of the document that was issued; the caller commits.

    As of the instant that was asked for, else of all that is known. A schedule gets None where the matter has been
    issued already. Raises PeriodNotOver, DeadlinesUndecided, NothingChanged, and what drawing it up raises.

    DeadlinesUndecided only where no instant was asked for. What was known at an instant, a schedule's too, never
    decides more however long it waits, and supervision holds the clocks of a case of which an event stands aside: so
    a document of an instant is issued, and tells how many deadlines it leaves undecided.
    """
    connection = of.asked.connection
    connection.execute(_LOCK, {"name": f"issued/{of.id}/{order.matter.kind}"})
    held = as_known(of)
    told = drawn(held, order.matter)
    standing = standing_of(connection, of.id, order.matter, told)
    if standing is not None and order.due_at is not None:
        return None
    if not told.final:
        raise PeriodNotOver(mend=Text("issue it when the period is over; until then read its draft"))
    before = held.asked.as_of.before
    assert before is not None
    news = standing is None or outdated(standing, told, before, held.zone)
    if told.undecided and news and of.asked.as_of.before is None:
        raise _undecided(told.undecided)
    content = {"told": told.content, "pins": pins(held, before)}
    look(connection, NOW)
    return _freeze(connection, held, order, told, content, standing)


def outdated(standing: Row[Any], told: Drawn, known_before: datetime, zone: ZoneInfo) -> bool:
    """Whether a document prints something else than its newest edition, by what became known later."""
    former, after = orjson.loads(standing.content)["told"], orjson.loads(canonical(told.content))
    return known_before > standing.known_before and not same(former, after, zone)


def as_known(of: OfProgramme) -> OfProgramme:
    """The programme as it is known by all watermarks, or was at the instant that was asked for; PeriodNotOver when
    not everything that was known then has come in yet."""
    asked = of.asked
    known = asked.known
    if not known.complete(NOW) or known.watermark is None:
        mend = Text("try again when everything up to then has been read: see bugle status")
        raise PeriodNotOver(Text("Not everything that was known by then has been read yet."), mend=mend)
    as_of = asked.as_of if asked.as_of.before is not None else Moment(None, known.watermark)
    look(asked.connection, as_of)
    check_known(asked.connection, asked.scope, asked.filters)
    return OfProgramme(replace(asked, as_of=as_of, known=replace(known, as_of=as_of)))


def _undecided(count: int) -> DeadlinesUndecided:
    problem = Text("Deadlines due before the end of the period that have not been judged yet: {count}.", count=count)
    mend = Text(
        "try again when supervision has judged them, which it does once it has known them for the programme's grace;"
        " or issue the document as of an instant (as_of): it then says how many are open"
    )
    return DeadlinesUndecided(problem, mend=mend)


def _freeze(
    connection: Connection,
    held: OfProgramme,
    order: Order,
    told: Drawn,
    content: dict[str, Any],
    standing: Row[Any] | None,
) -> str:
    known_before = content["pins"]["known_before"]
    if standing is not None:
        content["restates"] = _restated(connection, held, standing, told, content["pins"])
    at = connection.scalar(_CLOCK)
    assert at is not None
    kept, matter = canonical(content), order.matter
    about, edition = place(connection, held.id, matter, standing)
    id = str(uid("document", held.id, matter.kind, about, edition))
    header = Header(*_number(connection, held, matter.kind, at), at, digest(kept))
    row = {
        "document": id, "agency": held.agency, "programme": held.id, "kind": matter.kind, "about": about,
        "edition": edition, "year": header.year, "serial": header.serial, "units": told.units,
        "restates": None if standing is None else standing.document, "known_before": known_before,
        "content": kept, "digest": header.digest, "issued_by": order.by, "issued_at": at, "due_at": order.due_at,
    }  # fmt: skip
    connection.execute(insert(documents), row)
    markdown = {language: draw(content, language, held.zone, header) for language in LANGUAGES}
    made = files(markdown, matter.kind, at, order.folder)
    connection.execute(insert(renditions), [file.row(id) for file in made])
    return id


def _restated(
    connection: Connection, held: OfProgramme, standing: Row[Any], told: Drawn, pinned: Mapping[str, Any]
) -> dict[str, Any]:
    """What is restated, what changed, by which other rules and why; NothingChanged where nothing did, or it is known no
    later."""
    known_before = pinned["known_before"]
    if not outdated(standing, told, known_before, held.zone):
        raise NothingChanged(mend=Text("read the one that stands: /v1/issued/{document}", document=standing.document))
    kept: Mapping[str, Any] = orjson.loads(standing.content)
    span = Span(held.id, held.agency, standing.known_before, known_before, told.end or known_before, told.only)
    return {
        "document": standing.document,
        "year": standing.year,
        "serial": standing.serial,
        "known_before": standing.known_before,
        "changes": changes(kept["told"], orjson.loads(canonical(told.content))),
        "rules": other_rules(
            {**kept["pins"], "directory": directory_known(connection, held.agency, standing.known_before)},
            {**pinned, "directory": directory_known(connection, held.agency, known_before)},
        ),
        "causes": causes(connection, span),
    }


def _number(connection: Connection, held: OfProgramme, kind: str, at: datetime) -> tuple[int, int]:
    """The year in the programme's zone, and the next number of this kind in it."""
    year = at.astimezone(held.zone).year
    of_year = (documents.c.programme == held.id, documents.c.kind == kind, documents.c.year == year)
    last = connection.scalar(select(func.max(documents.c.serial)).where(*of_year))
    return year, (last or 0) + 1
