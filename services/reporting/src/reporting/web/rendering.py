"""Draws reporting's pages: what each of its templates may ask for."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request, Response

from pagekit.rendering import drawn

TEXTS: Final = "reporting.web"
CARRIED: Final = ("programme", "at", "as_of")
"""What goes along from page to page: whose figures, as of when, and as known when."""


def draw(request: Request, template: str, status: int = 200, /, **about: Any) -> Response:
    """A page in the visitor's language."""
    known = {"known": None, "words": None, "programme": None}
    return drawn(request, TEXTS, template, status, CARRIED, known | about)
