"""Who only reads holds up nobody: see docs/adr/0049-readers-hold-up-nobody.md."""

from __future__ import annotations

from bugle.stack.errors import StackError
from bugle.stack.home import ROOT
from bugle.stack.postgres import Postgres

_LOCKS = ROOT / "infra" / "postgres" / "sql" / "locks.sql"


def keep_locks(server: Postgres, name: str) -> None:
    """Keep the advisory locks by which a database's service waits for its two roles; StackError if we may not."""
    import psycopg

    with psycopg.connect(server.url(server.superuser, name)) as connection:
        try:
            connection.execute(_LOCKS.read_bytes())
        except psycopg.errors.InsufficientPrivilege as error:
            raise StackError(
                f"{server.superuser} is no superuser and cannot keep the locks that the services on {name} wait for"
                " from other roles. Let analysts read a standby of it: locks taken there are of the standby alone."
            ) from error


def keep_servers_own(server: Postgres) -> None:
    """Let nobody but superusers into the databases that come with a server: no service works in them."""
    import psycopg

    with psycopg.connect(server.admin_url()) as connection:
        connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
