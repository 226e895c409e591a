"""Opening pages: what every page checks, as the API does, and what it may show beside its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from sqlalchemy import Connection

from eventkit.caller import Caller
from eventkit.catalogues import catalogue
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from pagekit.session import Visitor, language_of
from reporting.bulletins.cells import Cells
from reporting.queries.desk import Asked, Desk
from reporting.queries.filters import Condition
from reporting.queries.issues import titles_of
from reporting.queries.moments import Knowledge, Moment
from reporting.queries.programme_routes import OF_PROGRAMME, OfProgramme
from reporting.queries.zones import zone_of
from reporting.web.rendering import TEXTS, draw
from reporting.web.sliding import Slider, is_instant, knowing, slider
from reporting.web.words import Words

BESIDES = ("programme", "lang")
"""Parameters that every page takes."""
AT = "at"
"""The parameter of pages that show how things stood; no other takes it, since its rows would be today's."""
STALE = timedelta(minutes=5)
"""Watermarks come each second; after so long something stands still."""


@dataclass
class View:
    """A page that is being made: a checked request, and the words for what it shows."""

    request: Request
    caller: Caller
    asked: Asked
    words: Words
    known: Knowledge
    programme: OfProgramme | None
    case: str | None = field(default=None)
    _zone: ZoneInfo | None = field(default=None)

    def about(self, issue: Mapping[str, Any]) -> None:
        """The page is about one issue: its programme's days, and whether all is known of it."""
        self.case = issue["case_id"]
        held = self.words.programmes.get(issue["programme"])
        self._zone = None if held is None else zone_of(held.document["zone"])

    def needs_programme(self) -> None:
        """Raises Faulty when none is named."""
        if self.programme is None:
            mend = Text("write the id of a programme")
            raise Faulty([FieldProblem("programme", Text("this parameter is required"), mend)])

    @property
    def connection(self) -> Connection:
        """Of the request."""
        return self.asked.connection

    @property
    def of(self) -> OfProgramme:
        """The programme of a page that is about one."""
        assert self.programme is not None
        return self.programme

    @property
    def zone(self) -> ZoneInfo:
        """Of the programme, else of the first that the caller may see."""
        if self._zone is not None:
            return self._zone
        documents = [row.document for row in self.words.programmes.values()]
        if self.programme is not None:
            return self.programme.zone
        return zone_of(documents[0]["zone"]) if documents else ZoneInfo("UTC")

    @property
    def now(self) -> datetime:
        """The instant up to which the page tells: of `at`, else of `as_of`, else of the clock on the wall."""
        return self.asked.moment.before or self.asked.as_of.before or datetime.now(UTC)

    @property
    def cells(self) -> Cells:
        """How numbers and instants are written."""
        language = self.words.language
        return Cells(language, self.zone, catalogue(TEXTS, language), catalogue("reporting", language))

    def titles(self, cases: Collection[str]) -> dict[str, str]:
        """What cases were called at the page's moment, by id."""
        return titles_of(self.connection, cases, self.asked.moment)

    def page(self, template: str, status: int = 200, /, **about: Any) -> Response:
        """The page drawn."""
        return draw(
            self.request,
            template,
            status,
            caller=self._named(),
            words=self.words,
            programme=self.programme,
            cells=self.cells,
            known={
                "complete": self.known.complete(self.asked.moment, self.case),
                "watermark": self.known.watermark,
                "at": self.asked.moment.given,
                "at_minute": self._minute(self.asked.moment),
                "as_of": self.asked.as_of.given,
                "as_of_minute": self._minute(self.asked.as_of),
                "stale": self._stale(),
                "slider": self._slider(),
                "knowing": self._knowing(),
            },
            **about,
        )

    def _named(self) -> Caller:
        """The caller, called as the unit is where the token tells a unit and no name."""
        who = self.caller
        if who.name is not None or who.department is None or who.agency is None:
            return who
        return replace(who, name=self.words.unit(who.department, who.agency))

    def _minute(self, moment: Moment) -> str | None:
        """When it is, where an instant is given; None for a day."""
        if moment.given is None or moment.before is None or not is_instant(moment.given):
            return None
        try:
            return self.cells.minute(moment.before)
        except OverflowError:  # beyond the last year that there is in the zone
            return moment.given

    def _stale(self) -> bool:
        """Whether nothing has come in for long, so that the page tells of the past without being asked to."""
        mark = self.known.watermark
        past = self.asked.moment.before or self.asked.as_of.before
        return past is None and mark is not None and datetime.now(UTC) - mark > STALE

    def _slider(self) -> Slider | None:
        if self.programme is None:
            return None
        begun = str(self.programme.document.get("starts_on", ""))
        return slider(begun, self.programme.document.get("observed_until"), self.asked.moment.given, self.zone)

    def _knowing(self) -> Slider | None:
        if self.programme is None:
            return None
        return knowing(self.connection, self.programme.id, self.asked.as_of.given, self.zone)


class Pages:
    """Opens pages over the queries' own desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @contextmanager
    def opened(
        self,
        visitor: Visitor,
        request: Request,
        filters: Mapping[str, Condition],
        *besides: str,
        snapshot: float | None = None,
    ) -> Iterator[View]:
        """A checked request. Raises what the API raises. `snapshot`: see the desk."""
        with self.looking(visitor.caller, request, filters, *besides, snapshot=snapshot) as view:
            yield view

    @contextmanager
    def looking(
        self,
        caller: Caller,
        request: Request,
        filters: Mapping[str, Condition],
        *besides: str,
        language: str | None = None,
        snapshot: float | None = None,
    ) -> Iterator[View]:
        """The same for one who comes another way, and has chosen a language. `snapshot`: see the desk."""
        known = OF_PROGRAMME | dict(filters)
        with self.desk.asked(caller, request, known, *BESIDES, *besides, snapshot=snapshot) as asked:
            words = Words(asked.connection, asked.scope, language or language_of(request))
            programme = OfProgramme(asked) if "programme" in asked.filters else None
            yield View(request, caller, asked, words, asked.known, programme)

    @contextmanager
    def of_programme(self, visitor: Visitor, request: Request, *besides: str) -> Iterator[View]:
        """A page about one programme; Faulty when none is named."""
        with self.opened(visitor, request, {}, *besides) as view:
            view.needs_programme()
            yield view
