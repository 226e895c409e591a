"""The worker process: every event of the other services into the tables."""

from __future__ import annotations

import logging

from eventkit import settings
from eventkit.consumer import run_worker
from eventkit.postgres import make_engine
from eventkit.settings import WorkerSettings
from reporting.bootstrap import processor


def main() -> None:
    """Consume until a signal ends it."""
    logging.basicConfig(level=logging.INFO)
    held = settings.read(WorkerSettings)
    run_worker(processor(make_engine(held.database_url, pool=2)), held)


if __name__ == "__main__":
    main()
