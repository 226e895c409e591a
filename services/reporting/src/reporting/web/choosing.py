"""Whom a visitor may choose to be where the embedded issuer is at hand."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from sqlalchemy import Engine

from eventkit.catalogues import catalogue
from pagekit.rendering import voice
from pagekit.roles import CALLED
from pagekit.session import language_of
from pagekit.signing import Choice, Choices
from reporting.queries.scope import Scope
from reporting.web.rendering import TEXTS
from reporting.web.words import Words

ROLES: Final = ("office", "leader", "analyst", "department", "operator")


def choices(engine: Engine, request: Request) -> list[Choices]:
    """Per agency its office, leaders, analysts and departments; and an operator of all."""
    language = language_of(request)
    say = voice(request).say
    whole = {role: say(CALLED[role]) for role in ("office", "leader", "analyst")}
    with engine.connect() as connection:
        words = Words(connection, Scope(None, None), language)
        titles: dict[str, list[str]] = {}
        for id, row in words.programmes.items():
            titles.setdefault(row.agency, []).append(words.title(id))
        found = [
            Choices.of_agency(agency, named, whole, say(CALLED["department"]), words.agency_units(agency))
            for agency, named in titles.items()
        ]
    everywhere = catalogue(TEXTS, language).gettext("All agencies")
    return [*found, Choices(everywhere, [Choice("operator", say(CALLED["operator"]), everywhere)])]
