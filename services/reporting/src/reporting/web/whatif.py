"""What the page of other rules asks and shows: its fields, what was typed in them, and the numbers that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select, tuple_

from eventkit.envelope import parse_instant
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.bulletins.tallies import Reported
from reporting.queries.clocks import clocks_at
from reporting.queries.working_days import EVERY_DAY
from reporting.read_model.tables import ledger, records
from reporting.web.opening import View
from reporting.whatif.days import days
from reporting.whatif.limits import MOST_DAYS, is_limit
from reporting.whatif.recounts import Clocks, Rules
from reporting.whatif.scales import Scales, scales
from reporting.whatif.sums import Named, Sums

LIMITS, POINTS, WEIGHTS = "limits", "points", "weights"
DAYS = ("from", "to")
SECTIONS = (LIMITS, POINTS, WEIGHTS)


def parameters_of(given: Mapping[str, str]) -> list[str]:
    """Those of an address that belong to the page: `limits.contact`, `points.miss`, `weights.resolution` and others."""
    return [name for name in given if name.partition(".")[0] in SECTIONS] + ["calendar", *DAYS]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: other limits or another calendar (None: neither), other points or weights, and of which days."""

    rules: Rules | None
    scales: Scales
    of: Reported

    @property
    def clocks(self) -> bool:
        """Whether deadlines are to be counted anew."""
        return self.rules is not None


def question(view: View) -> Question:
    """Of the view's address; Faulty names every field that cannot be."""
    given, of = view.request.query_params, view.of
    told = {section: _section(given, section) for section in SECTIONS}
    faults: list[FieldProblem] = _faulty_limits(view, told[LIMITS])
    calendar, period = given.get("calendar"), None
    if calendar is not None and calendar not in calendars(view):
        problem = Text("there is no calendar {value!r}", value=calendar)
        faults.append(FieldProblem("calendar", problem, Text("choose from the list")))
    asked = Scales()
    try:
        asked = scales(of.document, told[POINTS], told[WEIGHTS])
    except Faulty as error:
        faults += error.faults
    try:
        period = days(given.get("from"), given.get("to"), view.zone, view.now)
    except Faulty as error:
        faults += error.faults
    if faults or period is None:
        raise Faulty(faults)
    rules = Rules(told[LIMITS], calendar) if told[LIMITS] or calendar else None
    return Question(rules, asked, Reported.within(of, period))


def limited(view: View) -> list[Mapping[str, Any]]:
    """The programme's clocks that have a limit which may be another."""
    return [clock for clock in view.of.document.get("clocks", ()) if clock.get("limit") != "external"]


def calendars(view: View) -> list[str]:
    """The calendars that have been published, and that in which every day counts."""
    named = select(func.substr(records.c.stream, len("calendar-") + 1)).where(
        records.c.stream.startswith("calendar-"), records.c.version == 1
    )
    return [EVERY_DAY, *sorted(view.connection.scalars(named))]


def clocks_of(view: View, asked: Question) -> Clocks:
    """The clocks that the question is about."""
    until = view.of.document.get("observed_until")
    observed = None if until is None else parse_instant(until)
    about = (view.connection, view.asked.scope, view.of.id, view.asked.moment)
    return Clocks(*about, asked.of.period, view.now, observed)


@dataclass(frozen=True, slots=True)
class Worse:
    """A deadline that would have been missed or late: as it is, its issue's title, and what it would have been."""

    row: Row[Any]
    title: str
    would: Named


def worse(view: View, sums: Sums) -> Sequence[Worse]:
    """Those that the sums name, as far as the visitor may see their issues."""
    rows = clocks_at(view.asked.moment)
    would = {(one.case, one.clock, one.generation): one for one in sums.named}
    wanted = (
        select(rows, ledger.c.title)
        .join_from(rows, ledger, ledger.c.case_id == rows.c.case_id)
        .where(
            tuple_(rows.c.case_id, rows.c.clock, rows.c.generation).in_(would),
            rows.c.programme == view.of.id,
            view.asked.scope.cases(rows),
        )
        .order_by(rows.c.due_at, rows.c.case_id, rows.c.clock)
    )
    found = view.connection.execute(wanted) if would else ()
    return [Worse(row, row.title, would[row.case_id, row.clock, row.generation]) for row in found]


def _section(given: Mapping[str, str], section: str) -> dict[str, str]:
    """What was typed in the fields of a section, by what they are about."""
    named = {name.partition("."): value.strip() for name, value in given.items() if value.strip()}
    return {about: value for (of, _, about), value in named.items() if of == section}


def _faulty_limits(view: View, limits: Mapping[str, str]) -> list[FieldProblem]:
    known = [clock["id"] for clock in limited(view)]
    faults = []
    for clock, limit in limits.items():
        if clock not in known:
            problem = Text("the programme has no {name!r} here", name=clock)
            faults.append(FieldProblem(f"{LIMITS}.{clock}", problem, Text("use some of {known}", known=known)))
        elif not is_limit(limit):
            mend = Text("write 3wd, 10d, 4h or same_day, of {most} days at most", most=MOST_DAYS)
            faults.append(FieldProblem(f"{LIMITS}.{clock}", Text("{limit!r} is no limit", limit=limit), mend))
    return faults
