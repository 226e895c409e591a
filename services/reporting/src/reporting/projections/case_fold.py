"""All rows of one case from the set of its events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from reporting.projections.case_event import CaseEvent, in_timeline_order
from reporting.projections.clocks import ClockRow, clock_rows, counts, standing
from reporting.projections.workflow import DATED, Course, walk

Row = tuple[Any, ...]


class CaseRows(NamedTuple):
    """Rows in the column order of reporting.read_model.tables; `ledger` holds one row at most."""

    ledger: list[Row]
    spans: list[Row]
    traits: list[Row]
    clocks: list[ClockRow]


NOTHING = CaseRows([], [], [], [])


def fold_case(case: str, events: Iterable[CaseEvent]) -> CaseRows:
    """The rows of a case from its distinct events, given in any order.

    Routing's and supervision's events can be here before the issue's own; until that has come there are no rows.
    """
    timeline = in_timeline_order(events)
    course = walk(timeline)
    if course.issue is None:
        return NOTHING
    stand = standing(timeline)
    return CaseRows(
        [_ledger(case, course, course.issue, stand)],
        [(case, n, state, start, end) for n, state, start, end in _intervals(course.spans)],
        [(case, n, start, end, *traits) for n, traits, start, end in _intervals(course.traits)],
        clock_rows(case, stand),
    )


def _intervals(changes: Sequence[tuple[datetime, Any]]) -> list[tuple[int, Any, datetime, datetime | None]]:
    """(ordinal from 1, value, from, to) of values that each hold until the next."""
    ends = [at for at, _ in changes[1:]] + [None]
    return [(n, value, at, end) for n, ((at, value), end) in enumerate(zip(changes, ends, strict=True), start=1)]


def _ledger(case: str, course: Course, issue: CaseEvent, stand: Sequence[CaseEvent]) -> Row:
    said = issue.data
    source = said.get("ledger") or {}
    assigned, received, accepted, contacted, planned, result, fed_back, verified, closed = map(
        course.dates.get, DATED.values()
    )
    cards, level, misses = counts(stand)
    return (
        case, said["programme"], said["agency"], said["enterprise"], course.title, course.kind, course.batch,
        course.jurisdiction, source.get("name"), None if source.get("row") is None else str(source["row"]),
        said["synthetic"], course.lead, course.supporting, course.letter, course.meeting, issue.occurred_at, assigned,
        received, accepted, contacted, planned, result, course.outcome, fed_back, verified, course.satisfaction, closed,
        course.round, course.state, cards, level, misses, course.grade, course.owner, course.passed_to, course.cause,
        course.links.get("part_of"), course.links.get("recurrence"), course.merged_into, course.withdrawn,
        course.transfers,
    )  # fmt: skip
