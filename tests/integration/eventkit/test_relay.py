"""The sequencing relay on PostgreSQL, with a publisher that can fail; its way through Kafka is tested apart."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from threading import Thread

import pytest
from kafka.errors import KafkaError
from sqlalchemy import Engine, text

from eventkit import relay as relay_module
from eventkit.chain import GENESIS, link
from eventkit.envelope import Envelope, Watermark
from eventkit.errors import LeadershipLost
from eventkit.postgres import PostgresStore
from eventkit.relay import Relay
from eventkit.sequencer import lead
from eventkit.session import Session
from tests.support.ledgers import BOOK, NOON, Deposited, Opened, cause
from tests.support.metering import value


class Topic:
    """Keeps what it is sent; fails when told to, after having taken what came before."""

    def __init__(self, stop_after: int) -> None:
        self.records: list[Envelope | Watermark] = []
        self.fail_in = -1
        self._stop_after = stop_after
        self.relay: Relay | None = None
        self.led: list[float] = []

    @property
    def events(self) -> list[Envelope]:
        return [record for record in self.records if isinstance(record, Envelope)]

    def publish(self, events: Sequence[Envelope]) -> None:
        self.led.append(value("bugle_relay_leader", service="ledgers"))
        for event in events:
            if self.fail_in == 0:
                self.fail_in = -1
                raise KafkaError("away")
            self.fail_in -= 1
            self.records.append(event)

    def confirm(self) -> None: ...

    def promise(self, mark: Watermark) -> None:
        self.records.append(mark)
        assert self.relay is not None
        if len({event.id for event in self.events}) >= self._stop_after:
            self.relay.stopping.set()

    def close(self) -> None: ...


def write(engine: Engine, book: str, amounts: Sequence[int]) -> None:
    with PostgresStore(engine, "ledgers").transaction() as tx:
        session = Session(tx)
        known = session.version(BOOK, book)
        new: list[Opened | Deposited] = [Deposited(book, amount, NOON) for amount in amounts]
        session.record(BOOK, book, new, key=book, cause=cause(f"{book}/{known}"))
        session.flush()


def run(engine: Engine, topic: Topic) -> None:
    topic.relay = Relay(engine, "ledgers", lambda: topic, watermark_seconds=0.05)
    topic.relay.run()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "FOLLOWER_SECONDS", 0.01)
    monkeypatch.setattr(relay_module, "BATCH", 3)


def test_log_is_gapless_chained_and_published(engine: Engine) -> None:
    for n in range(5):
        write(engine, f"b{n % 2}", [n, n + 10])
    topic = Topic(10)
    run(engine, topic)
    assert [event.log_seq for event in topic.events] == list(range(1, 11))
    with engine.connect() as connection:
        hashes = connection.execute(text("SELECT hash FROM log ORDER BY log_seq")).scalars().all()
        state = connection.execute(text("SELECT log_seq, published_seq, head FROM relay_state")).one()
    head = GENESIS
    for event, stored in zip(topic.events, hashes, strict=True):
        head = link(head, event)
        assert head == bytes(stored)
    assert (state.log_seq, state.published_seq, bytes(state.head)) == (10, 10, head)


def test_watermark_stands_behind_what_it_promises(engine: Engine) -> None:
    write(engine, "a", [1])
    topic = Topic(1)
    run(engine, topic)
    write(engine, "a", [2])
    later = Topic(1)
    run(engine, later)
    first, second = topic.records[-1], later.events[0]
    assert isinstance(first, Watermark)
    before, after = topic.events[0].sequenced_at, second.sequenced_at
    assert before is not None
    assert after is not None
    assert before <= first.upto < after


def test_clock_set_back_never_breaks_a_promise(engine: Engine) -> None:
    with engine.begin() as connection:
        ahead = connection.execute(
            text("UPDATE relay_state SET clock = clock_timestamp() + interval '1 hour' RETURNING clock")
        ).scalar_one()
    write(engine, "a", [1])
    topic = Topic(1)
    run(engine, topic)
    assert topic.events[0].sequenced_at == ahead + timedelta(microseconds=1)


def test_lost_broker_repeats_but_never_skips(engine: Engine) -> None:
    for n in range(4):
        write(engine, "a", [n, n])
    topic = Topic(8)
    topic.fail_in = 4
    run(engine, topic)
    published = [event.log_seq for event in topic.events]
    assert list(dict.fromkeys(published)) == list(range(1, 9))
    assert len(published) > 8, "what was not acknowledged is sent again"


def logged_only(engine: Engine) -> None:
    """Seven events that a relay has logged and not published."""
    write(engine, "a", range(7))
    with engine.connect() as connection, lead(connection, "ledgers") as sequencer:
        assert sequencer is not None
        assert len(sequencer.sequence(10, 0)) == 7


def published(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT published_seq FROM relay_state")).scalar_one()


def test_lost_broker_repeats_one_batch(engine: Engine) -> None:
    logged_only(engine)
    topic = Topic(7)
    topic.fail_in = 4
    run(engine, topic)
    assert [event.log_seq for event in topic.events] == [1, 2, 3, 4, 4, 5, 6, 7]
    assert published(engine) == 7


class Brief(Topic):
    """The relay is told to stop as soon as a batch is acknowledged."""

    def confirm(self) -> None:
        assert self.relay is not None
        self.relay.stopping.set()


def test_stopped_relay_catches_up_later(engine: Engine) -> None:
    logged_only(engine)
    first, second = Brief(0), Topic(4)
    run(engine, first)
    assert ([event.log_seq for event in first.events], published(engine)) == ([1, 2, 3], 3)
    run(engine, second)
    assert ([event.log_seq for event in second.events], published(engine)) == ([4, 5, 6, 7], 7)


def test_lead_is_told_while_it_lasts(engine: Engine) -> None:
    write(engine, "a", [1])
    topic = Topic(1)
    topic.fail_in = 0
    run(engine, topic)
    assert len(topic.led) > 1, "the lead was lost with the broker and taken again"
    assert (set(topic.led), value("bugle_relay_leader", service="ledgers")) == ({1}, 0)


def test_only_one_relay_leads(engine: Engine) -> None:
    with ExitStack() as stack:
        first, second = (stack.enter_context(engine.connect()) for _ in range(2))
        leader = stack.enter_context(lead(first, "ledgers"))
        assert leader is not None
        assert stack.enter_context(lead(second, "ledgers")) is None


def test_zombie_leader_is_fenced(engine: Engine) -> None:
    write(engine, "a", [1])
    with engine.connect() as zombies, engine.connect() as others, lead(zombies, "ledgers") as zombie:
        assert zombie is not None
        zombies.execute(text("SELECT pg_advisory_unlock_all()"))
        zombies.commit()
        with lead(others, "ledgers") as successor:
            assert successor is not None
            with pytest.raises(LeadershipLost):
                zombie.sequence(10, 0)
            assert len(successor.sequence(10, 0)) == 1


def test_open_transaction_holds_back_no_other(engine: Engine) -> None:
    """A writer that took its position first and commits last is logged last, and nothing waits for it."""
    slow = PostgresStore(engine, "ledgers").transaction()
    session = Session(slow.__enter__())
    session.record(BOOK, "slow", [Opened("slow", NOON)], key="slow", cause=cause("slow"))
    session.flush()
    write(engine, "fast", [1])
    topic = Topic(1)
    run(engine, topic)
    assert [event.key for event in topic.events] == ["fast"]
    slow.__exit__(None, None, None)
    topic = Topic(1)
    run(engine, topic)
    assert [(event.key, event.log_seq) for event in topic.events] == [("slow", 2)]


@pytest.mark.timeout(60)
def test_concurrent_writers_are_all_logged_in_order(engine: Engine) -> None:
    def many(book: str) -> None:
        for n in range(20):
            write(engine, book, [n])

    writers = [Thread(target=many, args=(f"w{n}",)) for n in range(6)]
    topic = Topic(120)
    relay = Thread(target=run, args=(engine, topic))
    for thread in (*writers, relay):
        thread.start()
    for thread in (*writers, relay):
        thread.join()
    for n in range(6):
        assert [event.version for event in topic.events if event.key == f"w{n}"] == list(range(1, 21))
