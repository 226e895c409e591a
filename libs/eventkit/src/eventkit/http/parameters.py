"""Query and path of a read: a parameter that is not declared, or a text no row can hold, is refused by its name."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Request

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text


async def check_parameters(request: Request) -> None:
    """Dependency of every read under /v1, also of one that is asked by POST; Faulty naming each parameter.

    What is declared, OpenAPI says.
    """
    known = _declared(request)
    mend = Text("use {known}, or leave it out", known=known) if known else Text("leave it out")
    faults = [
        FieldProblem(name, Text("{name!r} is no parameter here", name=name), mend)
        for name in request.query_params
        if name not in known
    ]
    given: Iterable[tuple[str, object]] = (*request.path_params.items(), *request.query_params.multi_items())
    faults += [
        FieldProblem(name, Text("holds the character U+0000"), Text("leave it out"))
        for name, value in given
        if isinstance(value, str) and "\x00" in value
    ]
    if faults:
        raise Faulty(faults, Text("Parameters of the request are wrong."))


def _declared(request: Request) -> list[str]:
    """The query parameters of the request's route."""
    paths = request.app.openapi()["paths"]
    path = f"/v1{request.scope['route'].path_format.removeprefix('/v1')}"
    method = "get" if request.method == "HEAD" else request.method.lower()
    declared = paths.get(path, {}).get(method, {}).get("parameters", ())
    return [one["name"] for one in declared if one["in"] == "query"]
