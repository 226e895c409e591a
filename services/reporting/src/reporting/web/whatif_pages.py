"""The page of other rules: who would have missed other limits, and how ranks move. A long count goes step by step."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from eventkit.problems import Faulty, describe
from pagekit.rendering import SWAPPED, voice
from pagekit.sent import sent
from pagekit.session import Visiting, Visitor, refuse_foreign
from reporting.queries.scope import needs_agency
from reporting.web import whatif
from reporting.web.opening import AT, Pages, View
from reporting.web.telling import Telling
from reporting.whatif.recounts import Page
from reporting.whatif.scales import items_of, rates_of
from reporting.whatif.scores import means, scores
from reporting.whatif.sums import NAMED, Sums

STEP_SECONDS = 0.5
"""How long a request counts before it tells how far it is; a browser rests as long before it asks on."""
READ_SECONDS = 20.0
"""How long a statement may take."""
MOST_BYTES = 262_144
_turn = threading.Lock()
"""Counts take turns in a process: one core at most, whatever the number of visitors."""


def add_whatif(router: APIRouter, pages: Pages) -> None:
    """/what-if, and /what-if/count, which goes on with a count."""

    @router.get("/what-if")
    def ask(request: Request, who: Visiting) -> Response:
        """The form; and what follows from what was typed in it."""
        return _answer(request, who, pages, None)

    @router.post("/what-if/count")
    async def count(request: Request, who: Visiting) -> Response:
        """A step of the count: by the address what is asked, in the form what has been counted."""
        refuse_foreign(request)
        told = dict(await sent(request, MOST_BYTES, 10))
        return await run_in_threadpool(_answer, request, who, pages, told)


def _answer(request: Request, who: Visitor, pages: Pages, told: dict[str, str] | None) -> Response:
    needs_agency(who.caller)
    besides = whatif.parameters_of(request.query_params)
    with pages.opened(who, request, {}, AT, *besides, snapshot=READ_SECONDS) as view:
        view.needs_programme()
        try:
            asked = whatif.question(view)
        except Faulty as error:
            problem = describe(error, voice=voice(request)).body
            return view.page("whatif.html", 422, problem=problem, sums=None, scores=None, means=None, **_form(view))
        shown = _counted(view, asked, told)
        if SWAPPED in request.headers and asked.clocks:
            return view.page("whatif_count.html", **shown)
        return view.page("whatif.html", problem=None, **_form(view), **_told(asked), **shown)


def _form(view: View) -> dict[str, Any]:
    return {
        "clocks": whatif.limited(view),
        "items": items_of(view.of.document),
        "rates": rates_of(view.of.document),
        "calendars": whatif.calendars(view),
        "telling": Telling(view.words, view.cells, view.of.id, view.of.agency),
    }


def _told(asked: whatif.Question) -> dict[str, Any]:
    """The tables that come at once."""
    return {
        "scores": scores(asked.of, asked.scales) if asked.scales.points else None,
        "means": means(asked.of, asked.scales) if asked.scales.weights else None,
    }


def _counted(view: View, asked: whatif.Question, told: dict[str, str] | None) -> dict[str, Any]:
    """How far the count of deadlines is, one step after what has been `told`; None: it has not begun."""
    if asked.rules is None:
        return {"sums": None}
    clocks = whatif.clocks_of(view, asked)
    sums = Sums() if told is None else Sums.load(told.get("sums", ""))
    over, busy = False, told is not None and not _turn.acquire(blocking=False)
    if told is not None and not busy:
        try:
            over = _go_on(clocks.counted(asked.rules, sums.until), sums)
        finally:
            _turn.release()
    return {
        "sums": sums,
        "over": over,
        "busy": busy,
        "total": clocks.issues(),
        "units": sums.units(),
        "worse": whatif.worse(view, sums),
        "most": NAMED,
    }


def _go_on(pages: Iterator[Page], sums: Sums) -> bool:
    """Add pages up until the time is up; whether there are no more."""
    until = time.monotonic() + STEP_SECONDS
    for issues, counted in pages:
        sums.add(issues, counted)
        if time.monotonic() >= until:
            return False
    return True
