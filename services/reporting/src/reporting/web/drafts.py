"""What a programme can have drawn up: its reports period by period, the newest meetings, and the newest letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, and_, func, select

from eventkit.envelope import parse_instant
from reporting.bulletins.content import begins_on
from reporting.bulletins.kinds import kinds
from reporting.bulletins.matter import Drawn, Matter
from reporting.issuing.acts import outdated
from reporting.issuing.routes import ISSUERS
from reporting.issuing.shelf import standing_of
from reporting.queries.moments import Knowledge
from reporting.queries.periods import Every, names
from reporting.read_model.tables import ledger, records
from reporting.web.opening import View

MOST = 24
"""Periods, meetings and letters that are listed of each document, the newest ones."""
_HELD = ("session_held", "dispatch_held")


@dataclass(frozen=True, slots=True)
class Report:
    """A document about periods. `periods`: the newest first; `left_out`: how many older ones there are."""

    rule: Mapping[str, Any]
    periods: Sequence[str]
    left_out: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A document about a meeting or a case: its id, what it is called, and when it was held or assigned."""

    about: str
    called: str | None
    at: datetime | None


def editions(view: View, named: Matter, told: Drawn) -> tuple[Row[Any] | None, Row[Any] | None]:
    """The newest edition that was issued by the moment as of which is asked, and the newest one if issued since."""
    newest, as_of = standing_of(view.connection, view.of.id, named, told), view.asked.as_of
    if newest is None or as_of.before is None or newest.issued_at < as_of.before:
        return newest, None
    return standing_of(view.connection, view.of.id, named, told, as_of), newest


Offer = Literal["issue", "restate", "wait"]


def offer(view: View, told: Drawn, standing: Row[Any] | None) -> Offer | None:
    """What the visitor may do with a draft: issue it, or restate its newest edition `standing`, or do so only when its
    deadlines have been judged; None where there is nothing to issue, or he is none who does."""
    known_before = view.asked.as_of.before or view.known.watermark
    if view.caller.roles.isdisjoint(ISSUERS) or not told.final or known_before is None:
        return None
    if standing is not None and not outdated(standing, told, known_before, view.of.zone):
        return None
    if told.undecided and view.asked.as_of.before is None:
        return "wait"
    return "issue" if standing is None else "restate"


def instant(known: Knowledge) -> str | None:
    """The last instant of which everything is known, as an address names it."""
    return None if known.watermark is None else (known.watermark - timedelta(microseconds=1)).isoformat()


def reports_of(view: View) -> list[Report]:
    """The programme's reports, then its supervision list of months, with the periods from each one's beginning until
    now, or until the programme was last watched; none for a department, which drafts nothing."""
    if view.asked.scope.department is not None:
        return []
    document = view.of.document
    rules = {rule["id"]: rule for rule in document.get("reports", ())}
    until = document.get("observed_until")
    last = view.now if until is None else min(view.now, parse_instant(until))
    found = []
    for kind in sorted(kinds(view.of), key=lambda kind: kind["every"] == "list"):
        if kind["every"] is not None:
            every: Every = "month" if kind["every"] == "list" else kind["every"]
            begun = begins_on(document, rules.get(kind["id"], kind)) or view.now.astimezone(view.zone).date()
            held = names(every, begun, last.astimezone(view.zone).date())
            found.append(Report(kind, held[:MOST], max(0, len(held) - MOST)))
    return found


def papers_of(view: View) -> list[tuple[Mapping[str, Any], list[Paper]]]:
    """Minutes and letters that could be drawn up, each kind with the newest; none for a department, which drafts
    nothing."""
    if view.asked.scope.department is not None:
        return []
    listed = {"minutes": _meetings, "letter": _letters}
    about_none = [kind for kind in kinds(view.of) if kind["every"] is None]
    return [(kind, listed[kind["id"]](view)) for kind in about_none]


def _meetings(view: View) -> list[Paper]:
    """Joint sessions and dispatches that were held."""
    first, of = records.alias("first"), records.c
    rows = (
        select(of.stream, of.occurred_at, first.c.data["title"].astext.label("title"))
        .join(first, and_(first.c.stream == of.stream, first.c.version == 1))
        .where(func.split_part(of.type, ".", 3).in_(_HELD), first.c.data["programme"].astext == view.of.id)
        .order_by(of.occurred_at.desc(), of.stream)
        .limit(MOST)
    )
    return [Paper(row.stream.partition("-")[2], row.title, row.occurred_at) for row in view.connection.execute(rows)]


def _letters(view: View) -> list[Paper]:
    """Cases that were assigned by letter."""
    of = ledger.c
    rows = (
        select(of.case_id, of.letter, of.title, of.assigned_at)
        .where(of.programme == view.of.id, of.letter.is_not(None), view.asked.scope.cases(ledger))
        .order_by(of.assigned_at.desc().nulls_last(), of.case_id)
        .limit(MOST)
    )
    return [Paper(row.case_id, f"{row.letter} {row.title}", row.assigned_at) for row in view.connection.execute(rows)]
