"""The operator's side of redrive, the same for every consumer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from eventkit.delivery import Policy, policy_of
from eventkit.diagnosis import brief
from eventkit.processing import Processor
from eventkit.redrive import NotParked, StillFailing


def run(processor: Processor) -> None:
    """Redrive the keys on the command line, "all" for every parked one; without any, list them.

    Ends the process: status 0 when nothing asked for is parked any more, 1 when a key still fails.
    """
    asked = _asked()
    if asked.discard and not _discarded(processor, asked):
        sys.exit(1)
    parked = processor.parked()
    if not parked:
        print("Nothing is parked.")
    if not asked.keys:
        for key, count in parked.items():
            print(f"{key}  {count} parked")
        return
    keys = list(parked) if asked.keys == ["all"] else asked.keys
    if asked.discard:
        keys = [key for key in keys if key in parked]  # the record may have been the last of its key
    failing = [key for key in keys if not _one(processor, key, parked)]
    sys.exit(1 if failing else 0)


def _asked() -> argparse.Namespace:
    """What the command line says; ends the process with status 2 when it does not fit together."""
    parser = argparse.ArgumentParser(prog="redrive", description="Apply parked events again.")
    parser.add_argument("keys", nargs="*", metavar="KEY", help='or "all"; without one the keys are listed')
    parser.add_argument(
        "--discard", metavar="PLACE", help="first give up this record of the key: TOPIC[PARTITION]@OFFSET"
    )
    parser.add_argument("--reason", help="why it can never be applied")
    parser.add_argument("--by", help="who decided")
    asked = parser.parse_args()
    if asked.discard and not (len(asked.keys) == 1 and (asked.reason or "").strip() and (asked.by or "").strip()):
        parser.error("--discard takes one KEY, --reason and --by")
    return asked


def _discarded(processor: Processor, asked: argparse.Namespace) -> bool:
    [key] = asked.keys
    try:
        processor.discard(key, asked.discard, asked.reason, asked.by)
    except NotParked as wrong:
        print(f"{key}  {wrong}", file=sys.stderr)
        return False
    print(f"{key}  {asked.discard} discarded")
    return True


def _one(processor: Processor, key: str, parked: Mapping[str, int]) -> bool:
    if key not in parked:
        print(f"{key}  is not parked", file=sys.stderr)
        return False
    try:
        print(f"{key}  {processor.redrive(key)} applied")
    except Exception as failing:
        if policy_of(failing) in (Policy.RETRY, Policy.STOP):
            raise  # a server is away, or program and tables do not fit: no fault of this key
        # a whole batch that fails does not tell at which of its records
        where = "" if isinstance(failing, StillFailing) else f" (the first is {processor.first_parked(key)})"
        print(f"{key}  still fails: {brief(failing)}{where}", file=sys.stderr)
        return False
    return True
