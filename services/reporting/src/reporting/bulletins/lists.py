"""The lists of a report: supervised cases, long-term ones, hot-spots, and what officials owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, select

from reporting.bulletins.tallies import Reported, Told
from reporting.queries import appraisal
from reporting.queries.cadres import cadres
from reporting.queries.cases import cases, is_open
from reporting.queries.hotspots import hotspots
from reporting.queries.issues import as_dict
from reporting.queries.moments import Moment
from reporting.read_model.tables import enterprises, ledger

MOST = 100
"""Rows of a table at the most; the report tells how many there are in all."""
MOST_LISTED = 1000
"""The same of a document that is this list alone."""
STATUSES = ("fulfilled", "late", "missed", "broken", "open")


def supervised(of: Reported, most: int = MOST) -> Told:
    """`total`, and the first cases of the supervision list as they stood at the end of the period, each with its
    enterprise's name and its events."""
    then = Moment(None, of.period.end)
    found = appraisal.supervision_list(of.connection, of.scope, of.programme, of.period, then)
    return {"total": len(found), "items": _with_enterprises(of, found[:most])}


def every_supervised(of: Reported) -> Told:
    """The same with up to MOST_LISTED cases."""
    return supervised(of, MOST_LISTED)


def long_term(of: Reported) -> Told:
    """`total`, and up to MOST cases that were tracked long term at the end of the period, the oldest first."""
    held = cases(Moment(None, of.period.end))
    where = (
        held.c.programme == of.programme,
        of.scope.cases(held),
        held.c.outcome == "long_term",
        is_open(held),
    )
    total = of.connection.scalar(select(func.count()).select_from(held).where(*where))
    columns = (held.c.case_id, held.c.enterprise, held.c.lead, held.c.reported_at, ledger.c.title)
    joined = held.join(ledger, ledger.c.case_id == held.c.case_id)
    rows: Select[Any] = select(*columns).select_from(joined).where(*where)
    found = of.connection.execute(rows.order_by(held.c.reported_at, held.c.case_id).limit(MOST))
    return {"total": total, "items": _with_enterprises(of, map(as_dict, found))}


def gathering(of: Reported, limit: int = 10) -> list[Told]:
    """Where the period's issues gathered: kind and lead department, the most first."""
    moment, filters = Moment(None, of.period.end), {"programme": of.programme}
    groups = ("kind", "department")
    return hotspots(of.connection, of.scope, filters, moment, groups, limit, within=of.period)


def owed(of: Reported) -> list[Told]:
    """What officials owed in the period, as it stood at its end: each duty with the number of periods by status, and
    who missed some."""
    then = Moment(None, of.period.end)
    by_rule: dict[tuple[str, str], Counter[str]] = {}
    missing: dict[tuple[str, str], Counter[str]] = {}
    for one in cadres(of.connection, of.scope, of.programme, of.document, of.period, then):
        key = (one["rule"], one["title"] or one["rule"])
        counted = by_rule.setdefault(key, Counter())
        counted.update(period["status"] for period in one["periods"])
        missed = sum(period["status"] in ("missed", "broken") for period in one["periods"])
        missing.setdefault(key, Counter())[one["name"] or one["person"]] += missed
    return [
        {"rule": rule, "title": title, **{status: counted[status] for status in STATUSES}}
        | {"missed_by": [[name, count] for name, count in missing[rule, title].most_common() if count]}
        for (rule, title), counted in sorted(by_rule.items())
    ]


def _with_enterprises(of: Reported, items: Iterable[dict[str, Any]]) -> list[Told]:
    listed = list(items)
    wanted = {item["enterprise"] for item in listed}
    rows = select(enterprises.c.enterprise_id, enterprises.c.name).where(enterprises.c.enterprise_id.in_(wanted))
    names = {row.enterprise_id: row.name for row in of.connection.execute(rows)}
    return [{**item, "enterprise_name": names.get(item["enterprise"])} for item in listed]
