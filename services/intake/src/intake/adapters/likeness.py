"""Issues that may be told twice, found among those of the same enterprise."""

from __future__ import annotations

from typing import Any

from rapidfuzz.distance import Indel
from sqlalchemy import Connection, RowMapping, or_, select

from intake.adapters.tables import issues, programmes
from intake.domain import likeness
from intake.domain.programme import Programme

AT_MOST = 20
"""Suggestions for one issue; whoever has more of them has another problem."""
LOOKED_AT = 1000


def duplicates(connection: Connection, issue: RowMapping) -> list[dict[str, Any]]:
    """Issues of the same enterprise and programme, not of another kind, the most alike first; `score` in percent.

    Issues that were merged or withdrawn are not among them.
    """
    found = connection.execute(select(programmes).where(programmes.c.programme == issue["programme"])).mappings().one()
    programme = Programme(found["programme"], found["version"], found["agency"], found["document"])
    wanted = likeness.search(programme)
    query = (
        select(issues.c.issue, issues.c.title, issues.c.kind, issues.c.reported_at, issues.c.answer)
        .where(
            issues.c.enterprise == issue["enterprise"],
            issues.c.programme == issue["programme"],
            issues.c.issue != issue["issue"],
            issues.c.reported_at.between(issue["reported_at"] - wanted.within, issue["reported_at"] + wanted.within),
            or_(issues.c.merger.is_(None), issues.c.merger == "refused"),
            or_(issues.c.withdrawal.is_(None), issues.c.withdrawal == "refused"),
        )
        .order_by(issues.c.reported_at.desc())
        .limit(LOOKED_AT)
    )
    if issue["kind"] is not None:
        query = query.where(or_(issues.c.kind == issue["kind"], issues.c.kind.is_(None)))
    scored = [
        {**row, "score": likeness.score(issue["title"], row["title"], Indel.normalized_similarity)}
        for row in connection.execute(query).mappings()
    ]
    alike = [one for one in scored if one["score"] >= wanted.score]
    return sorted(alike, key=lambda one: (-one["score"], one["issue"]))[:AT_MOST]
