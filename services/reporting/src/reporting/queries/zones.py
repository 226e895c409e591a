"""Zones of programmes. One that nobody knows counts as UTC: intake refuses it, but not in the oldest documents."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import ColumnElement, any_, case, func, literal_column, select

from reporting.read_model.tables import programmes


@cache
def known_zones() -> frozenset[str]:
    """The zones there are."""
    return frozenset(available_timezones())


def zone_of(name: str) -> ZoneInfo:
    """The zone of this name, or UTC."""
    return ZoneInfo(name if name in known_zones() else "UTC")


def month_of(instant: ColumnElement[Any], zone: ColumnElement[Any]) -> ColumnElement[Any]:
    """The month of an instant in a zone that is known, such as 2021-05; without a zone in UTC."""
    return func.to_char(func.timezone(func.coalesce(zone, "UTC"), instant), "YYYY-MM")


def _known() -> ColumnElement[Any]:
    """As a constant of the statement, which PostgreSQL hashes once; a parameter it would search for every row."""
    return literal_column(f"CAST('{{{','.join(sorted(known_zones()))}}}' AS text[])")


_told = programmes.c.document["zone"].astext
_zone = case((_told == any_(_known()), _told), else_="UTC").label("zone")
zones = select(programmes.c.programme_id, _zone).cte("zones").prefix_with("MATERIALIZED")
"""Programmes with their zone, read once in a statement: a document is long, and is unpacked whole for each reading."""
