"""Records that come again: repeated by a producer in any order, or read anew from the start."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import NonEmptyGroupError

from bugle.chaos.arena import Arena, until
from bugle.chaos.faults.topics import producing, records, send
from bugle.quiet import Observer
from bugle.verify.consumption import SOURCES
from bugle.verify.event import SERVICES, Unreadable, from_record
from eventkit.access import clients

COPIES, MOST = 3, 200


def duplicate(arena: Arena) -> None:
    """The newest events of each topic three times more, in no order."""
    dice = random.Random(f"{arena.seed}-{arena.trials}")
    with producing(arena) as producer:
        for service in SERVICES:
            copies = list(filter(_is_event, records(arena, service)))[-MOST:] * COPIES
            dice.shuffle(copies)
            for record in copies:
                send(producer, record, record.key, record.value)


def _is_event(record: Any) -> bool:
    """Neither a watermark nor what another fault has left there."""
    try:
        return from_record(record.key, record.value, record.headers) is not None
    except Unreadable:
        return False


def forget_offsets(arena: Arena) -> None:
    """Every consumer begins at the first record again."""
    workers = [f"{consumer}-worker" for consumer in SOURCES]
    arena.system.stop(workers)
    admin = KafkaAdminClient(**clients(arena.system.kafka_access))
    try:
        for consumer in SOURCES:
            group = f"{arena.system.topic_prefix}{consumer}"
            until(partial(_forgotten, admin, group), f"the end of the group {group}")
    finally:
        admin.close()
    with Observer(arena.system) as observer:
        heads = observer.heads()
        arena.again = sum(heads[source].log_seq for sources in SOURCES.values() for source in sources)
    arena.system.start(workers)


def _forgotten(admin: KafkaAdminClient, group: str) -> bool:
    """Whether no offset of the group is left; they cannot be deleted while a member is still in it."""
    held = admin.list_group_offsets({group: None}).get(group, {})
    with suppress(NonEmptyGroupError):
        admin.delete_group_offsets(group, list(held))
    return not held


FAULTS: dict[str, Callable[[Arena], None]] = {
    "events come three times, shuffled": duplicate,
    "offsets go back to the start": forget_offsets,
}
