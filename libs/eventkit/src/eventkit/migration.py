"""What every service's migrations/env.py calls: Alembic as the owner of the database, in one transaction."""

from __future__ import annotations

import os

from alembic import context, op
from sqlalchemy import create_engine, pool


def run() -> None:
    """Run the migrations that Alembic asks for on the database that BUGLE_OWNER_DATABASE_URL names."""
    engine = create_engine(os.environ["BUGLE_OWNER_DATABASE_URL"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=False)
        with context.begin_transaction():
            context.run_migrations()


def service_role() -> str:
    """The role that works in the database being migrated: it bears the database's name."""
    name = op.get_bind().engine.url.database
    assert name is not None
    return name
