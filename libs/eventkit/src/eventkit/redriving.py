"""The operator's side of redrive, the same for every consumer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

import orjson

from eventkit.delivery import Policy, policy_of
from eventkit.diagnosis import brief
from eventkit.errors import VersionConflict
from eventkit.processing import Processor
from eventkit.redrive import NotParked, StillFailing


def run(processor: Processor) -> None:
    """Redrive the keys on the command line, "all" for every parked one; without any, list them.

    Ends the process: status 0 when nothing asked for is parked any more, 1 when a key still fails or a server is away.
    With --json one object on standard output: `parked`, `applied` (events by key), `discarded` (places), `failing`
    (why, by key); nothing of it when a server is away.
    """
    asked = _asked()
    try:
        _run(processor, asked)
    except Exception as error:
        if policy_of(error) is not Policy.RETRY:
            raise
        sys.exit(f"redrive: a server is away, run it again when it is back: {brief(error)}")


def _run(processor: Processor, asked: argparse.Namespace) -> NoReturn:
    told = _Told(processor, asked.json)
    if asked.discard and not _discarded(processor, asked, told):
        told.end()
    parked = processor.parked()
    if not parked:
        told.say("Nothing is parked.")
    if not asked.keys:
        for key, count in parked.items():
            told.say(f"{key}  {count} parked")
        told.end()
    keys = list(parked) if asked.keys == ["all"] else asked.keys
    if asked.discard:
        keys = [key for key in keys if key in parked]  # the record may have been the last of its key
    for key in keys:
        _one(processor, key, parked, told)
    told.end()


@dataclass(slots=True)
class _Told:
    """What came of it: said at once to people, at the end to a machine."""

    processor: Processor
    as_json: bool
    applied: dict[str, int] = field(default_factory=dict)
    discarded: list[str] = field(default_factory=list)
    failing: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> None:
        if not self.as_json:
            print(text)

    def fail(self, key: str, why: str) -> None:
        self.failing[key] = why
        print(f"{key}  {why}", file=sys.stderr)

    def end(self) -> NoReturn:
        if self.as_json:
            did = {"applied": self.applied, "discarded": self.discarded, "failing": self.failing}
            print(orjson.dumps({"parked": self.processor.parked(), **did}, option=orjson.OPT_INDENT_2).decode())
        sys.exit(1 if self.failing else 0)


def _asked() -> argparse.Namespace:
    """What the command line says; ends the process with status 2 when it does not fit together."""
    parser = argparse.ArgumentParser(prog="redrive", description="Apply parked events again.")
    parser.add_argument("keys", nargs="*", metavar="KEY", help='or "all"; without one the keys are listed')
    parser.add_argument(
        "--discard", metavar="PLACE", help="first give up this record of the key: TOPIC[PARTITION]@OFFSET"
    )
    parser.add_argument("--reason", help="why it can never be applied")
    parser.add_argument("--by", help="who decided")
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    asked = parser.parse_args()
    if asked.discard and not (len(asked.keys) == 1 and (asked.reason or "").strip() and (asked.by or "").strip()):
        parser.error("--discard takes one KEY, --reason and --by")
    return asked


def _discarded(processor: Processor, asked: argparse.Namespace, told: _Told) -> bool:
    [key] = asked.keys
    try:
        processor.discard(key, asked.discard, asked.reason, asked.by)
    except NotParked as wrong:
        told.fail(key, str(wrong))
        return False
    told.discarded.append(asked.discard)
    told.say(f"{key}  {asked.discard} discarded")
    return True


def _one(processor: Processor, key: str, parked: Mapping[str, int], told: _Told) -> None:
    if key not in parked:
        told.fail(key, "is not parked")
        return
    try:
        told.applied[key] = processor.redrive(key)
        told.say(f"{key}  {told.applied[key]} applied")
    except Exception as failing:
        if policy_of(failing) in (Policy.RETRY, Policy.STOP) and not isinstance(failing, VersionConflict):
            raise  # a server is away, or program and tables do not fit: no fault of this key
        # a whole batch that fails does not tell at which of its records
        where = "" if isinstance(failing, StillFailing) else f" (the first is {processor.first_parked(key)})"
        told.fail(key, f"still fails: {brief(failing)}{where}")
