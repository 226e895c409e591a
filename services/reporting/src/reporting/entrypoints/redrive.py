"""Applies parked events again: `python -m reporting.entrypoints.redrive [KEY…]`; without a key it lists them."""

from __future__ import annotations

from eventkit import redriving, settings
from eventkit.postgres import make_engine
from eventkit.settings import WorkerSettings
from reporting.bootstrap import processor


def main() -> None:
    """List or redrive."""
    held = settings.read(WorkerSettings)
    redriving.run(processor(make_engine(held.database_url, pool=2)))


if __name__ == "__main__":
    main()
