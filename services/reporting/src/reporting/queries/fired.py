"""Which events of cases, and of what is kept beside them, stand, and for whom each counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Text,
    and_,
    any_,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine

from reporting.projections.case_event import short_type
from reporting.queries.scope import Scope
from reporting.read_model.tables import ledger, records, timeline, traits


class Fired(NamedTuple):
    """An event of a case, or of what is kept beside cases, that was not withdrawn. `unit`: for whom it counts.

    That is the unit it names, else the lead that the case had at that moment. The case of a duty is in what opened it:
    `opened` is the data of the first event of such a stream.
    """

    event_id: str
    name: str
    at: datetime
    case_id: str | None
    unit: str | None
    data: dict[str, Any]
    opened: dict[str, Any]


class About(NamedTuple):
    """Which events are wanted: about these cases, for this unit, of issues that are `synthetic` or of all others; and
    which fields of their data. None: all. `recorded`: of what is kept beside cases alone."""

    cases: Collection[str] | None = None
    unit: str | None = None
    fields: Collection[str] | None = None
    synthetic: bool | None = None
    recorded: bool = False


EVERYTHING = About()


def fired(
    connection: Connection,
    scope: Scope,
    programme: str,
    names: Iterable[str],
    begin: datetime,
    end: datetime,
    about: About = EVERYTHING,
) -> list[Fired]:
    """Events of these short types in [begin, end) of the programme's cases, and of its records, that stand.

    Of the whole agency: an event counts for its unit also when another has the case now.
    """
    sought = _Sought(scope, programme, types_of(names), begin, end, about)
    found = list(_of_records(connection, sought))
    if not about.recorded:
        found += _of_cases(connection, sought)
    gone = _withdrawn(connection, {one.case_id for one in found if one.case_id is not None}, begin)
    return sorted((one for one in found if one.event_id not in gone), key=lambda one: (one.at, one.event_id))


def types_of(names: Iterable[str]) -> list[str]:
    """The full types of these short ones."""
    return [f"bugle.{service}.{name}.v{n}" for name in sorted(set(names)) for service in _SERVICES for n in (1, 2)]


_SERVICES = ("intake", "routing", "supervision")


class _Sought(NamedTuple):
    """Events of these full types, in [begin, end)."""

    scope: Scope
    programme: str
    types: list[str]
    begin: datetime
    end: datetime
    about: About

    def fits(
        self, of: FromClause, case: ColumnElement[Any], kind: TypeEngine[Any], unit: ColumnElement[Any]
    ) -> tuple[ColumnElement[bool], ...]:
        """By type, time, case and unit, of a table of events; `kind`: of its `case`. Cases may be very many."""
        cases = self.about.cases
        among = true() if cases is None else case == any_(cast(sorted(cases), ARRAY(kind)))
        whose = true() if self.about.unit is None else unit == self.about.unit
        return of.c.type.in_(self.types), of.c.occurred_at >= self.begin, of.c.occurred_at < self.end, among, whose

    def made(self, synthetic: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
        """By whether the case was made up."""
        return () if self.about.synthetic is None else (synthetic.is_(self.about.synthetic),)

    def told(self, data: ColumnElement[Any]) -> ColumnElement[Any]:
        """The wanted fields of an event's data: whole, it is most of what a long list costs."""
        if self.about.fields is None:
            return data
        pairs = (part for name in sorted(self.about.fields) for part in (literal(name), data[name]))
        return func.jsonb_strip_nulls(func.jsonb_build_object(*pairs, type_=JSONB), type_=JSONB)


def _of_cases(connection: Connection, sought: _Sought) -> Iterable[Fired]:
    then = and_(
        traits.c.case_id == timeline.c.case_id,
        traits.c.from_at <= timeline.c.occurred_at,
        or_(traits.c.to_at.is_(None), traits.c.to_at > timeline.c.occurred_at),
    )
    lead = select(traits.c.lead).where(then).correlate(timeline).scalar_subquery()  # asked for where no unit is named
    joined = timeline.join(ledger, ledger.c.case_id == timeline.c.case_id)
    unit, data = func.coalesce(timeline.c.data["unit"].astext, lead), sought.told(timeline.c.data)
    rows = connection.execute(
        select(timeline.c.event_id, timeline.c.type, timeline.c.occurred_at, ledger.c.case_id, unit, data)
        .select_from(joined)
        .where(
            ledger.c.programme == sought.programme,
            sought.scope.rows(ledger),
            *sought.made(ledger.c.synthetic),
            *sought.fits(timeline, timeline.c.case_id, timeline.c.case_id.type, unit),
        )
    )
    return (Fired(row[0], short_type(row[1]), *row[2:], {}) for row in rows)


def _of_records(connection: Connection, sought: _Sought) -> Iterable[Fired]:
    first = records.alias("first")
    case = func.coalesce(records.c.data["case"].astext, first.c.data["case"].astext)
    of_case = select(ledger.c.synthetic).where(ledger.c.case_id == cast(case, ledger.c.case_id.type)).scalar_subquery()
    unit, data = records.c.data["unit"].astext, (sought.told(of.c.data) for of in (records, first))
    rows = connection.execute(
        select(records.c.event_id, records.c.type, records.c.occurred_at, case, unit, *data)
        .select_from(records.join(first, first.c.stream == records.c.stream))
        .where(
            first.c.version == 1,
            first.c.data["programme"].astext == sought.programme,
            *sought.made(func.coalesce(of_case, false())),
            *sought.fits(records, case, Text(), unit),
        )
        .where(*(() if sought.scope.agency is None else (first.c.data["agency"].astext == sought.scope.agency,)))
    )
    return (Fired(row[0], short_type(row[1]), *row[2:]) for row in rows)


_WITHDRAWN = text(
    """
    SELECT CAST(w->>'event' AS uuid) FROM timeline t, jsonb_array_elements(t.data->'withdrawn') AS w
    WHERE t.type IN ('bugle.supervision.misses_rescinded.v1', 'bugle.supervision.misses_rescinded.v2')
        AND t.occurred_at >= :begin AND t.case_id = ANY(CAST(:cases AS uuid[]))
    UNION ALL
    SELECT CAST(w AS uuid) FROM records r, jsonb_array_elements_text(r.data->'withdrawn') AS w
    WHERE r.type = 'bugle.supervision.duty_rescinded.v1' AND r.occurred_at >= :begin
    UNION ALL
    SELECT issued.event_id FROM records r JOIN records issued ON issued.stream = r.stream
    WHERE issued.version = 1 AND r.type = 'bugle.supervision.supervision_letter_withdrawn.v1'
        AND r.occurred_at >= :begin
    """
)


def _withdrawn(connection: Connection, cases: set[str], begin: datetime) -> set[str]:
    """Ids of what was withdrawn. A withdrawal bears the moment of the last of what it withdraws, or a later one."""
    return set(map(str, connection.scalars(_WITHDRAWN, {"cases": sorted(cases), "begin": begin})))
