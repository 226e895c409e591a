"""Applies parked events again: `python -m intake.entrypoints.redrive [KEY…]`; without a key it lists them."""

from __future__ import annotations

from eventkit import redriving, settings
from eventkit.postgres import PostgresStore
from eventkit.settings import WorkerSettings
from intake.bootstrap import SERVICE, processor


def main() -> None:
    """List or redrive."""
    held = settings.read(WorkerSettings)
    redriving.run(processor(PostgresStore.at(held.database_url, SERVICE)))


if __name__ == "__main__":
    main()
