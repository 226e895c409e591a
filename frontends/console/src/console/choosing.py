"""Whom a visitor may choose to be where the embedded issuer is at hand."""

from __future__ import annotations

from fastapi import Request

from console.names import Names, units_of
from console.services import Away, Services
from console.visiting import ROLES
from pagekit.issuer import LocalIssuer
from pagekit.rendering import voice
from pagekit.roles import CALLED
from pagekit.session import language_of
from pagekit.signing import Choices


def choices(local: LocalIssuer | None, request: Request) -> list[Choices]:
    """Per agency its frontend, office, leaders and departments; nobody while intake does not answer."""
    if local is None:
        return []
    held, language, say = request.app.state.held, language_of(request), voice(request).say
    services = Services(request.app.state.client, held.urls, local.token("operator", None, None), language)
    try:
        agencies: dict[str, list[str]] = {}
        for row in services.all("intake", "/programmes"):
            document = services.get("intake", f"/programmes/{row['programme']}")["document"]
            agencies.setdefault(row["agency"], []).append(Names(document, {}, language).title)
        whole = {role: say(CALLED[role]) for role in ROLES if role != "department"}
        department = say(CALLED["department"])
        return [
            Choices.of_agency(agency, titles, whole, department, units_of(services, agency))
            for agency, titles in agencies.items()
        ]
    except Away:
        return []
