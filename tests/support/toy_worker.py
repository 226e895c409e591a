"""A worker process over the account book of `ledgers`: deposits 1 for every event it reads of TOY_SOURCE.

An event named "poison" raises. It logs what it takes in hand. Run by tests as `python -m tests.support.toy_worker`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

from eventkit.arrivals import Arrival
from eventkit.consumer import run_worker
from eventkit.envelope import Envelope
from eventkit.postgres import PostgresStore, make_engine
from eventkit.processing import Processor
from eventkit.reactions import Reactions
from eventkit.session import Session
from eventkit.settings import WorkerSettings, read
from tests.support.ledgers import BOOK, Deposited

SOURCE = os.environ.get("TOY_SOURCE", "source")
reactions = Reactions("toys", [f"{SOURCE}.events"])


@reactions.on(f"bugle.{SOURCE}.happened.v1", loads=lambda event: [(BOOK, event.key)])
def deposit(session: Session, event: Envelope) -> None:
    if event.json()["name"] == "poison":
        raise ValueError("poison")
    new = Deposited(event.key, 1, event.occurred_at)
    session.record(BOOK, event.key, [new], key=event.key, cause=event.id)


class Telling(Processor):
    """Says what it has been given before it does anything."""

    def process(self, arrivals: Sequence[Arrival]) -> None:
        logging.getLogger(__name__).info("toys took %d", len(arrivals))
        super().process(arrivals)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    settings = read(WorkerSettings)
    run_worker(Telling(PostgresStore(make_engine(settings.database_url), "ledgers"), reactions), settings)
