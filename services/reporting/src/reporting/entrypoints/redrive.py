"""Applies parked events again: `python -m reporting.entrypoints.redrive [KEY…]`; without a key it lists them."""

from __future__ import annotations

from eventkit import redriving, settings
from eventkit.postgres import PostgresStore
from eventkit.settings import WorkerSettings
from reporting import CONSUMER
from reporting.consuming import processor


def main() -> None:
    """List or redrive."""
    held = settings.read(WorkerSettings)
    redriving.run(processor(PostgresStore.at(held.database_url, CONSUMER)))


if __name__ == "__main__":
    main()
