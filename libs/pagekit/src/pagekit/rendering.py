"""Draws pages: a package's templates over the shared ones, its catalogue over the shared one, strict headers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from copy import copy
from functools import cache, partial
from typing import Any, Final, Protocol

from fastapi import Request, Response
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from eventkit.catalogues import LANGUAGES, catalogue
from pagekit.addresses import Addresses
from pagekit.assets import asset_address
from pagekit.roles import account
from pagekit.session import language_of, remember_language
from pagekit.site import PageVoice, Site

KIT: Final = "pagekit"
ABSENT: Final = "–"
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "connect", "font")),
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing comes from elsewhere, and nothing that stands in a page itself is ever run."""
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
SWAPPED: Final = "hx-request"
"""The header of a request for a part of a page."""
NAMELESS: Final = Site()


class Draw(Protocol):
    """Draws a page of a package, within its own layout `base.html`."""

    def __call__(self, request: Request, template: str, status: int = 200, /, **about: Any) -> Response:
        """The page in the visitor's language."""


def drawn(
    request: Request, package: str, template: str, status: int, carried: Collection[str], about: dict[str, Any]
) -> Response:
    """A page of the package in the visitor's language; `carried`: parameters that go along from page to page.

    Those that `about` calls `wrong` stand in no address that the page makes.
    """
    language = language_of(request)
    given = {name: value for name, value in request.query_params.items() if name not in about.get("wrong", ())}
    addresses = Addresses(request.url.path, given, carried)
    known = {
        "language": language,
        "other": next(one for one in LANGUAGES if one != language),
        "caller": None,
        "account": partial(account, say=voice(request).say),
        "to": addresses.to,
        "here": addresses.here,
        "there": addresses.there,
        "kept": addresses.kept,
        "path": addresses.path,
        "given": defaultdict(str, given),
    }
    text = environment(package, language).get_template(template).render(known | about)
    response = Response(text, status, HEADERS | {"Content-Language": language}, "text/html")
    remember_language(request, response)
    return response


@cache
def environment(package: str, language: str) -> Environment:
    """The templates of a package in a language; what it lacks, templates and texts, the shared ones have."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(KIT)]),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: ABSENT if value is None else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts = copy(catalogue(package, language))  # the cached one has no fallback
    texts.add_fallback(catalogue(KIT, language))
    made.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    made.globals["asset"] = partial(asset_address, package)
    return made


def site_of(request: Request) -> Site:
    """What the application has set as `site`; one without names of its own where it has not."""
    site: Site = getattr(request.app.state, "site", NAMELESS)
    return site


def voice(request: Request) -> PageVoice:
    """The voice that says what the program raised, in the visitor's language and by the site's names."""
    return PageVoice(language_of(request), (*request.app.state.speakers, KIT), site_of(request))
