"""The worker process: follows supervision, to answer the frontends."""

from __future__ import annotations

from eventkit import process, settings
from eventkit.consumer import run_worker
from eventkit.postgres import PostgresStore
from eventkit.settings import WorkerSettings
from intake.bootstrap import SERVICE, processor


def main() -> None:
    """Consume until a signal ends it."""
    held = settings.read(WorkerSettings)
    process.begin(SERVICE, "worker", held)
    run_worker(processor(PostgresStore.at(held.database_url, SERVICE)), held)


if __name__ == "__main__":
    main()
