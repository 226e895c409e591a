"""By what a number is counted: the versions of programmes and, of clocks, those that each of them ran by."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from reporting.queries.behind import Asking
from reporting.queries.issues import as_dict
from reporting.queries.scope import Scope
from reporting.read_model.tables import programmes, timeline

ALL = Scope(None, None)
"""For a programme that the caller has been found to see."""
_STARTED = ("bugle.supervision.clock_started.v1", "bugle.supervision.clock_started.v2")


def basis(connection: Connection, asking: Asking, programme: str | None) -> dict[str, Any]:
    """`programmes`: id, version and since when, by which weights, exclusions and days are counted now; `clocks`: by
    which versions of programme and calendar the counted deadlines ran, and how many did (`rows`)."""
    told = programme_basis(connection, programme, asking.scope)
    return {**told, "clocks": _clocks(connection, asking) if asking.measure.by_clock else []}


def programme_basis(connection: Connection, programme: str | None, scope: Scope = ALL) -> dict[str, Any]:
    """The version of one programme, or of each that may be seen; and no clocks."""
    wanted = select(programmes.c.programme_id.label("programme"), programmes.c.version, programmes.c.published_at)
    wanted = wanted.where(scope.rows(programmes)).order_by(programmes.c.programme_id)
    if programme is not None:
        wanted = wanted.where(programmes.c.programme_id == programme)
    told: list[Row[Any]] = list(connection.execute(wanted))
    return {"programmes": [as_dict(row) for row in told], "clocks": []}


def _clocks(connection: Connection, asking: Asking) -> list[dict[str, Any]]:
    rows, where = asking.rows()
    said = timeline.c.data
    began = and_(
        timeline.c.case_id == rows.c.case_id,
        timeline.c.type.in_(_STARTED),
        said["clock"].astext == rows.c.clock,
        said["generation"].as_integer() == rows.c.generation,
    )
    versions = (
        rows.c.programme,
        said["policy_version"].as_integer().label("policy_version"),
        said["calendar"].astext.label("calendar"),
        said["calendar_version"].as_integer().label("calendar_version"),
    )
    counted = select(*versions, func.count().label("rows")).select_from(rows.join(timeline, began)).where(*where)
    return [as_dict(row) for row in connection.execute(counted.group_by(*versions).order_by(*versions))]
