"""The HTTP process: commands, CloudEvents and reads under /v1."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import Engine

from eventkit import process, settings
from eventkit.auth import Tokens
from eventkit.depths import Depths, backlog, consumption
from eventkit.http import Limits, create_app, refusals_of, serve
from eventkit.postgres import PostgresStore, make_engine
from eventkit.settings import HttpSettings
from routing.bootstrap import SERVICE, Routing
from routing.domain import errors
from routing.entrypoints.reads import reads
from routing.entrypoints.rules import rules


def make_app(held: HttpSettings, engine: Engine) -> FastAPI:
    """The application on this engine, which stays the caller's."""
    routing, store = Routing(), PostgresStore(engine, SERVICE)
    return create_app(
        service=SERVICE,
        book=routing.book(),
        store=store,
        tokens=Tokens(held.jwks_file, held.issuer, held.audience),
        projectors=routing.projectors,
        depths=Depths(engine, SERVICE, [backlog, consumption]),
        routers=[reads(engine, store, routing.desk), rules(store, routing.desk)],
        refusals=refusals_of(errors),
        limits=Limits.of(held),
    )


def main() -> None:
    """Serve until a signal ends it."""
    held = settings.read(HttpSettings)
    process.begin(SERVICE, "http", held)
    serve(make_app(held, make_engine(held.database_url)), held)


if __name__ == "__main__":
    main()
