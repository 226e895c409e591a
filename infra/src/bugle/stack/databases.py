"""Databases and roles of a system on the server, and the services' migrations."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

from bugle.stack.errors import StackError
from bugle.stack.locks import keep_locks
from bugle.stack.postgres import Postgres

DRIVER = "postgresql+psycopg"
"""What SQLAlchemy is told; psycopg itself knows it as postgresql."""

UNHURRIED = "-c idle_in_transaction_session_timeout=0"
"""Options of a session whose transaction waits for something else, such as Kafka: servers may end those that idle."""


def plain(url: str) -> str:
    """The address as psycopg and PostgreSQL's programs take it."""
    return url.replace(DRIVER, "postgresql")


@dataclass(frozen=True, slots=True)
class Database:
    """The addresses of one database: `url` for the service, `owner_url` for what migrates it."""

    name: str
    url: str
    owner_url: str


def database(server: Postgres, name: str) -> Database:
    """The addresses of a database, whether it exists or not."""
    return Database(name, server.url(name, name, DRIVER), server.url(f"{name}_owner", name, DRIVER))


def create(server: Postgres, names: list[str]) -> None:
    """Make the databases that are missing, each with two roles: `<name>` works in it, `<name>_owner` owns it."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(server.admin_url(), autocommit=True) as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        present = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for name in names:
            for role in (name, f"{name}_owner"):
                verb = sql.SQL("ALTER" if role in roles else "CREATE")
                secret = sql.Literal(server.home.password(role))
                connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(role), secret))
            if name not in present:
                owner, known = sql.Identifier(f"{name}_owner"), sql.Identifier(name)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(known, owner))
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(known))
                connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {0} TO {0}").format(known))
        if connection.info.parameter_status("is_superuser") == "on":  # else `create_reader` refuses: nobody reads along
            for name in names:
                keep_locks(server, name)


_SHUT = """
    SELECT count(*) FROM unnest(%s::text[], %s::text[]) AS of (role, name)
    JOIN pg_roles r ON r.rolname = of.role JOIN pg_database d ON d.datname = of.name
    WHERE NOT has_database_privilege(r.oid, d.oid, 'CONNECT')
"""
_ADMITTED = """
    SELECT coalesce(rolname, 'public') FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) AS entry
    LEFT JOIN pg_roles r ON r.oid = grantee
    WHERE datname = current_database() AND privilege_type = 'CONNECT' AND grantee <> datdba
"""
_KNOWN = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) UNION SELECT 'public' WHERE 'public' = ANY(%s)"


def admitted(of: Database) -> set[str]:
    """The roles that the database lets in, but its owner; "public", as no role is called, lets in everybody."""
    import psycopg

    with psycopg.connect(plain(of.owner_url)) as connection:
        return {role for (role,) in connection.execute(_ADMITTED)}


def shut_out(of: Database) -> None:
    """Keep everybody but the owner out of the database until he is let in: the service, its analysts, whoever was
    granted it. Whatever starts them, no connection of theirs is taken. Those that there are already go on."""
    _change(of, admitted(of), "REVOKE CONNECT ON DATABASE {} FROM {}")


def let_in(of: Database, roles: Collection[str] | None = None) -> None:
    """The end of `shut_out`, for those who were `admitted` before; where nobody knows them, for the `usual` ones."""
    _change(of, usual(of) if roles is None else roles, "GRANT CONNECT ON DATABASE {} TO {}")


def usual(of: Database) -> list[str]:
    """The roles that Bugle itself lets in: of the service, and of its analysts where there is one."""
    return [_role(of), _reader(of.name)]


def half_restored(of: Collection[Database], asked: str) -> bool:
    """Whether a service is kept out of one of these: a restore was broken off after it had begun to change them.

    One that is not there shuts nobody out. `asked`: an address on their server, anybody's.
    """
    import psycopg

    with psycopg.connect(asked) as connection:
        row = connection.execute(_SHUT, ([_role(one) for one in of], [one.name for one in of])).fetchone()
    return bool(row and row[0])


def _change(of: Database, roles: Collection[str], statement: LiteralString) -> None:
    """Of those of the roles that there are."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(plain(of.owner_url)) as connection:
        for (role,) in connection.execute(_KNOWN, (list(roles), list(roles))).fetchall():
            connection.execute(sql.SQL(statement).format(sql.Identifier(of.name), sql.Identifier(role)))


def _role(of: Database) -> str:
    """Who works in it."""
    return urlsplit(of.url).username or ""


def _reader(name: str) -> str:
    """The role that analysts read a database by, where one was made."""
    return f"{name}_analyst"


_READING = (
    "default_transaction_read_only = on",
    "statement_timeout = '5min'",
    "idle_in_transaction_session_timeout = '5min'",
    "lock_timeout = '1min'",
)


def create_reader(server: Postgres, name: str) -> str:
    """A role for analysts that may read what a database shows to whoever may connect to it; its address."""
    import psycopg
    from psycopg import sql

    keep_locks(server, name)
    role = _reader(name)
    database, reader = sql.Identifier(name), sql.Identifier(role)
    with psycopg.connect(server.admin_url()) as connection:
        present = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
        verb, secret = sql.SQL("CREATE" if present is None else "ALTER"), sql.Literal(server.home.password(role))
        connection.execute(sql.SQL("{} ROLE {} LOGIN CONNECTION LIMIT 10 PASSWORD {}").format(verb, reader, secret))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, reader))
        for setting in _READING:
            connection.execute(
                sql.SQL("ALTER ROLE {} IN DATABASE {} SET {}").format(reader, database, sql.SQL(setting))
            )
    return server.url(role, name)


def migrate(folder: Path, owner_url: str) -> None:
    """Bring a database to the newest migration of the folder; quick when it is there already.

    StackError when a newer Bugle has changed it so that this one cannot work with it.
    """
    from eventkit.migrate import SchemaError, upgrade

    try:
        upgrade(folder, owner_url)
    except SchemaError as refusal:
        raise StackError(str(refusal)) from refusal


def parked(of: Iterable[Database]) -> dict[str, int]:
    """How many events each consumer has set aside, where that is not none; a database without the table has none."""
    import psycopg

    found: dict[str, int] = {}
    for held in of:
        with psycopg.connect(plain(held.url)) as connection:
            if connection.execute("SELECT to_regclass('public.parked')").fetchone() != (None,):
                found.update(connection.execute("SELECT consumer, count(*) FROM parked GROUP BY consumer").fetchall())
    return found


def unsent(of: Database) -> list[dict[str, object]]:
    """How many notifications have not arrived and do not go out by themselves: state, reason and count of each kind."""
    import psycopg
    from psycopg.rows import dict_row

    with psycopg.connect(plain(of.url)) as connection:
        if connection.execute("SELECT to_regclass('public.deliveries')").fetchone() == (None,):
            return []
        query = (
            "SELECT state, reason, count(*) FROM deliveries WHERE state IN ('held', 'no_address', 'dead')"
            " GROUP BY state, reason ORDER BY state, reason"
        )
        return connection.cursor(row_factory=dict_row).execute(query).fetchall()
