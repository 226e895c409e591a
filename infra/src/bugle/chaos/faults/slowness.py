"""What takes long beside what does not: a commit, a transaction elsewhere, a consumer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Thread

import psycopg

from bugle.chaos.arena import Arena, until
from bugle.chaos.failpoints import Order

LONG, SLOW = 2.0, 0.5  # seconds
BATCHES = 3


def slow_commit(arena: Arena) -> None:
    """An event whose position is low and whose commit comes late is not skipped."""
    arena.failpoints.order("intake-http", "after_insert", Order("linger", match="-report-", seconds=LONG))
    before = _logged(arena)
    reporting = Thread(target=arena.reported)
    reporting.start()
    until(lambda: arena.failpoints.met("intake-http", "after_insert"), "a commit that takes long")
    until(lambda: _logged(arena) > before, "events that are logged beside it")
    reporting.join()


def open_transaction(arena: Arena) -> None:
    """A transaction that stays open in another database of the server holds nobody up."""
    with psycopg.connect(arena.system.postgres.admin_url()) as connection:
        connection.execute("SELECT pg_current_xact_id()")
        until(partial(arena.applied, "reporting", arena.reported()), "a report's way to the projection")


def slow_consumer(arena: Arena) -> None:
    """Reporting takes its time with each batch; what piles up is drained."""
    arena.failpoints.order("reporting-worker", "in_handler", Order("linger", seconds=SLOW))
    until(lambda: arena.failpoints.met("reporting-worker", "in_handler"), "a batch that takes long")
    for _ in range(BATCHES):
        until(partial(arena.applied, "reporting", arena.reported()), "a report's slow way to the projection")


def _logged(arena: Arena) -> int:
    return int(arena.rows("intake", "SELECT log_seq FROM relay_state")[0][0])


FAULTS: dict[str, Callable[[Arena], None]] = {
    "a commit takes long beside fast ones": slow_commit,
    "a transaction stays open in another database": open_transaction,
    "reporting consumes slowly": slow_consumer,
}
