"""A bug in a handler: its key is parked, the others go on, and after the mend a redrive applies what waited."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import LiteralString

from bugle.chaos.arena import Arena, until
from bugle.chaos.failpoints import Order
from bugle.stack import StackError


def fail(process: str, events: int, arena: Arena) -> None:
    """The handler of the middle one of so many events raises, until it is mended."""
    consumer = process.partition("-")[0]
    arena.system.stop([process])
    cases = [arena.reported() for _ in range(events)]
    victim = cases[events // 2]
    arena.failpoints.order(process, "in_handler", Order("fail", match=victim))
    arena.system.start([process])
    until(lambda: arena.parked(consumer, victim), f"the parking of {victim}")
    for case in cases:
        if case != victim:
            until(partial(arena.applied, consumer, case), f"{consumer}'s hearing of {case}")
    arena.failpoints.withdraw()
    redrive(consumer, victim, arena)
    until(lambda: arena.applied(consumer, victim), f"{consumer}'s hearing of {victim}")


def discard(consumer: str, key: str, arena: Arena) -> None:
    """Give up the first parked record of a key and apply what is behind it. StackError when that fails."""
    query: LiteralString = """
        SELECT format('%%s[%%s]@%%s', topic, partition, kafka_offset) FROM parked
        WHERE consumer = %s AND key = %s ORDER BY seq LIMIT 1
    """
    [(place,)] = arena.rows(consumer, query, consumer, key)
    redrive(consumer, key, arena, "--discard", place, "--reason", "a drill", "--by", "chaos")


def redrive(consumer: str, key: str, arena: Arena, *options: str) -> None:
    """Apply what is parked of a key, as the operator does. StackError when it still fails."""
    command = [sys.executable, "-m", f"{consumer}.entrypoints.redrive", key, *options]
    settings = os.environ | arena.system.environment(f"{consumer}-worker")
    done = subprocess.run(command, env=settings, text=True, capture_output=True, check=False)
    if done.returncode:
        raise StackError(f"the redrive of {key} by {consumer} failed: {done.stdout}{done.stderr}")


FAULTS: dict[str, Callable[[Arena], None]] = {
    "a handler of routing raises": partial(fail, "routing-worker", 1),
    "a handler of supervision raises in mid-batch": partial(fail, "supervision-worker", 7),
    "the projection raises in mid-batch": partial(fail, "reporting-worker", 7),
}
