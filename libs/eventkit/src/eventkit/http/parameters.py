"""Query and path of a read: a parameter that is not declared, or a text no row can hold, is refused by its name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from fastapi import Request

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text

BY_PATH: Final = "x-parameters-by-path"
"""Said in a route's `openapi_extra` with True: which of its parameters are taken depends on the path. Such a route
refuses the others itself, by `refuse_others`."""
_WRONG: Final = Text("Parameters of the request are wrong.")


async def check_parameters(request: Request) -> None:
    """Dependency of every read under /v1, also of one that is asked by POST; Faulty naming each parameter.

    What is declared, OpenAPI says.
    """
    operation = _operation(request)
    faults = [] if operation.get(BY_PATH) else _others(request, _declared(operation))
    given: Iterable[tuple[str, object]] = (*request.path_params.items(), *request.query_params.multi_items())
    faults += [
        FieldProblem(name, Text("holds the character U+0000"), Text("leave it out"))
        for name, value in given
        if isinstance(value, str) and "\x00" in value
    ]
    if faults:
        raise Faulty(faults, _WRONG)


def refuse_others(request: Request, known: Collection[str]) -> None:
    """Faulty naming each parameter of the query that is none of these."""
    if faults := _others(request, sorted(known)):
        raise Faulty(faults, _WRONG)


def _others(request: Request, known: Collection[str]) -> list[FieldProblem]:
    mend = Text("use {known}, or leave it out", known=list(known)) if known else Text("leave it out")
    return [
        FieldProblem(name, Text("{name!r} is no parameter here", name=name), mend)
        for name in request.query_params
        if name not in known
    ]


def _operation(request: Request) -> Mapping[str, Any]:
    """What OpenAPI says of the request's route."""
    paths = request.app.openapi()["paths"]
    path = f"/v1{request.scope['route'].path_format.removeprefix('/v1')}"
    method = "get" if request.method == "HEAD" else request.method.lower()
    found: Mapping[str, Any] = paths.get(path, {}).get(method, {})
    return found


def _declared(operation: Mapping[str, Any]) -> list[str]:
    """The query parameters of a route."""
    return [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
