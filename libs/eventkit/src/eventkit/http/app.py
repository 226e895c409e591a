"""The application factory of a service's HTTP process."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

from contracts import COMMANDS, Contract
from eventkit.auth import Tokens
from eventkit.commands import CommandBook
from eventkit.depths import Depths
from eventkit.http.acceptance import Acceptance
from eventkit.http.cloudevents import Counter
from eventkit.http.desk import Desk
from eventkit.http.docs_page import docs_page
from eventkit.http.events import add_events
from eventkit.http.guard import Guard
from eventkit.http.health import health, reads
from eventkit.http.limits import Gate, Limits
from eventkit.http.openapi import complete
from eventkit.http.parameters import check_parameters
from eventkit.http.reading import LARGE_AT_ONCE
from eventkit.http.refusals import Refusal
from eventkit.http.rest import add_command
from eventkit.problems import Faulty, FieldProblem, compose, describe
from eventkit.readiness import Check
from eventkit.session import Projector
from eventkit.store import Store
from eventkit.text import Text
from eventkit.voice import speakers, voice_of
from eventkit.wording import of_parameter


def create_app(
    *,
    service: str,
    tokens: Tokens,
    book: CommandBook | None = None,
    store: Store | None = None,
    projectors: Sequence[Projector] = (),
    routers: Sequence[APIRouter] = (),
    ready: Mapping[str, Check] | None = None,
    depths: Depths | None = None,
    contracts: Mapping[str, Contract] = COMMANDS,
    refusals: Sequence[Refusal] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> FastAPI:
    """The application: under /v1 a REST route per command, /v1/events and the reads; beside it health and /docs.

    `ready` adds checks to that of the store; `depths` is what /metrics looks up; `limits` are those of what may be
    asked for at a time; `refusals`: its own problems, which OpenAPI shows. A service without commands (projections
    only) gives no book and no store.
    """
    checks = ({} if store is None else {"database": reads(store)}) | dict(ready or {})
    app = FastAPI(title=f"Bugle {service}", version="1", docs_url=None, redoc_url=None, exception_handlers=_handlers())
    app.add_middleware(Gate, limits=limits)
    app.add_middleware(Guard, service=service)
    app.state.tokens = tokens
    app.state.large = Semaphore(LARGE_AT_ONCE)
    app.state.speakers = speakers(service)
    app.include_router(health(checks, depths))
    if book is not None:
        if store is None:
            raise ValueError("a command book needs a store")
        _add_commands(app, book, contracts, Desk(store, projectors))
    for router in routers:
        app.include_router(router, prefix="/v1", dependencies=[Depends(check_parameters)])
    _complete_openapi(app, refusals)
    _add_docs(app)
    return app


def _add_commands(app: FastAPI, book: CommandBook, contracts: Mapping[str, Contract], desk: Desk) -> None:
    acceptance = Acceptance(book, contracts)
    for entry in (entry for entry in book if entry.rest):
        add_command(app, entry, acceptance, desk)
    add_events(app, Counter(book, acceptance, desk, contracts), [entry.type for entry in book])


_UNROUTED = {
    404: ("not-found", Text("There is nothing at this address.")),
    405: ("method-not-allowed", Text("This address does not take that method.")),
}


def _handlers() -> dict[Any, Any]:
    async def refused(request: Request, error: HTTPException) -> Response:
        """What Starlette itself refuses: unknown paths and methods."""
        slug, detail = _UNROUTED.get(error.status_code, ("refused", str(error.detail)))
        details = compose(slug, error.status_code, detail, voice_of(request))
        details.headers.update(error.headers or {})
        if error.status_code == 405 and (methods := _methods(request)):
            details.headers["Allow"] = ", ".join(methods)
        return details.response()

    async def invalid(request: Request, error: RequestValidationError) -> Response:
        """Query and path parameters that do not fit their declaration."""
        mend = Text("correct this parameter")
        faults = [FieldProblem(".".join(map(str, e["loc"][1:])), of_parameter(e), mend) for e in error.errors()]
        wrong = Faulty(faults, Text("Parameters of the request are wrong."))
        return describe(wrong, voice=voice_of(request)).response()

    return {HTTPException: refused, RequestValidationError: invalid}


def _methods(request: Request) -> list[str]:
    """What the address takes, by all routes that have it: Starlette names the methods of the first alone."""
    shown = request.app.openapi()["paths"]
    parts = request.scope["path"].split("/")
    matching = [path for path in shown if _fits(path.split("/"), parts)]
    return sorted({method.upper() for path in matching for method in shown[path]})


def _fits(path: list[str], parts: list[str]) -> bool:
    return len(path) == len(parts) and all(a == b or a.startswith("{") for a, b in zip(path, parts, strict=True))


def _complete_openapi(app: FastAPI, refusals: Sequence[Refusal]) -> None:
    """Have the document completed when it is first asked for."""
    describe_rest = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            complete(describe_rest(), refusals)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _add_docs(app: FastAPI) -> None:
    """A page of our own: FastAPI's loads its scripts from a public host."""

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()))
