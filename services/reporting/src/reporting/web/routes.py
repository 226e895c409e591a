"""All pages."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine

from eventkit.text import Text
from pagekit.assets import asset_routes
from pagekit.issuer import LocalIssuer
from pagekit.page import page_route, tell_unrouted
from pagekit.provider import Provider
from pagekit.signing import SignIn, add_signing
from pagekit.site import Site
from reporting.exports.files import Exports
from reporting.exports.routes import add_export_pages
from reporting.queries.scope import scope_of
from reporting.web.chips import called_by_id
from reporting.web.choosing import ROLES, choices
from reporting.web.document_pages import add_documents
from reporting.web.forms import add_forms
from reporting.web.issue_pages import add_issue
from reporting.web.ledger_pages import add_ledger
from reporting.web.number_pages import add_numbers
from reporting.web.opening import Pages
from reporting.web.overview_pages import add_overview
from reporting.web.programme_pages import add_programme
from reporting.web.rendering import TEXTS, draw
from reporting.web.reproofs import add_reproofs
from reporting.web.saved_pages import add_saved
from reporting.web.whatif_pages import add_whatif

WAYS: Final = {"unknown-issue": ("/ledger", Text("Look for the issue in the ledger by its title"))}
"""Where to look instead, by what a page has not found."""


def add_pages(
    app: FastAPI,
    engine: Engine,
    pages: Pages,
    exports: Exports,
    provider: Provider | None,
    local: LocalIssuer | None,
    templates: Path | None,
) -> None:
    """The pages beside the API, over an engine that stays the caller's; `templates`: the office's own of Word."""
    app.state.site = Site(called_by_id, WAYS)
    signing = SignIn(draw, scope_of, provider, local, ROLES, partial(choices, engine))
    router = APIRouter(include_in_schema=False, route_class=page_route(signing.ask, draw))
    add_signing(router, signing)
    add_forms(router)
    for add in (add_overview, add_ledger, add_saved, add_issue, add_numbers, add_reproofs, add_programme, add_whatif):
        add(router, pages)
    add_documents(router, pages, templates)
    add_export_pages(router, exports)
    app.include_router(router)
    app.include_router(asset_routes(TEXTS))
    tell_unrouted(app, draw)
