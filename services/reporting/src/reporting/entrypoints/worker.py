"""The worker process: every event of the other services into the tables."""

from __future__ import annotations

from eventkit import process, settings
from eventkit.consumer import run_worker
from eventkit.postgres import PostgresStore
from eventkit.settings import WorkerSettings
from reporting import CONSUMER
from reporting.consuming import processor


def main() -> None:
    """Consume until a signal ends it."""
    held = settings.read(WorkerSettings)
    process.begin(CONSUMER, "worker", held)
    run_worker(processor(PostgresStore.at(held.database_url, CONSUMER)), held)


if __name__ == "__main__":
    main()
