"""Opening requests: what every read checks of its caller, its filters and its moment, and tells with its answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection, Engine, text

from eventkit.auth import require
from eventkit.caller import Caller
from eventkit.http.answers import json_response
from reporting.queries.cases import programme_of
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
_PATIENCE = text("SELECT set_config('statement_timeout', :milliseconds, true)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has been checked: what its caller may see, by which filters, at which moment, as known when.

    `known`: what was known by now, or at most by `as_of`. It is read before all rows: an event that comes in between
    may be among them, but none is told to be there that they lack.
    """

    connection: Connection
    scope: Scope
    filters: dict[str, str]
    moment: Moment
    as_of: Moment
    known: Knowledge

    def answer(self, body: dict[str, Any], case: str | None = None) -> Response:
        """The body with what every answer tells."""
        about = {
            "at": self.moment.given,
            "as_of": self.as_of.given,
            "filters": self.filters,
            "complete": self.known.complete(self.moment, case),
            "watermark": self.known.watermark,
        }
        return json_response(body | about)


class Desk:
    """Opens requests."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def looking(self, as_of: Moment = NOW, snapshot: float | None = None) -> Iterator[Connection]:
        """A connection whose first transaction finds the tables as they are, or as they were known.

        `snapshot`: all that it reads is of one moment, and a statement may take so many seconds.
        """
        with self._engine.connect() as connection:
            if snapshot is not None:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                connection.execute(_PATIENCE, {"milliseconds": str(max(1, int(snapshot * 1000)))})
            look(connection, as_of)
            yield connection

    @contextmanager
    def asked(
        self,
        who: Caller,
        request: Request,
        known: dict[str, Condition],
        *besides: str,
        case: str | None = None,
        snapshot: float | None = None,
    ) -> Iterator[Asked]:
        """A checked request; Forbidden, or Faulty naming the parameter.

        `case`: what it is about, in whose programme days end. `snapshot`: all that is read is of one moment, and a
        statement may take so many seconds.
        """
        scope = scope_of(who)
        filters = read_filters(request, known, ("as_of", *besides))
        given, programme = request.query_params, filters.get("programme")
        with self.looking(snapshot=snapshot) as connection:
            check_programme(connection, scope, filters)
            programme = programme or (None if case is None else programme_of(connection, case))
            at = moment(connection, scope, given.get("at"), programme)
            as_of = moment(connection, scope, given.get("as_of"), programme, "as_of")
            if as_of is not NOW:
                look(connection, as_of)
                check_known(connection, scope, filters)
            yield Asked(connection, scope, filters, at, as_of, knowledge(connection, as_of))

    @contextmanager
    def keeping(self, who: Caller) -> Iterator[Connection]:
        """A transaction that writes what the caller keeps for himself; Forbidden for one who may not read either."""
        scope_of(who)
        with self._engine.begin() as connection:
            yield connection


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
