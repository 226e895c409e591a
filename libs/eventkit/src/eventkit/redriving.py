"""The operator's side of redrive, the same for every consumer."""

from __future__ import annotations

import sys

from eventkit.processing import Processor
from eventkit.redrive import StillFailing


def run(processor: Processor) -> None:
    """Redrive the keys on the command line, "all" for every parked one; without any, list them.

    Ends the process: status 0 when nothing asked for is parked any more, 1 when a key still fails.
    """
    asked, parked = sys.argv[1:], processor.parked()
    if not asked:
        for key, count in parked.items():
            print(f"{key}  {count} parked")
        return
    keys = list(parked) if asked == ["all"] else asked
    failing = [key for key in keys if not _one(processor, key)]
    sys.exit(1 if failing else 0)


def _one(processor: Processor, key: str) -> bool:
    try:
        print(f"{key}  {processor.redrive(key)} applied")
    except StillFailing as failing:
        print(f"{key}  still fails: {failing}", file=sys.stderr)
        return False
    return True
