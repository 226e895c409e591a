"""Query and path of a read: a parameter that is not declared, or a text no row can hold, is refused by its name."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Request

from eventkit.problems import Faulty, FieldProblem


async def check_parameters(request: Request) -> None:
    """Dependency of every read under /v1, also of one that is asked by POST; Faulty naming each parameter.

    What is declared, OpenAPI says.
    """
    known = _declared(request)
    mend = f"use {', '.join(known)}, or leave it out" if known else "leave it out"
    faults = [
        FieldProblem(name, f"{name!r} is no parameter here", mend) for name in request.query_params if name not in known
    ]
    given: Iterable[tuple[str, object]] = (*request.path_params.items(), *request.query_params.multi_items())
    faults += [
        FieldProblem(name, "holds the character U+0000", "leave it out")
        for name, value in given
        if isinstance(value, str) and "\x00" in value
    ]
    if faults:
        raise Faulty(faults, "Parameters of the request are wrong.")


def _declared(request: Request) -> list[str]:
    """The query parameters of the request's route."""
    paths = request.app.openapi()["paths"]
    path = f"/v1{request.scope['route'].path_format.removeprefix('/v1')}"
    method = "get" if request.method == "HEAD" else request.method.lower()
    declared = paths.get(path, {}).get(method, {}).get("parameters", ())
    return [one["name"] for one in declared if one["in"] == "query"]
