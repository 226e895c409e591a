"""Draws reporting's pages: what each of its templates may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from fastapi import Request, Response

from pagekit.addresses import address
from pagekit.rendering import drawn
from reporting.queries.pressing import TO_ANSWER

TEXTS: Final = "reporting.web"
CARRIED: Final = ("programme", "at", "as_of")
"""What goes along from page to page: whose figures, as of when, and as known when."""
_LOOKS: Final = frozenset({"after", "lang", "density", "place", "places"})
"""Parameters that only change how a page looks."""


def draw(request: Request, template: str, status: int = 200, /, **about: Any) -> Response:
    """A page in the visitor's language."""
    known = {"known": None, "words": None, "programme": None}
    told = {"to_answer": TO_ANSWER, "file": partial(_file, dict(request.query_params))}
    return drawn(request, TEXTS, template, status, CARRIED, known | told | about)


def _file(given: Mapping[str, str], list: str, format: str, **changes: object) -> str:
    """The address of a page's list as a file, by the same filters as the page."""
    kept = {name: value for name, value in given.items() if name not in _LOOKS}
    return address(f"/exports/{list}", kept | {"format": format} | changes)
