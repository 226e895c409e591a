"""The HTTP process: commands, CloudEvents and reads under /v1."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import Engine

from eventkit import process, settings
from eventkit.auth import Tokens
from eventkit.depths import Depths, backlog, consumption, sweeps
from eventkit.http import Limits, create_app, refusals_of, serve
from eventkit.postgres import PostgresStore, make_engine
from supervision import bootstrap
from supervision.config import HttpSettings
from supervision.domain import errors
from supervision.entrypoints.owed import owed
from supervision.entrypoints.reads import reads
from supervision.entrypoints.told import told
from supervision.entrypoints.whatif import whatif


def make_app(held: HttpSettings, engine: Engine) -> FastAPI:
    """The application on this engine, which stays the caller's."""
    context, store = bootstrap.make_context(), PostgresStore(engine, bootstrap.SERVICE)
    return create_app(
        service=bootstrap.SERVICE,
        book=bootstrap.book(context, held.address_key_file, held.webhook_targets),
        store=store,
        tokens=Tokens(held.jwks_file, held.issuer, held.audience),
        projectors=bootstrap.PROJECTORS,
        depths=Depths(engine, bootstrap.SERVICE, [backlog, consumption, sweeps(bootstrap.agendas())]),
        routers=[
            reads(engine, store, context),
            owed(engine, store, context),
            told(engine, store, context),
            whatif(store, context),
        ],
        refusals=refusals_of(errors),
        limits=Limits.of(held),
    )


def main() -> None:
    """Serve until a signal ends it."""
    held = settings.read(HttpSettings)
    process.begin(bootstrap.SERVICE, "http", held)
    serve(make_app(held, make_engine(held.database_url)), held)


if __name__ == "__main__":
    main()
