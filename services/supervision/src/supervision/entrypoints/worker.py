"""The worker process: follows intake and routing."""

from __future__ import annotations

import logging

from eventkit import settings
from eventkit.consumer import run_worker
from eventkit.postgres import PostgresStore, make_engine
from eventkit.settings import WorkerSettings
from supervision import bootstrap


def main() -> None:
    """Consume until a signal ends it."""
    logging.basicConfig(level=logging.INFO)
    held = settings.read(WorkerSettings)
    store = PostgresStore(make_engine(held.database_url, pool=2), bootstrap.SERVICE)
    run_worker(bootstrap.processor(store), held)


if __name__ == "__main__":
    main()
