"""Whom a restore must not bring back: contacts whose keys lie in the copy and who were erased since it was made.

The erasure stands in the log that is about to be replaced, or only in Kafka where the database is lost. Once the
restore is done neither may tell of it, so the home remembers: a restore that is repeated must not bring them back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg

from bugle.backup.programs import rows
from bugle.stack.databases import plain
from bugle.stack.place import Place
from bugle.verify.event import Event

FILE = "erased-contacts.json"
_TYPE = "contact_erased"
_NOTES = "SELECT to_regclass('public.contact_keys')"  # erasures are noted since keys have a table of their own
_RECORDED = """
    SELECT data::json ->> 'contact_ref' FROM events WHERE type LIKE %s
    UNION SELECT contact_ref::text FROM contact_reads WHERE deed = 'erased'
"""
_OLDER = "UPDATE contacts SET wrapped_key = NULL WHERE contact_ref::text = ANY(%s)"
_ERASE = """
    WITH gone AS (DELETE FROM contact_keys WHERE contact_ref::text = ANY(%s) RETURNING contact_ref),
         noted AS (INSERT INTO contact_reads (contact_ref, reader, deed)
                   SELECT contact_ref, 'restore', 'erased' FROM contacts c WHERE contact_ref::text = ANY(%s)
                   AND NOT EXISTS (SELECT FROM contact_reads r WHERE r.contact_ref = c.contact_ref
                                   AND r.deed = 'erased'))
    UPDATE contact_master SET erasures = erasures + (SELECT count(*) FROM gone) RETURNING (SELECT count(*) FROM gone)
"""


def remember_erased(place: Place, ahead: Iterable[Event]) -> None:
    """Write down, before anything is changed, whom the database and the events that only Kafka has tell as erased."""
    told = {str(event.body.get("contact_ref")) for event in ahead if event.short_type == _TYPE}
    with psycopg.connect(plain(place.database("intake").owner_url)) as connection:
        erased = told | known_erased(place, connection)
    if erased:
        place.home.write(FILE, json.dumps({"contacts": sorted(erased)}, indent=1).encode())


def erase_again(place: Place) -> int:
    """Destroy the keys of all who are known as erased; how many there were.

    They count as erased since the last change of the master: the copy that they came from can still be opened.
    Each whose erasure the log that was restored does not know of has a note of it: nobody shall take its key for lost.
    """
    with psycopg.connect(plain(place.database("intake").owner_url)) as connection:
        erased = list(known_erased(place, connection))
        connection.execute(_OLDER, [erased])
        row = connection.execute(_ERASE, [erased, erased]).fetchone()
    return int(row[0]) if row else 0


def known_erased(place: Place, connection: psycopg.Connection[Any]) -> set[str]:
    """Whom the home or intake's database, its log or a note, tells as erased; a database that is lost tells of none."""
    if connection.execute(_NOTES).fetchone() == (None,):
        return remembered(place)
    return remembered(place) | {ref for (ref,) in connection.execute(_RECORDED, [f"bugle.intake.{_TYPE}.%"])}


def remembered(place: Place) -> set[str]:
    """Whom restores of this home knew as erased."""
    return set(place.home.read(FILE).get("contacts", ()))


def dumped_erased(dump: Path) -> set[str]:
    """Whom a dump of intake's database tells as erased."""
    events = (row["data"] for row in rows(dump, "events") if row["type"].startswith(f"bugle.intake.{_TYPE}.".encode()))
    noted = (row["contact_ref"].decode() for row in rows(dump, "contact_reads") if row.get("deed") == b"erased")
    return {str(json.loads(data)["contact_ref"]) for data in events} | set(noted)
