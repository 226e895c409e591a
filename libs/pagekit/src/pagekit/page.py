"""Routes of pages: what the API answers as a problem, they tell as a page, in words and with what to do."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from eventkit.auth import Unauthenticated
from eventkit.problems import Faulty, FieldProblem, compose, describe
from eventkit.text import Text
from eventkit.wording import of_parameter
from pagekit.rendering import HEADERS, SWAPPED, Draw, voice

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
SignIn = Callable[[Request, Unauthenticated], Response]


def page_route(ask: SignIn, draw: Draw) -> type[APIRoute]:
    """A class of routes whose refusals are pages; who is not signed in is asked to by `ask`, at the same address."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def page(request: Request) -> Response:
                try:
                    response = await handle(request)
                except Unauthenticated as error:
                    response = ask(request, error)
                except Exception as error:
                    response = refused(request, error, draw)
                for name, value in HEADERS.items():
                    response.headers.setdefault(name, value)
                return response

            return page

    return PageRoute


def refused(request: Request, error: Exception, draw: Draw) -> Response:
    """The page that tells what is wrong and how to mend it; of what nobody expected, a reference to quote."""
    if isinstance(error, HTTPException):
        details = compose("not-found", 404, Text("There is nothing at this address."), voice(request))
    else:
        details = describe(_readable(error), voice=voice(request))
    template = "problem_part.html" if SWAPPED in request.headers else "problem.html"
    response = draw(request, template, details.status, problem={"errors": (), "reference": None} | details.body)
    response.headers.update({n: v for n, v in details.headers.items() if n == "Retry-After"})
    return response


def _readable(error: Exception) -> Exception:
    if not isinstance(error, RequestValidationError):
        return error
    mend = Text("correct this parameter")
    faults = [FieldProblem(".".join(map(str, e["loc"][1:])), of_parameter(e), mend) for e in error.errors()]
    return Faulty(faults, Text("Parameters of the request are wrong."))


def tell_unrouted(app: FastAPI, draw: Draw) -> None:
    """Have a browser that goes astray told so by a page; programs go on reading problems."""
    before: Any = app.exception_handlers[HTTPException]

    async def astray(request: Request, error: HTTPException) -> Response:
        browser = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
        if error.status_code == 404 and browser:
            return refused(request, error, draw)
        told: Response = await before(request, error)
        return told

    app.exception_handlers[HTTPException] = astray
