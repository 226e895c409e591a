"""The bulk of a rebuild: whole partitions folded and copied, in several processes.

The same partition of the three topics holds the same keys, so a partition is complete in itself and every case of it is
folded once. Its events are held in memory meanwhile: about one kilobyte each.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import make_url

from eventkit.envelope import Envelope
from eventkit.postgres import make_engine
from eventkit.settings import KafkaSettings
from reporting.projections.case_event import from_envelope, is_case_event
from reporting.projections.case_fold import Row
from reporting.projections.versions import KEYS, changes
from reporting.read_model.tables import LIVE, SHADOW, VERSIONS, metadata, timeline
from reporting.read_model.writer import write_others
from reporting.rebuild.copying import copy_rows
from reporting.rebuild.places import Extent
from reporting.rebuild.topics import Topics

_EVER = datetime.min.replace(tzinfo=UTC)
LOADERS = "rebuild/reporting/loaders"
"""Advisory lock that every loader shares while it writes: the next rebuild waits for those that outlive theirs."""


@dataclass(frozen=True, slots=True)
class Job:
    """One partition of the three topics."""

    kafka: KafkaSettings
    prefix: str
    database_url: str
    partition: int
    extent: Extent


def load(job: Job) -> int:
    """Copy the partition's rows into the shadow; how many events they are made of. Runs in a process of its own."""
    gc.disable()  # what is held here has no cycles, and looking for them again and again took a tenth of the time
    cases, others = _read(_reader(job.kafka, job.prefix), job)
    _write(job, cases, others)
    return sum(map(len, cases.values())) + len(others)


@cache
def _reader(kafka: KafkaSettings, prefix: str) -> Topics:
    """The process's one reader: finding the broker anew for each partition would cost more than a small one."""
    return Topics(kafka, prefix)


def _read(topics: Topics, job: Job) -> tuple[dict[str, list[Envelope]], list[Envelope]]:
    """The partition's distinct events: by case, and those of no case."""
    cases: defaultdict[str, list[Envelope]] = defaultdict(list)
    others: list[Envelope] = []
    seen: set[UUID] = set()
    for events in topics.read({}, job.extent):
        for event in events:
            if event.id not in seen:
                seen.add(event.id)
                (cases[event.key] if is_case_event(event.stream) else others).append(event)
    return cases, others


def _write(job: Job, cases: dict[str, list[Envelope]], others: list[Envelope]) -> None:
    address = make_url(job.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, options="-c timezone=UTC -c synchronous_commit=off") as connection:
        connection.execute("SELECT pg_advisory_lock_shared(hashtextextended(%s, 0))", (LOADERS,))
        copy_cases(connection, cases)
        _describe(job, others)


def copy_cases(connection: psycopg.Connection[Any], cases: Mapping[str, Sequence[Envelope]]) -> None:
    """Append all rows of these cases, none of which the shadow has, each made of all its distinct events."""
    folded = [changes(case, map(from_envelope, events), _EVER) for case, events in cases.items()]
    copy_rows(connection, SHADOW, timeline, _timeline(cases))
    for name in KEYS:
        table = metadata.tables[f"{LIVE}.{name}"]
        copy_rows(connection, SHADOW, table, (row for rows, _ in folded for row in getattr(rows, name)))
        begun = ((*row, start, end) for _, of in folded for row, start, end in of[name].begun)
        copy_rows(connection, SHADOW, VERSIONS[name], begun)


def _timeline(cases: Mapping[str, Sequence[Envelope]]) -> Iterator[Row]:
    for case, events in cases.items():
        for event in events:
            data = event.data.decode()
            yield (
                case, event.service, event.version, event.type, event.occurred_at, event.sequenced_at, event.log_seq,
                event.id, data,
            )  # fmt: skip


def _describe(job: Job, events: list[Envelope]) -> None:
    engine = make_engine(job.database_url, pool=1).execution_options(schema_translate_map={LIVE: SHADOW})
    with engine.begin() as connection:
        write_others(connection, events)
    engine.dispose()
