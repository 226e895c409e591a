"""kill -9: of every process whenever it likes, and at each failpoint."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from bugle.chaos.arena import Arena, until
from bugle.chaos.failpoints import Order
from bugle.stack import StackError
from bugle.stack.ports import free_port
from bugle.stack.system import PROCESSES

REBUILD_SECONDS = 300.0

_DYING = {
    "intake-http": ("before_begin", "after_insert", "after_commit"),
    "routing-relay": ("after_read", "after_log", "after_send", "before_cursor"),
    "supervision-worker": ("before_commit", "after_commit"),
    "reporting-worker": ("before_commit", "after_commit"),
}


def kill(process: str, arena: Arena) -> None:
    """Whatever it is doing; its manager starts it again."""
    before = arena.system.kill(process)
    arena.system.wait_for_restart(process, before)


def die(process: str, point: str, arena: Arena) -> None:
    """At the second pass, so that one went well."""
    arena.failpoints.order(process, point, Order("die", at=2))
    until(lambda: arena.failpoints.met(process, point), f"the death of {process}")


def die_beside_another(point: str, arena: Arena) -> None:
    """One of two sweepers in the midst of a batch."""
    with another("supervision-sweeper", arena):
        arena.failpoints.order("supervision-sweeper", point, Order("die", at=2))
        until(lambda: arena.failpoints.met("supervision-sweeper", point), "the death of a sweeper")


def die_rebuilding(point: str, at: int, arena: Arena) -> None:
    """A rebuild; what is live stays whole, and the next one ends well."""
    arena.failpoints.order("reporting-rebuild", point, Order("die", at=at))
    ended = rebuild(arena).returncode
    if ended != -signal.SIGKILL:
        raise StackError(f"the rebuild was to die and ended with status {ended}")


@contextmanager
def another(process: str, arena: Arena) -> Iterator[subprocess.Popen[bytes]]:
    """A second process of a kind beside the managed one."""
    service, kind = process.split("-")
    with arena.folder.joinpath(f"another-{process}.log").open("ab") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", f"{service}.entrypoints.{kind}"],
            env={
                **os.environ,
                **arena.system.environment(process),
                "BUGLE_METRICS_PORT": str(free_port()),
                "BUGLE_DATA_DIR": str(arena.folder / f"another-{process}"),
            },
            stdout=out,
            stderr=out,
        )
    try:
        yield running
    finally:
        running.terminate()
        running.wait()


def rebuild(arena: Arena) -> subprocess.CompletedProcess[str]:
    """Reporting's rebuild, from its beginning to its end; subprocess.TimeoutExpired when that does not come."""
    system = arena.system
    settings = system.environment("reporting-worker")
    settings["BUGLE_OWNER_DATABASE_URL"] = system.database("reporting").owner_url
    command = [sys.executable, "-m", "reporting.entrypoints.rebuild", "--json"]
    environment = os.environ | settings
    return subprocess.run(
        command, env=environment, text=True, capture_output=True, check=False, timeout=REBUILD_SECONDS
    )


FAULTS: dict[str, Callable[[Arena], None]] = {
    **{f"{process} is killed": partial(kill, process) for process in PROCESSES},
    **{f"{process} dies {point}": partial(die, process, point) for process, held in _DYING.items() for point in held},
    "one of two sweepers dies before_commit": partial(die_beside_another, "before_commit"),
    "one of two sweepers dies after_commit": partial(die_beside_another, "after_commit"),
    "rebuild dies before_swap": partial(die_rebuilding, "before_swap", 1),
    "rebuild dies after_swap": partial(die_rebuilding, "after_swap", 2),
}
