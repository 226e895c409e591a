"""The GET route of other points and weights. Supervision answers what other limits would have done, under its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Engine

from reporting.bulletins.tallies import Reported
from reporting.queries.desk import Desk, Who, parameters, reads
from reporting.queries.programme_routes import OF_PROGRAMME, OfProgramme, of_programme
from reporting.queries.scope import needs_agency
from reporting.whatif.days import days, last_day
from reporting.whatif.scales import pairs, scales
from reporting.whatif.scores import means, scores


def whatif_routes(engine: Engine) -> APIRouter:
    """It, over an engine that stays the caller's."""
    router, desk = reads(), Desk(engine)

    @router.get("/what-if", response_class=Response, openapi_extra=parameters(OF_PROGRAMME, "programme"))
    def ask(
        request: Request,
        who: Who,
        points: Annotated[str, Query(max_length=2000, description="miss:-4,card:-2")] = "",
        weights: Annotated[str, Query(max_length=200, description="resolution:50,satisfaction:20")] = "",
        first: Annotated[str | None, Query(alias="from", description="First day, in the programme's zone")] = None,
        last: Annotated[str | None, Query(alias="to", description="Last day; without it, today")] = None,
    ) -> Response:
        """Scores and ranks of departments, and the mean of the weighed rates, as other points and weights would have
        them. Nothing is recorded; who sees a part of the agency alone is refused."""
        needs_agency(who)
        with of_programme(desk, who, request, "points", "weights", "from", "to") as of:
            told = scales(of.document, pairs(points, "points"), pairs(weights, "weights"))
            asked = asked_of(of, first, last)
            body = {"departments": scores(asked, told), "mean": means(asked, told)}
            about = {"from": asked.period.begin.date(), "to": last_day(asked.period)}
            return of.asked.answer(about | body)

    return router


def asked_of(of: OfProgramme, first: str | None, last: str | None) -> Reported:
    """The programme within these days, until what is known as of the moment that is asked about."""
    now = of.asked.moment.before or of.asked.as_of.before or datetime.now(UTC)
    period = days(first, last, of.zone, now)
    return Reported.within(of, period)
