"""Signing in and out: at the agency's provider, by a pasted token or, beside the embedded issuer, by a chosen role."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from eventkit.auth import Tokens, Unauthenticated
from eventkit.caller import Caller
from eventkit.problems import Faulty, FieldProblem, Unavailable
from eventkit.text import Text
from pagekit.addresses import address, own_address, requested
from pagekit.issuer import LocalIssuer
from pagekit.provider import Begun, Provider
from pagekit.rendering import SWAPPED, Draw, voice
from pagekit.sent import sent
from pagekit.session import BEGUN, COOKIE, forget_begun, keep_begun, refuse_foreign, sign_in, sign_out

MOST_BYTES = 16_384


class Choice(NamedTuple):
    """Whom a visitor may choose to be: what it sends, `role[/agency[/department]]`, the role, and for whom it acts."""

    value: str
    role: str
    name: str | None = None

    @property
    def title(self) -> str:
        """What the choice is called."""
        return " · ".join(filter(None, (self.role, self.name)))


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen of one agency."""

    title: str
    options: Sequence[Choice]

    @classmethod
    def of_agency(
        cls, agency: str, titles: Sequence[str], roles: Mapping[str, str], department: str, units: Mapping[str, str]
    ) -> Choices:
        """Those of an agency, which is called by the titles of its programmes.

        `roles`: what those are called that one has for the whole agency, by role; `department`: what one is called;
        `units`: what the agency's units are called, by id, each of which one may be the department of.
        """
        title = " · ".join(filter(None, titles)) or agency
        whole = [Choice(f"{role}/{agency}", called, title) for role, called in roles.items()]
        parts = [Choice(f"department/{agency}/{id}", department, name) for id, name in units.items()]
        return cls(title, [*whole, *parts])


@dataclass(frozen=True, slots=True)
class SignIn:
    """The form, and what it leads to.

    `allow` raises what a verified caller is refused by. `provider`: where people sign in, None: nowhere. `local`: the
    embedded issuer, None in a deployed system; its tokens are made for `roles`, and `choices` lists them in the
    visitor's language.
    """

    draw: Draw
    allow: Callable[[Caller], object]
    provider: Provider | None
    local: LocalIssuer | None
    roles: Collection[str]
    choices: Callable[[Request], Sequence[Choices]]

    def ask(self, request: Request) -> Response:
        """The form at the address that needs it."""
        if SWAPPED in request.headers:
            return Response(status_code=401, headers={"HX-Refresh": "true"})
        expired = COOKIE in request.cookies
        if not expired and request.headers.get("sec-fetch-site") == "cross-site":
            # a strict cookie does not come along from another site's link: asked again from here, it does
            return self.draw(request, "again.html", address=requested(request))
        problem = voice(request).say(Text("Your sign-in has expired. Sign in again.")) if expired else None
        return self.form(request, 401, problem=problem, back=requested(request))

    def form(self, request: Request, status: int, *, problem: str | None, back: str, typed: str = "") -> Response:
        """The form; what was typed comes back with it."""
        choices = [] if self.local is None else self.choices(request)
        begin = None if self.provider is None else address("/sign-in/begin", {"back": back})
        about = {"problem": problem, "back": back, "typed": typed, "choices": choices, "begin": begin}
        at_token = status == HTTPStatus.UNPROCESSABLE_ENTITY
        return self.draw(request, "sign_in.html", status, at_token=at_token, **about)

    def begin(self, request: Request, back: str) -> Response:
        """To the provider, which leads back to `done`."""
        if self.provider is None:
            return self._unregistered(request)
        try:
            elsewhere, begun = self.provider.begin(back)
        except Unavailable as error:
            return self._failed(request, error, back)
        response = RedirectResponse(elsewhere, 303)
        keep_begun(request, response, begun.dump())
        return response

    def done(self, request: Request) -> Response:
        """Back from the provider: signed in, and on to where the visitor wanted to; by a page, since a strict cookie
        does not come along where another site has led."""
        if self.provider is None:
            return self._unregistered(request)
        back, tokens = "/", request.app.state.tokens
        try:
            begun = Begun.load(request.cookies.get(BEGUN))
            back = own_address(begun.back)
            token = self.provider.finish(begun, request.query_params)
            self.allow(tokens.verify(token))
        except (Unauthenticated, Unavailable) as error:
            return self._failed(request, error, back)
        response = self.draw(request, "again.html", address=back)
        sign_in(request, response, token)
        forget_begun(request, response)
        return response

    def _failed(self, request: Request, error: Unauthenticated | Unavailable, back: str) -> Response:
        return self.form(request, error.status, problem=voice(request).say(error.args[0]), back=back)

    def _unregistered(self, request: Request) -> Response:
        problem = voice(request).say(Text("There is no sign-in service here. Paste a token."))
        return self.form(request, 404, problem=problem, back="/")

    def enter(self, request: Request, token: str, who: str, back: str) -> Response:
        """Sign in and go on to where the visitor wanted to."""
        refuse_foreign(request)
        tokens: Tokens = request.app.state.tokens
        chosen = "".join(token.split()) or self._made(request, who)
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

    def _made(self, request: Request, who: str) -> str:
        if self.local is None or not who:
            return ""
        role, _, rest = who.partition("/")
        agency, _, department = rest.partition("/")
        if role not in self.roles:
            raise Faulty([FieldProblem("who", Text("nobody is that here"), Text("choose from the list"))])
        names = {one.value: one.name for choices in self.choices(request) for one in choices.options}
        return self.local.token(role, agency or None, department or None, names.get(who))


def add_signing(router: APIRouter, signing: SignIn) -> None:
    """The form by itself, what it sends, and signing out."""

    @router.get("/sign-in")
    def form(request: Request) -> Response:
        return signing.form(request, 200, problem=None, back=own_address(request.query_params.get("back", "/")))

    @router.get("/sign-in/begin")
    def begin(request: Request) -> Response:
        return signing.begin(request, own_address(request.query_params.get("back", "/")))

    @router.get("/sign-in/done")
    def done(request: Request) -> Response:
        return signing.done(request)

    @router.post("/sign-in")
    async def enter(request: Request) -> Response:
        told = dict(await sent(request, MOST_BYTES, 10))
        back = own_address(told.get("back", "/"))
        return await run_in_threadpool(signing.enter, request, told.get("token", ""), told.get("who", ""), back)

    @router.post("/sign-out")
    def leave(request: Request) -> Response:
        refuse_foreign(request)
        response = RedirectResponse("/sign-in", 303)
        sign_out(request, response)
        return response
