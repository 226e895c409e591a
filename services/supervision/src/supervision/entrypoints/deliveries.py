"""How notifications get to their recipients: `python -m supervision.entrypoints.deliveries [--retry ID|all]`.

Lists what has not arrived, or has it tried again. An id is that of the notification; `all`: everything that was given
up, or is in the state named.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Engine, func, select, tuple_

from eventkit import settings
from eventkit.postgres import PostgresStore
from eventkit.session import Session
from supervision import bootstrap
from supervision.adapters.tables import deliveries, notifications
from supervision.application.postroom import REDRIVABLE
from supervision.config import NotifierSettings
from supervision.domain import notification
from supervision.domain.notification import DeliveryRedriven

OPEN = ("waiting", "held", "no_address", "dead")
BY = "operator"
MOST = 1000
"""Deliveries that are listed, and looked up at a time to be retried."""

Place = tuple[datetime, UUID, str]
"""Where a delivery stands in the list: when it was asked for, its notification and its channel."""


def main() -> None:
    """List or retry; status 1 when something asked for cannot be tried again."""
    asked = _arguments(sys.argv[1:])
    held = settings.read(NotifierSettings)
    store = PostgresStore.at(held.database_url, bootstrap.SERVICE)
    if asked.retry:
        sys.exit(0 if retry(store, asked.retry, datetime.now(UTC), asked.state or "dead") else 1)
    show(store.engine, asked.state, asked.json)


def show(engine: Engine, state: str | None, as_json: bool = False) -> None:
    """Print the deliveries that are open, or those in the state, and how many there are where the list is cut."""
    states = (state,) if state else OPEN
    rows = listed(engine, states)
    total = len(rows) if len(rows) < MOST else counted(engine, states)
    if as_json:
        told = [{str(name): value for name, value in row._asdict().items()} for row in rows]
        print(orjson.dumps({"deliveries": told, "total": total}, option=orjson.OPT_INDENT_2).decode())
        return
    for row in rows:
        print(f"{row.notification}  {row.channel:7}  {row.state:10}  {row.name}  {row.recipient}  {row.reason or ''}")
    if total > len(rows):
        print(f"These are the oldest {len(rows)} of {total}.")
    if not rows:
        print("Everything has arrived." if state is None else f"Nothing is {state}.")


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--retry", action="append", metavar="ID", help="a notification's id, or all")
    parser.add_argument("--state", help="only deliveries in this state")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser.parse_args(given)


def listed(engine: Engine, states: Sequence[str], after: Place | None = None) -> list[Any]:
    """The oldest deliveries in these states, MOST at most, of those behind a place."""
    told, held = notifications.c, deliveries.c
    columns = (held.notification, held.channel, held.state, held.attempts, held.reason, held.at, held.next_at)
    about = (told.name, told.agency, told.programme, told.case_id, told.recipient_kind, told.recipient)
    place = (held.at, held.notification, held.channel)
    query = select(*columns, *about).join(notifications, told.notification == held.notification)
    query = query.where(held.state.in_(states)).order_by(*place).limit(MOST)
    if after is not None:
        query = query.where(tuple_(*place) > after)
    with engine.connect() as connection:
        return list(connection.execute(query))


def counted(engine: Engine, states: Sequence[str]) -> int:
    """How many deliveries are in these states."""
    with engine.connect() as connection:
        return connection.execute(select(func.count()).where(deliveries.c.state.in_(states))).scalar_one()


def _all(engine: Engine, states: Sequence[str]) -> Iterator[Any]:
    """Every delivery in these states, however many; each once, also when it comes back meanwhile."""
    page = listed(engine, states)
    while page:
        yield from page
        last = page[-1]
        page = listed(engine, states, (last.at, last.notification, last.channel))


def retry(store: PostgresStore, asked: Sequence[str], at: datetime, state: str = "dead") -> bool:
    """Have them tried again, each in a transaction of its own; whether all that was asked for can be.

    "all" means those in this state.
    """
    if asked == ["all"]:
        number = 0
        for row in _all(store.engine, tuple({state} & REDRIVABLE)):
            _again(store, row.notification, row.channel, at)
            number += 1
        print(f"{number} are tried again")
        return True
    found = [_named(store, text, at) for text in asked]  # each, also behind one that is not
    return all(found)


def _named(store: PostgresStore, text: str, at: datetime) -> bool:
    try:
        id = UUID(text)
    except ValueError:
        print(f"{text}  is no id of a notification", file=sys.stderr)
        return False
    held = deliveries.c
    query = select(held.channel).where(held.notification == id, held.state.in_(REDRIVABLE))
    with store.engine.connect() as connection:
        channels = connection.execute(query).scalars().all()
    for channel in channels:
        _again(store, id, channel, at)
        print(f"{id}  {channel} is tried again")
    if not channels:
        print(f"{id}  has nothing that was given up or lacks an address", file=sys.stderr)
    return bool(channels)


def _again(store: PostgresStore, id: UUID, channel: Any, at: datetime) -> None:
    stream = bootstrap.make_context().streams.notification
    with store.transaction() as tx:
        session = Session(tx, bootstrap.PROJECTORS)
        event = DeliveryRedriven(id, channel, BY, at)
        ids = [notification.event_id(session.get(stream, str(id)), event)]
        session.record(stream, str(id), [event], key=str(id), cause=id, ids=ids)
        session.flush()


if __name__ == "__main__":
    main()
