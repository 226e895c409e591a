"""The GET routes of rates: how high they are, and what they counted."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select

from eventkit.errors import Problem
from eventkit.paging import Window, keyset, page
from eventkit.text import Text
from reporting.queries.desk import PAGING, Asked, At, Desk, Who, parameters, reads
from reporting.queries.evidence import Part, counted, key_of, shown
from reporting.queries.figures import figures
from reporting.queries.filters import OF_CASES
from reporting.queries.measure import Measure
from reporting.queries.measures import RATES
from reporting.queries.weighing import composite, weighed
from reporting.read_model.tables import programmes


class UnknownRate(Problem):
    """There is no such rate."""

    slug = "unknown-rate"
    status = 404


def rate_routes(desk: Desk) -> APIRouter:
    """All of them."""
    router = reads()
    _add_rates(router, desk)
    _add_counted(router, desk)
    return router


def _add_rates(router: APIRouter, desk: Desk) -> None:
    @router.get("/rates", response_class=Response, openapi_extra=parameters(OF_CASES))
    def rates(request: Request, who: Who, at: At = None) -> Response:
        """Contact in time, resolution, satisfaction and on time: numerator, denominator and what is in neither.

        Of one programme that weighs rates: with its exclusions, each with its weight, and their weighed mean.
        """
        with desk.asked(who, request, OF_CASES, "at") as asked:
            weights = _weights(asked)
            rates = RATES | {name: rate for name, (rate, _) in weights.items()}
            counted = figures(asked.connection, rates, asked.scope, asked.filters, asked.moment)
            told = {name: {"formula": rate.formula} | counted[name] for name, rate in rates.items()}
            for name, (_, weight) in weights.items():
                told[name]["weight"] = weight
            body = {"composite": composite({name: told[name] for name in weights})} if weights else {}
            return asked.answer({"rates": told} | body)


def _add_counted(router: APIRouter, desk: Desk) -> None:
    @router.get("/rates/{rate}/cases", response_class=Response, openapi_extra=parameters(OF_CASES))
    def cases_of(
        rate: str,
        request: Request,
        who: Who,
        part: Part,
        window: Annotated[Window, Depends(keyset(UUID, str, int))],
        at: At = None,
    ) -> Response:
        """The cases (or clocks) in a part of a rate, each with the events for which it counts so.

        `part`: numerator, denominator (with the numerator's) or excluded (with the `reason`).
        """
        with desk.asked(who, request, OF_CASES, *PAGING, "part") as asked:
            rates = RATES | {name: measure for name, (measure, _) in _weights(asked).items()}
            if rate not in rates:
                raise UnknownRate(field="rate", mend=Text("use one of {known}", known=sorted(rates)))
            about = (asked.scope, asked.filters, asked.moment, part, window)
            rows = counted(asked.connection, rates[rate], *about)
            held = shown(asked.connection, rates[rate], rows[: window.limit], asked.moment)
            body = page(rows, window, key=key_of, item=lambda row: held[key_of(row)])
            return asked.answer({"rate": rate, "part": part, "formula": rates[rate].formula} | body)


def _weights(asked: Asked) -> dict[str, tuple[Measure, int]]:
    programme = asked.filters.get("programme")
    if programme is None:
        return {}
    held = asked.connection.scalar(select(programmes.c.document).where(programmes.c.programme_id == programme))
    return weighed(held or {})
