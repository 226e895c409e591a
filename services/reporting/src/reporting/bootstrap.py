"""The composition root of the HTTP process."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import Engine, text

from eventkit.auth import Tokens
from eventkit.depths import Depths, consumption
from eventkit.http import Limits, create_app
from pagekit.issuer import local_issuer
from pagekit.provider import provider
from reporting import CONSUMER
from reporting.bulletins.content import PeriodTooEarly, UnknownReport
from reporting.bulletins.papers import UnknownMatter
from reporting.bulletins.routes import document_routes
from reporting.bulletins.word import TemplateFault
from reporting.config import PageSettings, templates
from reporting.exports.files import Exports
from reporting.exports.room import Room
from reporting.exports.routes import export_routes
from reporting.issuing.errors import DeadlinesUndecided, NothingChanged, PeriodNotOver, UnknownDocument
from reporting.issuing.routes import issuing_routes
from reporting.queries.desk import Desk
from reporting.queries.routes import routes
from reporting.web.opening import Pages
from reporting.web.routes import add_pages
from reporting.whatif.routes import whatif_routes

_OF_ISSUING = (UnknownDocument, PeriodNotOver, DeadlinesUndecided, NothingChanged)
REFUSALS = (UnknownReport, PeriodTooEarly, UnknownMatter, TemplateFault, *_OF_ISSUING)


def application(held: PageSettings, engine: Engine) -> FastAPI:
    """The HTTP process; the engine stays the caller's."""

    def database() -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT FROM live.ledger LIMIT 1"))

    pages = Pages(Desk(engine))
    exports = Exports(pages, Room(held.exports_in_hand, held.export_seconds))
    tokens = Tokens(held.jwks_file, held.issuer, held.audience)
    app = create_app(
        service=CONSUMER,
        tokens=tokens,
        routers=[
            routes(engine),
            document_routes(engine),
            issuing_routes(engine, templates(held)),
            export_routes(exports),
            whatif_routes(engine),
        ],
        ready={"database": database},
        depths=Depths(engine, CONSUMER, [consumption]),
        limits=Limits.of(held),
        refusals=REFUSALS,
    )
    add_pages(app, engine, pages, exports, provider(held), local_issuer(held), templates(held))
    return app
