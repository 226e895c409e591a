"""The GET routes of one programme: coverage, sessions, appraisal, completeness, its lists and service cards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select

from eventkit.caller import Caller
from eventkit.paging import LIMIT, MOST, Window, keyset, page
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries import appraisal, lists, points
from reporting.queries.beside import sessions
from reporting.queries.cadres import cadres as duties_of
from reporting.queries.completeness import completeness
from reporting.queries.coverage import coverage, responsible, tiers, uncovered
from reporting.queries.desk import PAGING, Asked, At, Desk, Who, parameters, reads
from reporting.queries.filters import OF_CASES, Condition
from reporting.queries.issues import as_dict
from reporting.queries.periods import Every, Period, period
from reporting.queries.zones import zone_of
from reporting.read_model.tables import programmes

OF_PROGRAMME = {"programme": OF_CASES["programme"]}
"""The one filter of most of a programme's routes."""
OF_SCORES = OF_PROGRAMME | {"synthetic": OF_CASES["synthetic"]}


class OfProgramme:
    """A checked request about one programme, with its newest document."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.id = asked.filters["programme"]
        row = asked.connection.execute(select(programmes).where(programmes.c.programme_id == self.id)).one()
        self.agency: str = row.agency
        self.version: int = row.version
        self.document: dict[str, Any] = row.document

    @property
    def zone(self) -> ZoneInfo:
        """Where its days begin and end."""
        return zone_of(self.document["zone"])

    def period(self, name: str, every: Every | None = None, field: str = "period") -> Period:
        """A period of the programme's zone; Faulty for anything else, with `field`, the parameter that names it."""
        return period(name, self.zone, every, field)


@contextmanager
def of_programme(
    desk: Desk, who: Caller, request: Request, *besides: str, filters: dict[str, Condition] = OF_PROGRAMME
) -> Iterator[OfProgramme]:
    """Faulty also when no programme is named."""
    with desk.asked(who, request, filters, *besides) as asked:
        if "programme" not in asked.filters:
            mend = Text("write the id of a programme")
            raise Faulty([FieldProblem("programme", Text("this parameter is required"), mend)])
        yield OfProgramme(asked)


def programme_routes(desk: Desk) -> APIRouter:
    """All of them."""
    router = reads()
    for add in (_add_coverage, _add_sessions, _add_appraisal, _add_completeness, _add_lists, _add_cards):
        add(router, desk)
    return router


def _add_coverage(router: APIRouter, desk: Desk) -> None:
    @router.get("/coverage", response_class=Response, openapi_extra=parameters(OF_PROGRAMME, "programme"))
    def covered(
        request: Request, who: Who, window: Annotated[Window, Depends(keyset(str, UUID))], at: At = None
    ) -> Response:
        """How many enterprises are covered by team, authority or township; `uncovered`: those without anybody, by name.

        `uncovered` is told page by page.
        """
        with of_programme(desk, who, request, "at", "limit", "after") as of:
            asked = of.asked
            held = responsible(asked.scope, of.id, of.agency, of.document, asked.moment)
            told = coverage(asked.connection, held, of.document)
            rows = uncovered(asked.connection, held, window)
            listed = page(rows, window, key=lambda row: (row.name, row.enterprise), item=as_dict)
            about = {"uncovered": listed["items"], "next": listed["next"]}
            return asked.answer(told | about | {"tiers": tiers(asked.connection, of.id, asked.moment)})


def _add_sessions(router: APIRouter, desk: Desk) -> None:
    @router.get("/sessions", response_class=Response, openapi_extra=parameters(OF_PROGRAMME, "programme"))
    def list_sessions(
        request: Request, who: Who, window: Annotated[Window, Depends(keyset(datetime, str))], at: At = None
    ) -> Response:
        """Joint sessions with who reported in and who did not, in the order they were called."""
        with of_programme(desk, who, request, "at", "limit", "after") as of:
            asked = of.asked
            rows, shown = sessions(asked.connection, asked.scope, of.id, asked.moment.before, window)
            body = page(rows, window, key=lambda row: (row.occurred_at, row.stream), item=lambda row: shown[row.stream])
            return asked.answer(body)


def _add_appraisal(router: APIRouter, desk: Desk) -> None:
    @router.get("/supervision-list", response_class=Response, openapi_extra=parameters(OF_PROGRAMME, "programme"))
    def supervision_list(request: Request, who: Who, month: str, at: At = None) -> Response:
        """Cases that missed, were given a card or climbed in a month (or quarter, or year), with these events."""
        with of_programme(desk, who, request, "at", "month") as of:
            held = of.period(month, field="month")
            items = appraisal.supervision_list(of.asked.connection, of.asked.scope, of.id, held, of.asked.moment)
            return of.asked.answer({"period": held.name, "items": items})

    @router.get("/appraisal/departments", response_class=Response, openapi_extra=parameters(OF_SCORES, "programme"))
    def departments(request: Request, who: Who, period: str, at: At = None) -> Response:
        """The score of each department in a period, by the programme's formula, each item with its earliest 20 events.

        `more`: the address of all events of an item that has further ones.
        """
        with of_programme(desk, who, request, "at", "period", filters=OF_SCORES) as of:
            asked, held = of.asked, of.period(period)
            until = held.until(asked.moment.before)
            told = appraisal.departments(asked.connection, asked.scope, of.id, of.document, until, asked.filters)
            items = [points.bounded(asked, held, unit) for unit in told["items"]]
            return asked.answer({"period": held.name, **told, "items": items})

    @router.get("/appraisal/events", response_class=Response, openapi_extra=parameters(OF_SCORES, "programme"))
    def events(
        period: str,
        unit: str,
        item: str,
        request: Request,
        who: Who,
        window: Annotated[Window, Depends(keyset(datetime, UUID))],
        at: At = None,
    ) -> Response:
        """All events of a department that count by one item of the formula in a period, page by page."""
        with of_programme(desk, who, request, *PAGING, "period", "unit", "item", filters=OF_SCORES) as of:
            held = of.period(period)
            told = points.events(of.asked, of.document, held, unit, item, window)
            return of.asked.answer({"period": held.name, "unit": unit, "item": item, **told})

    @router.get("/appraisal/cadres", response_class=Response, openapi_extra=parameters(OF_PROGRAMME, "programme"))
    def cadres(request: Request, who: Who, period: str, at: At = None) -> Response:
        """The duties of each official in a period: open, done, late or missed, with the events that say so."""
        with of_programme(desk, who, request, "at", "period") as of:
            asked, held = of.asked, of.period(period)
            items = duties_of(asked.connection, asked.scope, of.id, of.document, held, asked.moment)
            return asked.answer({"period": held.name, "items": items})


def _add_completeness(router: APIRouter, desk: Desk) -> None:
    @router.get("/completeness", response_class=Response, openapi_extra=parameters(OF_PROGRAMME, "programme"))
    def complete(
        request: Request, who: Who, window: Annotated[Window, Depends(keyset(UUID))], at: At = None
    ) -> Response:
        """Which of the programme's steps each case has and lacks, by case id, and how complete each department is."""
        with of_programme(desk, who, request, *PAGING) as of:
            asked = of.asked
            about = (asked.connection, asked.scope, of.id, of.document, window, asked.moment)
            rows, shown, departments = completeness(*about)
            body = page(rows, window, key=lambda row: (row.case_id,), item=lambda row: shown[row.case_id])
            return asked.answer(body | {"departments": departments, "steps": of.document.get("completeness", [])})


def _add_lists(router: APIRouter, desk: Desk) -> None:
    @router.get("/lists/{list}", response_class=Response, openapi_extra=parameters(OF_PROGRAMME, "programme"))
    def listing(
        list: str,
        request: Request,
        who: Who,
        limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
        after: str | None = None,
        at: At = None,
    ) -> Response:
        """A list of the programme as it stood, page by page."""
        with of_programme(desk, who, request, *PAGING) as of:
            asked, named = of.asked, lists.named(of.document, list)
            window = keyset(*named.listing.key_types)(limit, after)
            about = (asked.scope, of.id, of.agency, window, asked.moment)
            rows = lists.listed(asked.connection, named.listing, *about)
            body = page(rows, window, key=partial(lists.key_of, named.listing), item=dict)
            return asked.answer({"list": list, "zh": named.zh, "en": named.en} | body)


def _add_cards(router: APIRouter, desk: Desk) -> None:
    @router.get(
        "/enterprises/{enterprise}/card", response_class=Response, openapi_extra=parameters(OF_PROGRAMME, "programme")
    )
    def card(enterprise: UUID, request: Request, who: Who, at: At = None) -> Response:
        """The service card of an enterprise: who is there for it, by the roles that the programme's card names."""
        with of_programme(desk, who, request, "at") as of:
            asked = of.asked
            about = (enterprise, of.id, of.agency, of.document, asked.moment)
            return asked.answer(lists.service_card(asked.connection, *about))
