"""The command `bugle audit reads`: who read or erased which contact, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any

import psycopg
import typer

from bugle.machine import tell_line
from bugle.stack.databases import UNHURRIED, plain
from bugle.stack.place import EMBEDDED, Against, running_place

_READS = """
    SELECT read_at, reader, deed, contact_ref::text FROM contact_reads
    WHERE (%(contact)s::text IS NULL OR contact_ref::text = %(contact)s)
    AND (%(reader)s::text IS NULL OR reader = %(reader)s)
    AND (%(since)s::date IS NULL OR read_at >= %(since)s::date)
    ORDER BY read_at, contact_ref
"""
_FETCH = 2_000


def reads(
    contact: Annotated[str | None, typer.Option(help="Of this contact_ref only.")] = None,
    reader: Annotated[str | None, typer.Option(help="Of this holder of a token only.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day on (UTC).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object in each line.")] = False,
    against: Against = EMBEDDED,
) -> None:
    """List who read or erased which contact, oldest first. No note can be changed, nor removed within six months."""
    database = plain(running_place(against).database("intake").owner_url)
    day = None if since is None else since.date()
    found = False
    for at, who, deed, ref in _noted(database, contact, reader, day):
        found = True
        if as_json:
            tell_line({"at": at, "by": who, "deed": deed, "contact_ref": ref})
        else:
            typer.echo(f"{at}  {deed:6}  {ref}  {escaped(who)}")
    if not found:
        typer.echo("No reading or erasing of a contact is noted that fits.", err=True)


def escaped(text: str) -> str:
    """The text on one line: what cannot be printed is written as Python writes it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _noted(
    database: str, contact: str | None, reader: str | None, since: date | None
) -> Iterator[tuple[str, str, str, str]]:
    wanted: dict[str, Any] = {"contact": contact, "reader": reader, "since": since}
    options = f"{UNHURRIED} -c timezone=UTC -c default_transaction_read_only=on"
    with psycopg.connect(database, options=options) as connection, connection.cursor(name="reads") as cursor:
        cursor.itersize = _FETCH
        cursor.execute(_READS, wanted)
        for at, who, deed, ref in cursor:
            yield at.isoformat(timespec="seconds"), who, deed, ref
