"""Is anybody responsible for every enterprise? By team, by the authority of its industry, or by its township."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, Subquery, case, func, literal, select

from eventkit.paging import Window
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries.because import Events, because
from reporting.queries.issues import as_dict
from reporting.queries.moments import Moment
from reporting.queries.relations import standing
from reporting.queries.scope import Scope
from reporting.read_model.tables import enterprises, team_enterprises, teams

Document = Mapping[str, Any]
BY = ("team", "authority", "township")
NOBODY = "nobody"
"""The way of an enterprise that none of these covers."""


def responsible(scope: Scope, programme: str, agency: str, document: Document, moment: Moment) -> Subquery:
    """One row per enterprise registered by the moment, with the `way` in which it is covered, or NOBODY.

    What counts is the programme's `coverage.by`, without one all of `BY`; an enterprise counts once, by the first.
    """
    covers = {
        "team": enterprises.c.enterprise_id.in_(_paired(programme, moment)),
        "authority": enterprises.c.industry.in_([entry["industry"] for entry in document.get("authorities", ())]),
        "township": enterprises.c.township.in_([entry["township"] for entry in document.get("townships", ())]),
    }
    ways = ways_of(document)
    way = case(*((covers[way], way) for way in ways), else_=NOBODY) if ways else literal(NOBODY)
    mine = [enterprises.c.agency == agency, scope.rows(enterprises)]
    if moment.before is not None:
        mine.append(enterprises.c.registered_at < moment.before)
    return select(enterprises, way.label("way")).where(*mine).subquery("responsible")


def ways_of(document: Document) -> tuple[str, ...]:
    """The ways that the programme counts, the first before the others."""
    return tuple(document.get("coverage", {}).get("by", BY))


def in_way(held: Subquery, document: Document, given: str | None) -> Select[Any]:
    """The enterprises that are covered in this way; None: all. Faulty for a way that the programme does not count."""
    rows = select(held)
    if given is None:
        return rows
    known = [*ways_of(document), NOBODY]
    if given not in known:
        problem = Text("{value!r} is no {name}", value=given, name="way")
        raise Faulty([FieldProblem("way", problem, Text("use one of {known}", known=known))])
    return rows.where(held.c.way == given)


def coverage(connection: Connection, held: Subquery, document: Document) -> dict[str, Any]:
    """How many enterprises there are, how many are covered by what, and how many by nobody. `held`: `responsible`."""
    grouped = connection.execute(select(held.c.way, func.count()).group_by(held.c.way))
    counts = {row[0]: int(row[1]) for row in grouped}
    covered = {way: counts.get(way, 0) for way in ways_of(document)}
    return {"enterprises": sum(counts.values()), "covered": covered, NOBODY: counts.get(NOBODY, 0)}


def because_of(connection: Connection, rows: Sequence[Row[Any]], programme: str, moment: Moment) -> list[Events]:
    """For each of these enterprises, how it was registered and, where a team covers it, how the team was formed.

    What an authority or a township covers follows from the programme's document.
    """
    registered = because(connection, "enterprises", rows, (), moment)
    teamed = _pairs(programme, moment).where(
        team_enterprises.c.enterprise_id.in_([row.enterprise_id for row in rows if row.way == "team"])
    )
    pairs = connection.execute(teamed.order_by(teams.c.formed_at, teams.c.team_id)).all()
    formed: defaultdict[str, Events] = defaultdict(list)
    for pair, events in zip(pairs, because(connection, "pairs", pairs, (), moment), strict=True):
        formed[pair.enterprise_id] += events
    return [[*events, *formed[row.enterprise_id]] for row, events in zip(rows, registered, strict=True)]


def uncovered(connection: Connection, held: Subquery, window: Window) -> list[Row[Any]]:
    """A page of the enterprises that nobody is responsible for, by name."""
    bare = select(held.c.enterprise_id.label("enterprise"), held.c.name, held.c.tier).where(held.c.way == NOBODY)
    return list(connection.execute(window.select(bare, held.c.name, held.c.enterprise_id)))


def _paired(programme: str, moment: Moment) -> Select[Any]:
    return _pairs(programme, moment).with_only_columns(team_enterprises.c.enterprise_id)


def _pairs(programme: str, moment: Moment) -> Select[Any]:
    joined = team_enterprises.join(teams, teams.c.team_id == team_enterprises.c.team_id)
    return select(team_enterprises).select_from(joined).where(teams.c.programme == programme, *standing(moment))


def tiers(connection: Connection, programme: str, moment: Moment) -> list[dict[str, Any]]:
    """Teams that stand, those of them with findings, and distinct enterprises, tier by tier."""
    joined = teams.outerjoin(team_enterprises, teams.c.team_id == team_enterprises.c.team_id)
    lacking = func.jsonb_array_length(teams.c.findings) > 0
    counted = (
        func.count(teams.c.team_id.distinct()).label("teams"),
        func.count(teams.c.team_id.distinct()).filter(lacking).label("with_findings"),
        func.count(team_enterprises.c.enterprise_id.distinct()).label("enterprises"),
    )
    held = teams.c.programme == programme
    wanted = select(teams.c.tier, *counted).select_from(joined).where(held, *standing(moment))
    rows = connection.execute(wanted.group_by(teams.c.tier).order_by(teams.c.tier))
    return [as_dict(row) for row in rows]
