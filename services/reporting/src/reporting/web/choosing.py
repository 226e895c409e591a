"""Whom a visitor may choose to be where the embedded issuer is at hand."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from sqlalchemy import Engine

from eventkit.catalogues import catalogue
from pagekit.session import language_of
from pagekit.signing import Choices
from reporting.queries.scope import Scope
from reporting.web.rendering import TEXTS
from reporting.web.words import Words

ROLES: Final = ("office", "leader", "analyst", "department", "operator")


def choices(engine: Engine, request: Request) -> list[Choices]:
    """Per agency its office, leaders, analysts and departments; and an operator of all."""
    language = language_of(request)
    texts = catalogue(TEXTS, language)
    whole = {
        "office": texts.gettext("Office"),
        "leader": texts.gettext("Leader"),
        "analyst": texts.gettext("Analyst"),
    }
    with engine.connect() as connection:
        words = Words(connection, Scope(None, None), language)
        titles: dict[str, list[str]] = {}
        for id, row in words.programmes.items():
            titles.setdefault(row.agency, []).append(words.title(id))
        found = [
            Choices.of_agency(agency, named, whole, texts.gettext("Department"), words.agency_units(agency))
            for agency, named in titles.items()
        ]
    return [*found, Choices(texts.gettext("All agencies"), [("operator", texts.gettext("Operator of all agencies"))])]
