"""Opening requests: what every read checks of its caller, its filters and its moment, and tells with its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection, Engine

from eventkit.auth import caller
from eventkit.caller import Caller
from eventkit.http.answers import json_response
from reporting.queries.filters import Condition, check_programme, read_filters
from reporting.queries.moments import Moment, knowledge, moment
from reporting.queries.scope import Scope, scope_of

Who = Annotated[Caller, Depends(caller)]

PAGING = ("at", "limit", "after")
"""Parameters of a list of cases that are no filters."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has been checked: what its caller may see, by which filters, at which moment."""

    connection: Connection
    scope: Scope
    filters: dict[str, str]
    moment: Moment

    def answer(self, body: dict[str, Any], case: str | None = None) -> Response:
        """The body with what every answer tells."""
        known = knowledge(self.connection)
        about = {
            "at": self.moment.given,
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
    def asked(self, who: Caller, request: Request, known: dict[str, Condition], *besides: str) -> Iterator[Asked]:
        """A checked request; Forbidden, or Faulty naming the parameter."""
        scope = scope_of(who)
        filters = read_filters(request, known, besides)
        with self._engine.connect() as connection:
            check_programme(connection, scope, filters)
            at = moment(connection, scope, request.query_params.get("at"), filters.get("programme"))
            yield Asked(connection, scope, filters, at)

    def streamed(self, chunks: Callable[[Connection], Iterator[str]], media_type: str, name: str) -> Response:
        """A file that is sent as it is read, over a connection that it holds to the end.

        What fails before the first chunk is answered as a problem. What fails later breaks the answer off without its
        end, so that nobody takes what came for the whole.
        """

        def held() -> Iterator[str]:
            with self._engine.connect() as connection:
                yield from chunks(connection)

        rest = held()
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(chain([next(rest)], rest), media_type=media_type, headers=headers)


def parameters(filters: dict[str, Condition]) -> dict[str, Any]:
    """The filters as OpenAPI lists them; they are read by `read_filters`, which refuses any other."""
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in sorted(filters)
        ]
    }
