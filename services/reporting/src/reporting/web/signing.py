"""Signing in and out: a token is pasted or, where the embedded issuer is at hand, made for a chosen role."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from eventkit.auth import Tokens, Unauthenticated
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from eventkit.voice import Voice
from reporting.queries.scope import Scope, scope_of
from reporting.web.addresses import own_path
from reporting.web.forms import sent as sent_by
from reporting.web.issuer import LocalIssuer
from reporting.web.rendering import SWAPPED, draw
from reporting.web.session import COOKIE, language_of, refuse_foreign, sign_in, sign_out
from reporting.web.words import Words

OFFERED = ("office", "leader", "analyst")
"""Roles of a whole agency that the form offers; departments stand beside them."""


class SignIn:
    """The form, and what it leads to. `local`: the embedded issuer, None in a deployed system."""

    def __init__(self, engine: Engine, local: LocalIssuer | None) -> None:
        self._engine = engine
        self._local = local

    def ask(self, request: Request, error: Unauthenticated) -> Response:
        """The form at the address that needs it."""
        if SWAPPED in request.headers:
            return Response(status_code=401, headers={"HX-Refresh": "true"})
        given = COOKIE in request.cookies
        if not given and request.headers.get("sec-fetch-site") == "cross-site":
            # a strict cookie does not come along from another site's link: asked again from here, it does
            return draw(request, "again.html", address=_here(request))
        said = error.args[0] if given and error.args and error.args[0] else None
        problem = None if said is None else Voice(language_of(request), request.app.state.speakers).say(said)
        return self.form(request, 401, problem=problem, back=_here(request))

    def form(self, request: Request, status: int, *, problem: str | None, back: str, typed: str = "") -> Response:
        """The form; what was typed comes back with it."""
        choices = [] if self._local is None else self._choices(language_of(request))
        return draw(request, "sign_in.html", status, problem=problem, back=back, typed=typed, choices=choices)

    def enter(self, request: Request, token: str, who: str, back: str) -> Response:
        """Sign in and go on to where the visitor wanted to."""
        refuse_foreign(request)
        tokens: Tokens = request.app.state.tokens
        chosen = "".join(token.split()) or self._made(who)
        try:
            scope_of(tokens.verify(chosen.removeprefix("Bearer")))
        except Unauthenticated as error:
            said = (
                error.args[0]
                if chosen and error.args and error.args[0]
                else Text("Paste a token, or choose who you are.")
            )
            told = Voice(language_of(request), request.app.state.speakers).say(said)
            return self.form(request, 422, problem=told, back=back, typed=token)
        response = RedirectResponse(back, 303)
        sign_in(request, response, chosen.removeprefix("Bearer"))
        return response

    def _made(self, who: str) -> str:
        if self._local is None or not who:
            return ""
        role, _, rest = who.partition("/")
        agency, _, department = rest.partition("/")
        if role not in (*OFFERED, "department", "operator"):
            raise Faulty(
                [
                    FieldProblem(
                        "who", Text("{value!r} is no {name}", value=role, name="role"), Text("choose from the list")
                    )
                ]
            )
        return self._local.token(role, agency or None, department or None)

    def _choices(self, language: str) -> list[dict[str, Any]]:
        """Per agency: its programmes' titles, and its departments by name."""
        with self._engine.connect() as connection:
            words = Words(connection, Scope(None, None), language)
            agencies: dict[str, list[str]] = {}
            for id, row in words.programmes.items():
                agencies.setdefault(row.agency, []).append(words.title(id))
            return [
                {"agency": agency, "titles": titles, "units": words.agency_units(agency)}
                for agency, titles in agencies.items()
            ]


def add_signing(router: APIRouter, signing: SignIn) -> None:
    """The form by itself, what it sends, and signing out."""

    @router.get("/sign-in")
    def form(request: Request) -> Response:
        return signing.form(request, 200, problem=None, back=own_path(request.query_params.get("back")))

    @router.post("/sign-in")
    async def enter(request: Request) -> Response:
        sent = await sent_by(request)
        path, mark, query = sent.get("back", "/").partition("?")
        back = own_path(path) + mark + query
        return await run_in_threadpool(signing.enter, request, sent.get("token", ""), sent.get("who", ""), back)

    @router.post("/sign-out")
    def leave(request: Request) -> Response:
        refuse_foreign(request)
        response = RedirectResponse("/sign-in", 303)
        sign_out(request, response)
        return response


def _here(request: Request) -> str:
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")
