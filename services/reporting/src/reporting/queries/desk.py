"""Opening requests: what every read checks of its caller, its filters and its moment, and tells with its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection, Engine, text

from eventkit.auth import require
from eventkit.caller import Caller
from eventkit.http.answers import json_response
from reporting.queries.filters import Condition, check_known, check_programme, read_filters, shown
from reporting.queries.moments import NOW, Knowledge, Moment, knowledge, moment
from reporting.queries.scope import READERS, Scope, scope_of
from reporting.read_model.tables import KNOWN, LIVE

Who = Annotated[Caller, Depends(require(*READERS))]

At = Annotated[
    str | None,
    Query(description="As it stood at the end of this day, or at this instant with offset", examples=["2021-04-22"]),
]

PAGING = ("at", "limit", "after")
"""Parameters of a list of cases that are no filters."""

_LOOK = text("SELECT set_config('search_path', :schemas, true), set_config('bugle.before', :before, true)")
"""In which schema a transaction finds reporting's tables: as they are, or as they were known before an instant."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has been checked: what its caller may see, by which filters, at which moment, as known when."""

    connection: Connection
    scope: Scope
    filters: dict[str, str]
    moment: Moment
    as_of: Moment

    def knowledge(self) -> Knowledge:
        """What is known: by now, or at most what was by `as_of`."""
        return knowledge(self.connection, self.as_of)

    def answer(self, body: dict[str, Any], case: str | None = None) -> Response:
        """The body with what every answer tells."""
        known = self.knowledge()
        about = {
            "at": self.moment.given,
            "as_of": self.as_of.given,
            "filters": self.filters,
            "complete": known.complete(self.moment, case),
            "watermark": known.watermark,
        }
        return json_response(body | about)


class Desk:
    """Opens requests."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def looking(self, as_of: Moment = NOW) -> Iterator[Connection]:
        """A connection whose first transaction finds the tables as they are, or as they were known."""
        with self._engine.connect() as connection:
            look(connection, as_of)
            yield connection

    @contextmanager
    def asked(self, who: Caller, request: Request, known: dict[str, Condition], *besides: str) -> Iterator[Asked]:
        """A checked request; Forbidden, or Faulty naming the parameter."""
        scope = scope_of(who)
        filters = read_filters(request, known, ("as_of", *besides))
        given, programme = request.query_params, filters.get("programme")
        with self.looking() as connection:
            check_programme(connection, scope, filters)
            at = moment(connection, scope, given.get("at"), programme)
            as_of = moment(connection, scope, given.get("as_of"), programme, "as_of")
            if as_of is not NOW:
                look(connection, as_of)
                check_known(connection, scope, filters)
            yield Asked(connection, scope, filters, at, as_of)

    def streamed(
        self, chunks: Callable[[Connection], Iterator[str]], media_type: str, name: str, as_of: Moment = NOW
    ) -> Response:
        """A file that is sent as it is read, over a connection that it holds to the end.

        What fails before the first chunk is answered as a problem. What fails later breaks the answer off without its
        end, so that nobody takes what came for the whole.
        """

        def held() -> Iterator[str]:
            with self.looking(as_of) as connection:
                yield from chunks(connection)

        rest = held()
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(chain([next(rest)], rest), media_type=media_type, headers=headers)


def reads() -> APIRouter:
    """A router whose every route takes `as_of`; `Desk.asked` reads it."""

    def known(as_of: Annotated[str | None, Query()] = None) -> None:
        """As it was known at the end of this day, or at this instant."""

    return APIRouter(tags=["reads"], dependencies=[Depends(known)])


def look(connection: Connection, as_of: Moment) -> None:
    """Have the transaction find the tables as they were known before an instant, or as they are."""
    schema, before = (LIVE, "") if as_of.before is None else (LIVE + KNOWN, as_of.before.isoformat())
    connection.execution_options(schema_translate_map={LIVE: schema})  # statements made of the tables' definitions
    connection.execute(_LOOK, {"schemas": f"{schema}, public", "before": before})  # and those written as text


def parameters(filters: dict[str, Condition], *required: str) -> dict[str, Any]:
    """The filters as OpenAPI lists them; they are read by `read_filters`, which refuses any other."""
    return {
        "parameters": [
            {"name": name, "in": "query", "required": name in required, "schema": shown(name)}
            for name in sorted(filters)
        ]
    }
