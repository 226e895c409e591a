"""Is anybody responsible for every enterprise? By team, by the authority of its industry, or by its township."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, case, func, null, select

from reporting.queries.issues import as_dict
from reporting.queries.moments import Moment
from reporting.queries.scope import Scope
from reporting.read_model.tables import enterprises, team_enterprises, teams

Document = Mapping[str, Any]
BY = ("team", "authority", "township")


def coverage(
    connection: Connection, scope: Scope, programme: str, agency: str, document: Document, moment: Moment
) -> dict[str, Any]:
    """How many enterprises are covered by what, who is not, and the teams of each tier, as registered by the moment.

    What counts is the programme's `coverage.by`, without one all of `BY`; an enterprise counts once, by the first.
    """
    ways = document.get("coverage", {}).get("by", BY)
    covers = {
        "team": enterprises.c.enterprise_id.in_(_paired(programme, moment)),
        "authority": enterprises.c.industry.in_([entry["industry"] for entry in document.get("authorities", ())]),
        "township": enterprises.c.township.in_([entry["township"] for entry in document.get("townships", ())]),
    }
    way = case(*((covers[way], way) for way in ways)) if ways else null()
    mine = [enterprises.c.agency == agency, scope.rows(enterprises)]
    if moment.before is not None:
        mine.append(enterprises.c.registered_at < moment.before)
    columns = (enterprises.c.enterprise_id.label("enterprise"), enterprises.c.name, enterprises.c.tier)
    held = select(*columns, way.label("way")).where(*mine).subquery()
    grouped = connection.execute(select(held.c.way, func.count()).group_by(held.c.way))
    counts = {row[0]: int(row[1]) for row in grouped}
    bare = select(held.c.enterprise, held.c.name, held.c.tier).where(held.c.way.is_(None)).order_by(held.c.name)
    return {
        "enterprises": sum(counts.values()),
        "covered": {way: counts.get(way, 0) for way in ways},
        "uncovered": [{str(name): value for name, value in row.items()} for row in connection.execute(bare).mappings()],
        "tiers": _tiers(connection, programme, moment),
    }


def _paired(programme: str, moment: Moment) -> Select[Any]:
    joined = team_enterprises.join(teams, teams.c.team_id == team_enterprises.c.team_id)
    wanted = select(team_enterprises.c.enterprise_id).select_from(joined).where(teams.c.programme == programme)
    return wanted if moment.before is None else wanted.where(teams.c.formed_at < moment.before)


def _tiers(connection: Connection, programme: str, moment: Moment) -> list[dict[str, Any]]:
    """Teams, those of them with findings, and distinct enterprises, tier by tier."""
    joined = teams.outerjoin(team_enterprises, teams.c.team_id == team_enterprises.c.team_id)
    lacking = func.jsonb_array_length(teams.c.findings) > 0
    counted = (
        func.count(teams.c.team_id.distinct()).label("teams"),
        func.count(teams.c.team_id.distinct()).filter(lacking).label("with_findings"),
        func.count(team_enterprises.c.enterprise_id.distinct()).label("enterprises"),
    )
    wanted = select(teams.c.tier, *counted).select_from(joined).where(teams.c.programme == programme)
    if moment.before is not None:
        wanted = wanted.where(teams.c.formed_at < moment.before)
    rows = connection.execute(wanted.group_by(teams.c.tier).order_by(teams.c.tier))
    return [as_dict(row) for row in rows]
