"""What the client works in: an agency's directory, a programme, an enterprise."""

from __future__ import annotations

import tomllib
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bugle.chaos.client import AGENCY, ENTERPRISE, UNIT, Client, Json
from bugle.chaos.ledger import Ledger
from bugle.stack.place import Place


def programme() -> Json:
    """The document of the programme."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def publish(system: Place, ledger: Ledger) -> timedelta:
    """Publish all of it; the grace of the programme's clocks."""
    document = programme()
    units = [{"id": UNIT, "name": "供电公司", "kind": "department", "synthetic": True}]
    with closing(Client(system, ledger)) as client:
        client.put("intake", f"/directories/{AGENCY}", {"version": 1, "units": units, "people": []})
        client.put("intake", f"/programmes/{document['id']}", {"version": 1, "document": document})
        client.register(ENTERPRISE)
    return timedelta(seconds=document["grace_seconds"])
