"""The worker of a later release, which also notes in a column of its own that it has written a case's row."""

from __future__ import annotations

from sqlalchemy import text

from eventkit import process, settings
from eventkit.consumer import run_worker
from eventkit.envelope import Envelope
from eventkit.postgres import PostgresStore
from eventkit.settings import WorkerSettings
from eventkit.store import Transaction
from routing.adapters.tables import connection_of
from routing.bootstrap import SERVICE, Routing

_NOTE = text("UPDATE cases SET written_by = 'later' WHERE case_id::text = ANY(:cases)")


def note(tx: Transaction, written: list[Envelope]) -> None:
    """Comes after the projector of the table itself."""
    cases = sorted({event.stream.removeprefix("case-") for event in written if event.stream.startswith("case-")})
    if cases:
        connection_of(tx).execute(_NOTE, {"cases": cases})


if __name__ == "__main__":
    held = settings.read(WorkerSettings)
    process.begin(SERVICE, "worker", held)
    routing = Routing()
    routing.projectors = (*routing.projectors, note)
    run_worker(routing.processor(PostgresStore.at(held.database_url, SERVICE)), held)
