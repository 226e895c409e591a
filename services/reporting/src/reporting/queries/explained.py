"""Figures that are made of others: the mean of weighed rates, and the score of a department."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response
from sqlalchemy import select

from eventkit.caller import Caller
from eventkit.paging import Window, page
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries import appraisal, points
from reporting.queries.basis import programme_basis
from reporting.queries.desk import Asked, Desk
from reporting.queries.figures import figure
from reporting.queries.filters import OF_CASES, Condition, equals
from reporting.queries.periods import period
from reporting.queries.weighing import composite, weighed
from reporting.queries.zones import zone_of
from reporting.read_model.tables import programmes

_PAGING = ("limit", "after")
_OF_SCORES: dict[str, Condition] = {
    "programme": OF_CASES["programme"],
    "unit": equals("unit"),
    "month": equals("month"),
    "synthetic": OF_CASES["synthetic"],
}


def composite_of(desk: Desk, who: Caller, request: Request, window: Window) -> Response:
    """The weighed mean of a programme's rates, with each of them."""
    with desk.asked(who, request, OF_CASES, "at", *_PAGING) as asked:
        programme = _required(asked, "programme")
        document, basis = _document(asked, programme), programme_basis(asked.connection, programme)
        rates = {
            name: {"formula": rate.formula, "weight": weight}
            | figure(asked.connection, rate, asked.scope, asked.filters, asked.moment)
            for name, (rate, weight) in weighed(document).items()
        }
        return asked.answer(
            {
                "figure": "composite",
                "formula": "mean of the weighed rates that have a value, by their weights",
                **composite(rates),
                "basis": basis,
                **_page([{"rate": name, **told} for name, told in rates.items()], window),
            }
        )


def score_of(desk: Desk, who: Caller, request: Request, window: Window) -> Response:
    """The points of a department in a month, item by item with the earliest events behind each, and where all are."""
    with desk.asked(who, request, _OF_SCORES, "at", *_PAGING) as asked:
        programme, unit, month = (_required(asked, name) for name in ("programme", "unit", "month"))
        if asked.scope.department not in (None, unit):
            raise Faulty([FieldProblem("unit", Text("this is another unit than yours"), Text("write your own"))])
        document, basis = _document(asked, programme), programme_basis(asked.connection, programme)
        held = period(month, zone_of(document["zone"]), field="month")
        until = held.until(asked.moment.before)
        told = appraisal.departments(asked.connection, asked.scope, programme, document, until, asked.filters)
        of_unit = next((points.bounded(asked, held, one) for one in told["items"] if one["unit"] == unit), None)
        return asked.answer(
            {
                "figure": "score",
                "formula": "base and the points of each item, times its events and within its cap",
                "value": told["base"] if of_unit is None else of_unit["score"],
                "base": told["base"],
                "weights": told.get("formula", []),
                "basis": basis,
                **_page([] if of_unit is None else of_unit["items"], window),
            }
        )


def _page(items: Sequence[dict[str, Any]], window: Window) -> dict[str, Any]:
    """A page of what has been made whole, by its place."""
    rest = list(enumerate(items))[window.after[0] + 1 if window.after else 0 :]
    return page(rest, window, key=lambda row: (row[0],), item=lambda row: row[1])


def _required(asked: Asked, name: str) -> str:
    if name not in asked.filters:
        mends = {
            "programme": Text("write the id of a programme"),
            "unit": Text("write the id of a unit"),
            "month": Text("write a month such as 2021-05"),
        }
        raise Faulty([FieldProblem(name, Text("this parameter is required"), mends[name])])
    return asked.filters[name]


def _document(asked: Asked, programme: str) -> dict[str, Any]:
    held = select(programmes.c.document).where(programmes.c.programme_id == programme)
    document: dict[str, Any] = asked.connection.execute(held).scalar_one()
    return document
