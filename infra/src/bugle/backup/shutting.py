"""Whom a restore shuts out of the databases and lets in again, also when it was broken off and is run again.

The home remembers: who was let in before stands nowhere in a database whose access list no longer names him.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from bugle.stack.databases import admitted, let_in, shut_out, usual
from bugle.stack.place import Place

FILE = "shut-out.json"


def shut_all_out(place: Place, services: Collection[str], half: bool) -> None:
    """Nobody but their owners gets into these services' databases. `half`: an earlier restore was broken off, and has
    shut out those who are remembered."""
    held = place.home.read(FILE)
    for database in map(place.database, services):
        before = held.get(database.name, usual(database)) if half else ()
        held[database.name] = sorted({*before, *admitted(database)})
    _write(place, held)
    for database in map(place.database, services):
        shut_out(database)


def let_all_in(place: Place, services: Collection[str]) -> None:
    """The end of `shut_all_out`."""
    held = place.home.read(FILE)
    for database in map(place.database, services):
        let_in(database, held.pop(database.name, None))
    _write(place, held)


def _write(place: Place, held: dict[str, Any]) -> None:
    place.home.write(FILE, json.dumps(held, indent=1).encode())
