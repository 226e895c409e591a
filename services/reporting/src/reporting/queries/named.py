"""Figures by name: what each of them counts in a programme, and by what it may be narrowed."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, FromClause, and_, select

from eventkit.errors import Problem
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries.desk import Asked
from reporting.queries.filters import Condition
from reporting.queries.measure import Measure
from reporting.queries.measures import MEASURES, RATES
from reporting.queries.pressing import PRESSING
from reporting.queries.weighing import WEIGHED, Document, weighed
from reporting.read_model.tables import enterprises, programmes

FIGURES = MEASURES | RATES | PRESSING
"""As they are counted where no programme weighs them."""
_GENERAL = FIGURES | {name: RATES[general] for name, general in WEIGHED.items()}


class UnknownMeasure(Problem):
    """There is no such measure."""

    slug = "unknown-measure"
    status = 404


def general(name: str) -> Measure:
    """The figure of this name as every programme may be asked for it; UnknownMeasure tells which there are."""
    if name not in _GENERAL:
        raise UnknownMeasure(field="measure", mend=Text("use one of {known}", known=sorted(_GENERAL)))
    return _GENERAL[name]


def of_document(name: str, document: Document | None) -> Measure:
    """The figure as this programme counts it: a rate that it weighs, with its exclusions."""
    own = weighed(document or {})
    return own[name][0] if name in own else general(name)


def of_asked(asked: Asked, name: str) -> Measure:
    """The figure as the programme that is asked about counts it."""
    programme = asked.filters.get("programme")
    held = select(programmes.c.document).where(programmes.c.programme_id == programme)
    return of_document(name, None if programme is None else asked.connection.scalar(held))


def narrowed(measure: Measure) -> Measure:
    """The measure with its groups as further filters, and `without`: what has no value for some of them."""
    groups: dict[str, Condition] = {group: _in_group(measure, group) for group in measure.group_names}
    return replace(measure, filters=groups | dict(measure.filters) | {"without": _without(measure)})


def _in_group(measure: Measure, group: str) -> Condition:
    return lambda rows, value: measure.group(group, rows) == value


def _without(measure: Measure) -> Condition:
    """What has no value for some of the groups, or is of an enterprise without a township."""
    names = [*measure.group_names, *(name for name in ("township",) if name in measure.filters)]

    def lacking(rows: FromClause, name: str) -> ColumnElement[bool]:
        if name != "township":
            return measure.group(name, rows).is_(None)
        somewhere = select(enterprises.c.enterprise_id).where(enterprises.c.township.is_not(None))
        return rows.c.enterprise.not_in(somewhere)

    def condition(rows: FromClause, value: str) -> ColumnElement[bool]:
        wanted = value.split(",")
        if not set(wanted) <= set(names):
            problem = Text("{value!r} is no {name}", value=value, name="without")
            raise Faulty([FieldProblem("without", problem, Text("use some of {known}", known=names))])
        return and_(*(lacking(rows, name) for name in wanted))

    return condition
