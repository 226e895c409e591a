"""What every service's migrations/env.py calls: Alembic as the owner of the database, in one transaction.

A migration only expands, so that the code before it goes on working, or it contracts and says with
`serves = "REVISION"` from which migration on code works with what it leaves (docs/deploying.md, Upgrading).
"""

from __future__ import annotations

from alembic import context, op
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, pool, text

LOCK_TIMEOUT = "5s"
"""How long a migration waits for running processes to let go of a table: all who come after it wait behind it."""

_FLOOR = """
CREATE TABLE IF NOT EXISTS schema_floor (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision text NOT NULL
)
"""
_SET_FLOOR = """
INSERT INTO schema_floor VALUES (true, :revision) ON CONFLICT (one) DO UPDATE SET revision = excluded.revision
"""


def run() -> None:
    """Run the migrations that Alembic asks for on the database at the configuration's `url`, and note its floor."""
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=False)
        with context.begin_transaction():
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
            context.run_migrations()
            _note(connection, floor(context.script))


def floor(scripts: ScriptDirectory) -> str:
    """The oldest revision whose code works with the newest schema: what the last contract serves, else the first."""
    revisions = list(scripts.walk_revisions())
    served = (getattr(script.module, "serves", None) for script in revisions)
    return next(filter(None, served), revisions[-1].revision)


def service_role() -> str:
    """The role that works in the database being migrated: it bears the database's name."""
    return _role(op.get_bind())


def _role(connection: Connection) -> str:
    name = connection.engine.url.database
    assert name is not None
    return name


def _note(connection: Connection, revision: str) -> None:
    """Write the floor where older code finds it, which does not have the newer migrations' files."""
    connection.execute(text(_FLOOR))
    connection.execute(text(f'GRANT SELECT ON schema_floor, alembic_version TO "{_role(connection)}"'))
    connection.execute(text(_SET_FLOOR), {"revision": revision})
