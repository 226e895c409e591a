"""Whom a visitor may choose to be where the embedded issuer is at hand."""

from __future__ import annotations

from fastapi import Request

from console import SERVICE
from console.names import Names, units_of
from console.services import Away, Services
from console.visiting import ROLES
from eventkit.catalogues import catalogue
from pagekit.issuer import LocalIssuer
from pagekit.session import language_of
from pagekit.signing import Choices


def choices(local: LocalIssuer | None, request: Request) -> list[Choices]:
    """Per agency its frontend, office, leaders and departments; nobody while intake does not answer."""
    if local is None:
        return []
    held, language = request.app.state.held, language_of(request)
    services = Services(request.app.state.client, held.urls, local.token("operator", None, None), language)
    try:
        agencies: dict[str, list[str]] = {}
        for row in services.all("intake", "/programmes"):
            document = services.get("intake", f"/programmes/{row['programme']}")["document"]
            agencies.setdefault(row["agency"], []).append(Names(document, {}, language).title)
        return [_of(services, agency, titles) for agency, titles in agencies.items()]
    except Away:
        return []


def _of(services: Services, agency: str, titles: list[str]) -> Choices:
    texts = catalogue(SERVICE, services.language)
    whole = {
        "frontend": texts.gettext("Reporting clerk"),
        "office": texts.gettext("Office"),
        "leader": texts.gettext("Leader"),
    }
    assert whole.keys() < set(ROLES)
    return Choices.of_agency(agency, titles, whole, texts.gettext("Department"), units_of(services, agency))
