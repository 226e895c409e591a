"""Forms that only ask: what they send becomes the shortest address, so that it may be kept and sent on."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pagekit.addresses import address, own_path

LISTED = ("columns",)
"""Fields that may be sent several times; they are joined by commas."""


def add_forms(router: APIRouter) -> None:
    """GET /go: to the page that the first `to` names, with what is filled in; a further one is a field of the form."""

    @router.get("/go")
    def go(request: Request) -> Response:
        told: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in request.query_params.multi_items():
            if value:
                told[name].append(value)
        path = own_path(told["to"].pop(0) if told["to"] else None)
        filled = {name: values for name, values in told.items() if values}
        chosen = {name: ",".join(values) if name in LISTED else values[-1] for name, values in filled.items()}
        return RedirectResponse(address(path, _on_day(chosen)), 303)


def _on_day(chosen: dict[str, str]) -> dict[str, str]:
    """A slider tells a number of days after a first one, and of which `moment`; the page is told the day."""
    first, days = chosen.pop("first", ""), chosen.pop("days", "")
    moment = "as_of" if chosen.pop("moment", "at") == "as_of" else "at"
    if first and days.isdigit():
        with suppress(ValueError, OverflowError):  # made up by hand: the page is shown as of now
            chosen[moment] = str(date.fromisoformat(first) + timedelta(days=int(days)))
    return chosen
