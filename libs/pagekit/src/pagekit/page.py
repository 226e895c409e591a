"""Routes of pages: what the API answers as a problem, they tell as a page, in words and with what to do."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from eventkit.auth import Unauthenticated
from eventkit.problems import Faulty, FieldProblem, compose, describe
from eventkit.text import Text
from eventkit.wording import of_parameter
from pagekit.addresses import page_before
from pagekit.rendering import HEADERS, SWAPPED, Draw, voice
from pagekit.session import signed_in
from pagekit.site import PageVoice

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
SignIn = Callable[[Request], Response]


def page_route(ask: SignIn, draw: Draw) -> type[APIRoute]:
    """A class of routes whose refusals are pages; who is not signed in is asked to by `ask`, at the same address."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def page(request: Request) -> Response:
                try:
                    response = await handle(request)
                except Unauthenticated:
                    response = ask(request)
                except Exception as error:
                    response = refused(request, error, draw)
                for name, value in HEADERS.items():
                    response.headers.setdefault(name, value)
                return response

            return page

    return PageRoute


def refused(request: Request, error: Exception, draw: Draw) -> Response:
    """The page that tells what is wrong and how to mend it; of what nobody expected, a reference to quote."""
    speaking = voice(request)
    if isinstance(error, HTTPException):
        details = compose("not-found", 404, Text("There is nothing at this address."), speaking)
    else:
        error = _readable(error)
        details = describe(error, voice=speaking)
        if isinstance(error, Faulty) and request.method == "GET":
            title = Text("The filters in the address are wrong")
            details.body.update(title=speaking.say(title), detail="")
    response = draw(
        request,
        "problem_part.html" if SWAPPED in request.headers else "problem.html",
        details.status,
        problem=shown(details.body, speaking),
        caller=signed_in(request),
        wrong=[one["field"] for one in details.body.get("errors", ()) if one["field"] in request.query_params],
        before=page_before(request),
        way=speaking.site.ways.get(details.body["type"].rpartition(":")[2]),
        say=speaking.say,
    )
    response.headers.update({n: v for n, v in details.headers.items() if n == "Retry-After"})
    return response


def shown(body: Mapping[str, Any], speaking: PageVoice) -> dict[str, Any]:
    """The members of a problem as its page tells them: fields by their names, and nothing twice."""
    said = {"", _bare(body["title"])}

    def once(text: str) -> str:
        if _bare(text) in said:
            return ""
        said.add(_bare(text))
        return text

    detail = once(body["detail"])
    errors = [
        {"label": speaking.called(one["field"]), "problem": once(one["problem"]), "mend": one["mend"]}
        for one in body.get("errors", ())
    ]
    return {"reference": None, **body, "detail": detail, "errors": errors}


def _bare(text: str) -> str:
    return text.rstrip(".。")


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
