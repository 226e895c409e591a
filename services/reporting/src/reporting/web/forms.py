"""Forms: of those that only ask, what they send becomes the shortest address, so that it may be kept and sent on."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import date, timedelta
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.web.addresses import address, own_path

MOST_BYTES = 16_384
FIELDS = 10
LISTED = ("columns",)
"""Fields that may be sent several times; they are joined by commas."""


def add_forms(router: APIRouter) -> None:
    """GET /go: to the page `to`, with what is filled in."""

    @router.get("/go")
    def go(request: Request) -> Response:
        told: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in request.query_params.multi_items():
            if value:
                told[name].append(value)
        path = own_path(next(iter(told.pop("to", [])), None))
        chosen = {name: ",".join(values) if name in LISTED else values[-1] for name, values in told.items()}
        return RedirectResponse(address(path, _on_day(chosen)), 303)


async def sent(request: Request) -> dict[str, str]:
    """The fields of a form; Faulty when it is larger than any that we send."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise Faulty([FieldProblem("form", Text("is too long"), Text("send less at a time"))])
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=FIELDS))
    except ValueError:
        raise Faulty([FieldProblem("form", Text("has too many fields"), Text("send less at a time"))]) from None


def _on_day(chosen: dict[str, str]) -> dict[str, str]:
    """The slider tells a number of days after a first one; the page is told the day."""
    first, days = chosen.pop("first", ""), chosen.pop("days", "")
    if first and days.isdigit():
        with suppress(ValueError, OverflowError):  # made up by hand: the page is shown as of now
            chosen["at"] = str(date.fromisoformat(first) + timedelta(days=int(days)))
    return chosen
