"""The composition root."""

from __future__ import annotations

from functools import partial

import httpx
from fastapi import APIRouter, FastAPI

from console import SERVICE
from console.case_pages import add_cases
from console.choosing import choices
from console.config import ConsoleSettings
from console.rendering import draw
from console.report_pages import add_reporting
from console.visiting import ROLES, allow
from console.work_pages import add_work
from eventkit.auth import Tokens
from eventkit.http import Limits, create_app
from pagekit.assets import asset_routes
from pagekit.issuer import local_issuer
from pagekit.page import page_route, tell_unrouted
from pagekit.provider import provider
from pagekit.signing import SignIn, add_signing

CONNECT_SECONDS = 3.0


def application(held: ConsoleSettings, client: httpx.Client | None = None) -> FastAPI:
    """The HTTP process. It is ready by itself: what the services cannot do at the moment, its pages say."""
    local = local_issuer(held)
    app = create_app(
        service=SERVICE,
        tokens=Tokens(held.jwks_file, held.issuer, held.audience),
        limits=Limits.of(held),
    )
    app.state.held = held
    app.state.client = client or httpx.Client(timeout=httpx.Timeout(held.service_seconds, connect=CONNECT_SECONDS))
    signing = SignIn(draw, allow, provider(held), local, ROLES, partial(choices, local))
    router = APIRouter(include_in_schema=False, route_class=page_route(signing.ask, draw))
    add_signing(router, signing)
    for add in (add_work, add_reporting, add_cases):
        add(router)
    app.include_router(router)
    app.include_router(asset_routes(SERVICE))
    tell_unrouted(app, draw)
    return app
