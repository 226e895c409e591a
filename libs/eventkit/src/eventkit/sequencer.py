"""Gives pending events their place in the service's log. One leader at a time, by an advisory lock of PostgreSQL.

Nothing committed is ever skipped, because nothing is found by "position > last": a row stands in `pending` until the
transaction that logs it deletes it. Streams keep their order, because whoever wrote version 2 had read version 1
committed, so whoever sees 2 here sees 1, with the smaller position.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from eventkit.chain import link
from eventkit.envelope import Envelope
from eventkit.errors import LeadershipLost
from eventkit.postgres import stored

_LEAD = text("SELECT pg_try_advisory_lock(hashtextextended('relay', 0))")
_EPOCH = text("UPDATE relay_state SET epoch = epoch + 1 RETURNING epoch, log_seq, head, published_seq, clock")
_TAKE = text(
    """
    WITH taken AS (
        DELETE FROM pending WHERE position IN (SELECT position FROM pending ORDER BY position LIMIT :limit)
        RETURNING position
    )
    SELECT e.* FROM taken JOIN events e USING (position) ORDER BY position
    """
)
_WRITE = text(
    "INSERT INTO log (log_seq, position, sequenced_at, hash) SELECT n.seq, n.position, :moment, n.hash FROM unnest("
    "CAST(:seqs AS bigint[]), CAST(:positions AS bigint[]), CAST(:hashes AS bytea[])) AS n(seq, position, hash)"
)
_SAVE = text(
    "UPDATE relay_state SET log_seq = :log_seq, head = :head, published_seq = :published, clock = :clock"
    " WHERE epoch = :epoch"
)
_LOGGED = text(
    "SELECT e.*, l.log_seq, l.sequenced_at FROM log l JOIN events e USING (position)"
    " WHERE l.log_seq > :after ORDER BY l.log_seq LIMIT :limit"
)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log stands. `clock`: no later event is sequenced at or before it."""

    log_seq: int
    hash: bytes
    published_seq: int
    clock: datetime


class Sequencer:
    """The leader's hand on the log. Its connection holds the lock: losing the one is losing the other."""

    def __init__(self, connection: Connection, service: str, epoch: int, head: Head) -> None:
        self._connection = connection
        self._source = f"/bugle/{service}"
        self._epoch = epoch
        self.head = head
        self.complete_at: datetime | None = None

    def sequence(self, limit: int, published_seq: int) -> list[Envelope]:
        """Log up to `limit` pending events and keep how far Kafka has acknowledged, in one transaction.

        Afterwards `complete_at` is the instant before which everything committed is in the log, or None if more waits.
        """
        with self._connection.begin():
            moment = self._moment()
            rows = self._connection.execute(_TAKE, {"limit": limit}).all()
            self.complete_at = moment if len(rows) < limit else None
            if not rows:
                return []
            head, events, hashes = self.head, [], []
            for row in rows:
                event = stored(row, self._source, head.log_seq + 1, moment)
                head = replace(head, log_seq=head.log_seq + 1, hash=link(head.hash, event))
                events.append(event)
                hashes.append(head.hash)
            self._write(events, [row.position for row in rows], hashes, moment)
            self._save(replace(head, published_seq=published_seq, clock=moment))
        return events

    def keep(self, published_seq: int) -> datetime:
        """Keep how far Kafka has acknowledged and the instant that may now be promised: nothing later is sequenced
        at or before it."""
        upto = self.complete_at or self.head.clock
        with self._connection.begin():
            self._save(replace(self.head, published_seq=published_seq, clock=max(upto, self.head.clock)))
        return self.head.clock

    def _moment(self) -> datetime:
        """PostgreSQL's clock before `pending` is read, but later than all that has been promised."""
        now: datetime = self._connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return max(now, self.head.clock + timedelta(microseconds=1))

    def _write(self, events: list[Envelope], positions: list[int], hashes: list[bytes], moment: datetime) -> None:
        seqs = [event.log_seq for event in events]
        columns = {"moment": moment, "seqs": seqs, "positions": positions, "hashes": hashes}
        self._connection.execute(_WRITE, columns)

    def _save(self, head: Head) -> None:
        values = {
            "epoch": self._epoch,
            "log_seq": head.log_seq,
            "head": head.hash,
            "published": head.published_seq,
            "clock": head.clock,
        }
        if self._connection.execute(_SAVE, values).rowcount != 1:
            raise LeadershipLost("another relay has the log")
        self.head = head

    def logged(self, after: int, limit: int) -> list[Envelope]:
        """Events already in the log behind log_seq `after`: what a predecessor may not have published."""
        with self._connection.begin():
            rows = self._connection.execute(_LOGGED, {"after": after, "limit": limit}).all()
        return [stored(row, self._source, row.log_seq, row.sequenced_at) for row in rows]


@contextmanager
def lead(connection: Connection, service: str) -> Iterator[Sequencer | None]:
    """Leadership for as long as the connection lives; None while another relay has it.

    The epoch fences a leader that was stopped and comes back: its next write finds another epoch and fails.
    """
    with connection.begin():
        leads = connection.execute(_LEAD).scalar_one()
    if not leads:
        yield None
        return
    with connection.begin():
        row = connection.execute(_EPOCH).one()
    head = Head(row.log_seq, bytes(row.head), row.published_seq, row.clock)
    yield Sequencer(connection, service, row.epoch, head)
