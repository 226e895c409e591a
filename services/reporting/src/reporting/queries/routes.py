"""The GET routes. Every answer tells the moment it holds for, its filters and whether anything is still missing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Engine, select

from eventkit.paging import Window, keyset, page
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries.clocks import clocks_at
from reporting.queries.desk import PAGING, At, Desk, Who, parameters, reads
from reporting.queries.evidence_routes import evidence_routes
from reporting.queries.figures import figure
from reporting.queries.filters import OF_CASES, Condition, conditions, equals, status
from reporting.queries.hotspots import GROUPS, MOST, checked_groups, hotspots
from reporting.queries.issues import as_dict, case_id, ledger_of, ledger_rows, timeline_of
from reporting.queries.measure import Measure
from reporting.queries.named import FIGURES, general, of_asked
from reporting.queries.programme_routes import programme_routes
from reporting.queries.rate_routes import rate_routes
from reporting.queries.reproof_routes import reproof_routes
from reporting.queries.work import item, work

_OF_CLOCKS: dict[str, Condition] = OF_CASES | {"clock": equals("clock"), "status": status}
_CLOCK_COLUMNS = [
    "case_id",
    "clock",
    "generation",
    "ledger_row",
    "programme",
    "lead",
    "unit",
    "started_at",
    "due_at",
    "stopped_at",
    "cancelled_at",
    "status",
    "provisional",
    "synthetic",
]


def routes(engine: Engine) -> APIRouter:
    """All reads, over an engine that stays the caller's."""
    router, desk = reads(), Desk(engine)
    for add in (_add_ledger, _add_work, _add_timeline, _add_clocks, _add_figures, _add_hotspots):
        add(router, desk)
    router.include_router(evidence_routes(desk))
    router.include_router(rate_routes(desk))
    router.include_router(programme_routes(desk))
    router.include_router(reproof_routes(desk))
    return router


def _add_ledger(router: APIRouter, desk: Desk) -> None:
    @router.get("/ledger", response_class=Response, openapi_extra=parameters(OF_CASES))
    def ledger(
        request: Request, who: Who, window: Annotated[Window, Depends(keyset(datetime, UUID))], at: At = None
    ) -> Response:
        """Issues by the time of their report, as they stood `at` the end of a day or at an instant."""
        with desk.asked(who, request, OF_CASES, *PAGING) as asked:
            rows = ledger_rows(asked, window)
            held = ledger_of(asked.connection, [row.case_id for row in rows], asked.moment)
            body = page(
                rows, window, key=lambda row: (row.reported_at, row.case_id), item=lambda row: held[row.case_id]
            )
            return asked.answer(body)


def _add_work(router: APIRouter, desk: Desk) -> None:
    @router.get("/work", response_class=Response, openapi_extra=parameters(OF_CASES))
    def work_list(request: Request, who: Who, window: Annotated[Window, Depends(keyset(datetime, UUID))]) -> Response:
        """Open issues with their next deadline, the earliest first; a department's own deadlines only."""
        with desk.asked(who, request, OF_CASES, "limit", "after") as asked:
            rows = work(asked.connection, asked.scope, asked.filters, window)
            return asked.answer(page(rows, window, key=lambda row: (row.due, row.case_id), item=item))


def _add_timeline(router: APIRouter, desk: Desk) -> None:
    @router.get("/issues/{case}/timeline", response_class=Response)
    def timeline(case: str, request: Request, who: Who, at: At = None) -> Response:
        """Everything that happened to an issue, in order, and its ledger row."""
        with desk.asked(who, request, {}, "at", case=case_id(case)) as asked:
            return asked.answer(timeline_of(asked.connection, asked.scope, case, asked.moment), case)


def _add_clocks(router: APIRouter, desk: Desk) -> None:
    @router.get("/clocks", response_class=Response, openapi_extra=parameters(_OF_CLOCKS))
    def clocks(
        request: Request, who: Who, window: Annotated[Window, Depends(keyset(UUID, str, int))], at: At = None
    ) -> Response:
        """Clocks by case, clock and generation, with their status at the moment."""
        with desk.asked(who, request, _OF_CLOCKS, *PAGING) as asked:
            of = clocks_at(asked.moment, asked.filters.get("status"))
            rows = select(*(of.c[name] for name in _CLOCK_COLUMNS)).where(asked.scope.cases(of))
            wanted = rows.where(*conditions(of, asked.filters, _OF_CLOCKS))
            found = asked.connection.execute(window.select(wanted, of.c.case_id, of.c.clock, of.c.generation)).all()
            return asked.answer(page(found, window, key=lambda row: row[:3], item=as_dict))


def _add_figures(router: APIRouter, desk: Desk) -> None:
    some = {name: filter for measure in FIGURES.values() for name, filter in measure.filters.items()}

    @router.get("/figures/{measure}", response_class=Response, openapi_extra=parameters(some))
    def figures(measure: str, request: Request, who: Who, at: At = None, group_by: str | None = None) -> Response:
        """A count, sum or rate; which filters and groups there are depends on the measure.

        Of one programme that weighs rates: the rate with its exclusions.
        """
        known = general(measure)
        _check_group(known, group_by)
        with desk.asked(who, request, dict(known.filters), "at", "group_by") as asked:
            counted = of_asked(asked, measure)
            told = figure(asked.connection, counted, asked.scope, asked.filters, asked.moment, group_by)
            return asked.answer({"measure": measure, "formula": counted.formula, **told})


def _add_hotspots(router: APIRouter, desk: Desk) -> None:
    @router.get("/hotspots", response_class=Response, openapi_extra=parameters(OF_CASES))
    def hot(
        request: Request,
        who: Who,
        at: At = None,
        group_by: str = ",".join(GROUPS),
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> Response:
        """Issues by kind, township, department and month, or some of these (`group_by`, commas between), most first."""
        groups = checked_groups(group_by)
        with desk.asked(who, request, OF_CASES, "at", "group_by", "limit") as asked:
            found = hotspots(asked.connection, asked.scope, asked.filters, asked.moment, groups, limit)
            return asked.answer({"items": found, "group_by": groups})


def _check_group(measure: Measure, group_by: str | None) -> None:
    if group_by is not None and group_by not in measure.group_names:
        names = measure.group_names
        mend = Text("use {groups}", groups=names) if names else Text("leave it out")
        raise Faulty([FieldProblem("group_by", Text("this measure has no groups by {name!r}", name=group_by), mend)])
