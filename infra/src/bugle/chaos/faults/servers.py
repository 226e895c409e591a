"""The two servers: killed, away, and without a connection to give."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial

import httpx
import psycopg

from bugle.chaos.arena import Arena, until
from bugle.chaos.client import Client
from bugle.chaos.ledger import Outcome

AWAY, BETWEEN = 45.0, 2.0
"""Seconds: longer than a delivery may take (25) and its confirmation is waited for (30), with a report now and then."""


def kill(server: str, arena: Arena) -> None:
    """-9; its manager starts it again."""
    supervisor = arena.stack.supervisor

    def pid() -> int | None:
        return next((state.pid for state in supervisor.states() if state.name == server), None)

    before = pid()
    supervisor.signal(server, "KILL")
    until(lambda: pid() not in (None, before), f"the restart of {server}")


def kafka_away(arena: Arena) -> None:
    """Intake goes on all the same, until relays have given up what they had in hand: it is asked for more reports while
    nothing can be published."""
    arena.stack.supervisor.stop(["kafka"])
    back = time.monotonic() + AWAY
    while time.monotonic() < back:
        until(lambda: arena.report().outcome is Outcome.acknowledged, "a report that intake takes without Kafka")
        time.sleep(BETWEEN)


def postgres_away(arena: Arena) -> None:
    """Every service says so with 503 and takes nothing meanwhile."""
    arena.stack.supervisor.stop(["postgres"])
    _told_unavailable(arena)


def connections_exhausted(arena: Arena) -> None:
    """Somebody else takes every connection there is; services that must open one say 503."""
    with ExitStack() as stack:
        try:
            while True:
                stack.enter_context(psycopg.connect(arena.system.postgres.admin_url(), connect_timeout=5))
        except psycopg.OperationalError:
            arena.system.kill("intake-http")  # the one that comes after it has no connection yet
        _told_unavailable(arena)


def _told_unavailable(arena: Arena) -> None:
    with closing(Client(arena.system, arena.ledger)) as client:
        until(lambda: client.status("intake", "/ready") == httpx.codes.SERVICE_UNAVAILABLE, "intake's not being ready")
        until(lambda: client.status("intake", "/live") == httpx.codes.OK, "intake's being alive")
    until(lambda: arena.report().status == httpx.codes.SERVICE_UNAVAILABLE, "a report that is answered 503")


FAULTS: dict[str, Callable[[Arena], None]] = {
    "kafka is killed": partial(kill, "kafka"),
    "kafka is away": kafka_away,
    "postgres is killed": partial(kill, "postgres"),
    "postgres is away": postgres_away,
    "connections are exhausted": connections_exhausted,
}
