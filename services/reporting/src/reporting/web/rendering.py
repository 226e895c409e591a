"""Draws pages: templates, what each of them may ask for, and the headers that every page bears."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any, Final

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from eventkit.catalogues import LANGUAGES, catalogue
from reporting.web.addresses import Addresses
from reporting.web.session import language_of, remember_language
from reporting.web.vendor import asset_address

TEXTS: Final = "reporting.web"
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


def draw(request: Request, template: str, status: int = 200, /, **about: Any) -> Response:
    """A page in the visitor's language."""
    language = language_of(request)
    given = dict(request.query_params)
    addresses = Addresses(request.url.path, given)
    known = {
        "language": language,
        "other": next(one for one in LANGUAGES if one != language),
        "caller": None,
        "to": addresses.to,
        "here": addresses.here,
        "kept": addresses.kept,
        "file": addresses.file,
        "path": addresses.path,
        "given": defaultdict(str, given),
        "known": None,
        "words": None,
        "programme": None,
    }
    text = _environment(language).get_template(template).render(known | about)
    response = Response(text, status, HEADERS | {"Content-Language": language}, "text/html")
    remember_language(request, response)
    return response


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader(TEXTS),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: ABSENT if value is None else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts = catalogue(TEXTS, language)
    environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    environment.globals["asset"] = asset_address
    return environment
