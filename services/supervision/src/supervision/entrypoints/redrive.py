"""Applies parked events again: `python -m supervision.entrypoints.redrive [KEY…]`; without a key it lists them."""

from __future__ import annotations

from eventkit import redriving, settings
from eventkit.postgres import PostgresStore, make_engine
from eventkit.settings import WorkerSettings
from supervision import bootstrap


def main() -> None:
    """List or redrive."""
    held = settings.read(WorkerSettings)
    redriving.run(bootstrap.processor(PostgresStore(make_engine(held.database_url, pool=2), bootstrap.SERVICE)))


if __name__ == "__main__":
    main()
