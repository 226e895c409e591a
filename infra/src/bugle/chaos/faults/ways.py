"""The ways to the servers, cut and slowed, and a disk that is full."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import httpx

from bugle.chaos.arena import Arena, Unavailable, until
from bugle.chaos.faults.records import publish_large
from bugle.chaos.ledger import Outcome

HELD_BACK = 0.05  # seconds, each piece of data in each direction
REPORTS = 3


def cut_from_database(arena: Arena) -> None:
    """Services lose PostgreSQL, which itself runs on: requests are answered 503."""
    arena.grounds.postgres.cut()
    until(lambda: arena.report().status == httpx.codes.SERVICE_UNAVAILABLE, "a report that is answered 503")


def cut_from_kafka(arena: Arena) -> None:
    """Services lose Kafka: intake goes on taking reports."""
    arena.grounds.kafka.cut()
    for _ in range(REPORTS):
        arena.reported()


def slow_way(server: str, arena: Arena) -> None:
    """Everything takes longer, and gets through."""
    getattr(arena.grounds, server).slow(HELD_BACK)
    case = arena.reported()
    until(partial(arena.applied, "reporting", case), "a report's slow way to the projection", 120)


def full_disk(arena: Arena) -> None:
    """PostgreSQL has no room: what is not taken is refused or unknown, and nothing that was taken is lost."""
    if arena.grounds.disk is None:
        raise Unavailable("no small disk can be mounted here: it takes root and the right to mount")
    with arena.grounds.disk.full():
        until(lambda: _refused_large(arena), "a large directory that finds no room")
        until(lambda: arena.report().outcome is not Outcome.acknowledged, "a report that finds no room")


def _refused_large(arena: Arena) -> bool:
    try:
        publish_large(arena)
    except httpx.HTTPStatusError as error:
        return error.response.is_server_error
    except httpx.TransportError:
        return True
    return False


FAULTS: dict[str, Callable[[Arena], None]] = {
    "the way to PostgreSQL is cut": cut_from_database,
    "the way to Kafka is cut": cut_from_kafka,
    "the way to PostgreSQL is slow": partial(slow_way, "postgres"),
    "the way to Kafka is slow": partial(slow_way, "kafka"),
    "the disk is full": full_disk,
}
