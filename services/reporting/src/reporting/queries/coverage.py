"""Is anybody responsible for every enterprise? By team, by the authority of its industry, or by its township."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, select

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
    paired = _paired(connection, programme, moment)
    covered: Counter[str] = Counter()
    uncovered = []
    for enterprise in _registered(connection, scope, agency, moment):
        way = next((way for way in ways if _covers(way, enterprise, document, paired)), None)
        if way is None:
            uncovered.append({"enterprise": enterprise.enterprise_id, "name": enterprise.name, "tier": enterprise.tier})
        else:
            covered[way] += 1
    return {
        "enterprises": covered.total() + len(uncovered),
        "covered": {way: covered[way] for way in ways},
        "uncovered": uncovered,
        "tiers": _tiers(connection, programme, moment),
    }


def _covers(way: str, enterprise: Row[Any], document: Document, paired: set[str]) -> bool:
    if way == "team":
        return enterprise.enterprise_id in paired
    if way == "authority":
        return any(entry["industry"] == enterprise.industry for entry in document.get("authorities", ()))
    return any(entry["township"] == enterprise.township for entry in document.get("townships", ()))


def _registered(connection: Connection, scope: Scope, agency: str, moment: Moment) -> list[Row[Any]]:
    wanted = select(enterprises).where(enterprises.c.agency == agency, scope.rows(enterprises))
    if moment.before is not None:
        wanted = wanted.where(enterprises.c.registered_at < moment.before)
    return list(connection.execute(wanted.order_by(enterprises.c.name)))


def _paired(connection: Connection, programme: str, moment: Moment) -> set[str]:
    joined = team_enterprises.join(teams, teams.c.team_id == team_enterprises.c.team_id)
    wanted = select(team_enterprises.c.enterprise_id).select_from(joined).where(teams.c.programme == programme)
    if moment.before is not None:
        wanted = wanted.where(teams.c.formed_at < moment.before)
    return set(connection.scalars(wanted))


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
