"""The HTTP process: commands, CloudEvents and reads under /v1."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import Engine

from eventkit import process, settings
from eventkit.auth import Tokens
from eventkit.depths import Depths, backlog, consumption
from eventkit.http import Limits, create_app, refusals_of, serve
from eventkit.postgres import PostgresStore, make_engine
from intake import bootstrap
from intake.adapters.contacts import MasterKey, Vault
from intake.adapters.read_model import project
from intake.config import HttpSettings
from intake.domain import errors
from intake.entrypoints.contacts import contact_reads
from intake.entrypoints.reads import reads


def make_app(held: HttpSettings, engine: Engine) -> FastAPI:
    """The application on this engine, which stays the caller's."""
    vault, store = Vault(MasterKey(held.contact_key_file)), PostgresStore(engine, bootstrap.SERVICE)
    return create_app(
        service=bootstrap.SERVICE,
        book=bootstrap.book(vault),
        store=store,
        tokens=Tokens(held.jwks_file, held.issuer, held.audience),
        projectors=[project],
        depths=Depths(engine, bootstrap.SERVICE, [backlog, consumption]),
        routers=[reads(engine, bootstrap.moves(store)), contact_reads(engine, vault)],
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
