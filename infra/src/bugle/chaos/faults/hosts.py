"""Hosts that come, go, sleep and tell the wrong time."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import psycopg

from bugle.chaos.arena import Arena, Unavailable, until
from bugle.chaos.faults.crashes import another
from bugle.chaos.ledger import Outcome
from bugle.chaos.wrapping import faketime
from bugle.stack import StackError

COMINGS = 2
HOUR = 3600
SHIFTED = ("intake-http", "routing-relay", "supervision-worker", "supervision-sweeper")
_UNLEAD = """
    SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE locktype = 'advisory' AND d.datname = %s AND granted
    AND ((classid::bigint << 32) | objid::bigint) = hashtextextended('relay', 0)
"""


def come_and_go(arena: Arena) -> None:
    """A second worker joins and leaves, again and again."""
    for _ in range(COMINGS):
        with another("supervision-worker", arena):
            case = arena.reported()
            until(partial(arena.applied, "supervision", case), "a report's way to supervision")


@contextmanager
def _asleep(process: str, arena: Arena) -> Iterator[Callable[[], None]]:
    """A process is stopped where it is; what is yielded wakes it, and so does the end of the block."""
    wake = partial(_wake, process, arena.system.kill(process, signal.SIGSTOP), arena)
    try:
        yield wake
    finally:
        wake()


def sleeping_worker(arena: Arena) -> None:
    """A worker is stopped past its session's end; another takes its place, and the first comes back a stranger."""
    with _asleep("supervision-worker", arena) as wake, another("supervision-worker", arena):
        case = arena.reported()
        until(partial(arena.applied, "supervision", case), "the other worker's taking over", 90)
        wake()
        arena.system.wait(["supervision-worker"])


def sleeping_relay(arena: Arena) -> None:
    """The leading relay is stopped and loses the lock; another leads; the first one's next write is refused."""
    with _asleep("intake-relay", arena) as wake:
        with psycopg.connect(arena.system.postgres.admin_url(), autocommit=True) as admin:
            admin.execute(_UNLEAD, [arena.system.database("intake").name])
        with another("intake-relay", arena) as follower:
            case = arena.reported()
            until(partial(arena.applied, "reporting", case), "the other relay's taking over")
            wake()
            until(partial(arena.applied, "reporting", arena.reported()), "a report beside the woken relay")
            _expect_running(follower)


def sleeping_sweeper(arena: Arena) -> None:
    """A sweeper is stopped, perhaps with rows in hand; another fires what is due, and the first comes back to it."""
    with _asleep("supervision-sweeper", arena) as wake, another("supervision-sweeper", arena):
        before = _missed(arena)
        until(lambda: _missed(arena) > before, "a miss that the other sweeper finds", 90)
        wake()
        arena.system.wait(["supervision-sweeper"])


def sleeping_interface(arena: Arena) -> None:
    """Intake's interface is stopped past its clients' patience, and carries out on waking what they have given up."""
    with _asleep("intake-http", arena):
        until(lambda: arena.report().outcome is Outcome.unknown, "a report that is not answered")
    arena.reported()


def _missed(arena: Arena) -> int:
    return int(arena.rows("supervision", "SELECT count(*) FROM events WHERE type LIKE '%%.deadline_missed.%%'")[0][0])


def wrong_clock(seconds: int, arena: Arena) -> None:
    """An application host is wrong by so much; nothing fires for that."""
    if faketime() is None:
        raise Unavailable("libfaketime is not installed: apt-get install faketime")
    try:
        for process in SHIFTED:
            arena.failpoints.shift(process, seconds)
        arena.system.stop(SHIFTED)
        arena.system.start(SHIFTED)
        for process in SHIFTED:
            until(partial(arena.failpoints.met, process, "clock"), f"the wrong clock of {process}")
        until(lambda: arena.report().outcome is not Outcome.unknown, "an answer by the wrong clock")
    finally:
        arena.failpoints.withdraw()
        arena.system.stop(SHIFTED)  # healing starts them by the right one


def _wake(process: str, pid: int, arena: Arena) -> None:
    if arena.system.pid(process) == pid:
        arena.system.kill(process, signal.SIGCONT)


def _expect_running(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        raise StackError(f"the process that took over ended with status {process.returncode}")


FAULTS: dict[str, Callable[[Arena], None]] = {
    "workers join and leave": come_and_go,
    "a worker sleeps and wakes": sleeping_worker,
    "a relay sleeps and wakes": sleeping_relay,
    "a sweeper sleeps and wakes": sleeping_sweeper,
    "an interface sleeps and wakes": sleeping_interface,
    "clocks are an hour ahead": partial(wrong_clock, HOUR),
    "clocks are an hour behind": partial(wrong_clock, -HOUR),
}
