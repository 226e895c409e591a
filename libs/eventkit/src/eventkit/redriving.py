"""The operator's side of redrive, the same for every consumer."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from eventkit.delivery import Policy, policy_of
from eventkit.diagnosis import brief
from eventkit.processing import Processor


def run(processor: Processor) -> None:
    """Redrive the keys on the command line, "all" for every parked one; without any, list them.

    Ends the process: status 0 when nothing asked for is parked any more, 1 when a key still fails.
    """
    asked, parked = sys.argv[1:], processor.parked()
    if not parked:
        print("Nothing is parked.")
    if not asked:
        for key, count in parked.items():
            print(f"{key}  {count} parked")
        return
    keys = list(parked) if asked == ["all"] else asked
    failing = [key for key in keys if not _one(processor, key, parked)]
    sys.exit(1 if failing else 0)


def _one(processor: Processor, key: str, parked: Mapping[str, int]) -> bool:
    if key not in parked:
        print(f"{key}  is not parked", file=sys.stderr)
        return False
    try:
        print(f"{key}  {processor.redrive(key)} applied")
    except Exception as failing:
        if policy_of(failing) in (Policy.RETRY, Policy.STOP):
            raise  # a server is away, or program and tables do not fit: no fault of this key
        print(f"{key}  still fails: {brief(failing)}", file=sys.stderr)
        return False
    return True
