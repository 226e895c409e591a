"""Signing in and out: a token is pasted or, where the embedded issuer is at hand, made for a chosen role."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from eventkit.auth import Tokens, Unauthenticated
from eventkit.caller import Caller
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from pagekit.addresses import own_path, requested
from pagekit.issuer import LocalIssuer
from pagekit.rendering import SWAPPED, Draw, voice
from pagekit.sent import sent
from pagekit.session import COOKIE, refuse_foreign, sign_in, sign_out

MOST_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Choices:
    """Whom a visitor may choose to be: what the choice sends, `role[/agency[/department]]`, and what it is called."""

    title: str
    options: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SignIn:
    """The form, and what it leads to.

    `allow` raises what a verified caller is refused by. `local`: the embedded issuer, None in a deployed system; its
    tokens are made for `roles`, and `choices` lists them in the visitor's language.
    """

    draw: Draw
    allow: Callable[[Caller], object]
    local: LocalIssuer | None
    roles: Collection[str]
    choices: Callable[[Request], Sequence[Choices]]

    def ask(self, request: Request, error: Unauthenticated) -> Response:
        """The form at the address that needs it."""
        if SWAPPED in request.headers:
            return Response(status_code=401, headers={"HX-Refresh": "true"})
        given = COOKIE in request.cookies
        if not given and request.headers.get("sec-fetch-site") == "cross-site":
            # a strict cookie does not come along from another site's link: asked again from here, it does
            return self.draw(request, "again.html", address=requested(request))
        said = error.args[0] if given and error.args and error.args[0] else None
        problem = None if said is None else voice(request).say(said)
        return self.form(request, 401, problem=problem, back=requested(request))

    def form(self, request: Request, status: int, *, problem: str | None, back: str, typed: str = "") -> Response:
        """The form; what was typed comes back with it."""
        choices = [] if self.local is None else self.choices(request)
        return self.draw(request, "sign_in.html", status, problem=problem, back=back, typed=typed, choices=choices)

    def enter(self, request: Request, token: str, who: str, back: str) -> Response:
        """Sign in and go on to where the visitor wanted to."""
        refuse_foreign(request)
        tokens: Tokens = request.app.state.tokens
        chosen = "".join(token.split()) or self._made(who)
        try:
            self.allow(tokens.verify(chosen.removeprefix("Bearer")))
        except Unauthenticated as error:
            said = (
                error.args[0]
                if chosen and error.args and error.args[0]
                else Text("Paste a token, or choose who you are.")
            )
            return self.form(request, 422, problem=voice(request).say(said), back=back, typed=token)
        response = RedirectResponse(back, 303)
        sign_in(request, response, chosen.removeprefix("Bearer"))
        return response

    def _made(self, who: str) -> str:
        if self.local is None or not who:
            return ""
        role, _, rest = who.partition("/")
        agency, _, department = rest.partition("/")
        if role not in self.roles:
            unknown = Text("{value!r} is no {name}", value=role, name="role")
            raise Faulty([FieldProblem("who", unknown, Text("choose from the list"))])
        return self.local.token(role, agency or None, department or None)


def add_signing(router: APIRouter, signing: SignIn) -> None:
    """The form by itself, what it sends, and signing out."""

    @router.get("/sign-in")
    def form(request: Request) -> Response:
        return signing.form(request, 200, problem=None, back=own_path(request.query_params.get("back")))

    @router.post("/sign-in")
    async def enter(request: Request) -> Response:
        told = dict(await sent(request, MOST_BYTES, 10))
        path, mark, query = told.get("back", "/").partition("?")
        back = own_path(path) + mark + query
        return await run_in_threadpool(signing.enter, request, told.get("token", ""), told.get("who", ""), back)

    @router.post("/sign-out")
    def leave(request: Request) -> Response:
        refuse_foreign(request)
        response = RedirectResponse("/sign-in", 303)
        sign_out(request, response)
        return response
