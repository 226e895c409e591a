"""The depths that an HTTP process looks up in its database, on tables brought into each state."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from eventkit.arrivals import Arrival, read
from eventkit.depths import Depths, backlog, consumption
from eventkit.envelope import PARTITIONS, Envelope, Watermark, to_watermark_record
from eventkit.errors import NotYet
from eventkit.postgres import PostgresStore, make_engine
from eventkit.processing import Processor
from eventkit.reactions import Reactions
from eventkit.sequencer import lead
from eventkit.session import Session
from tests.support.ledgers import BOOK, NOON, Opened, arrival, cause
from tests.support.metering import told, value


def look(engine: Engine, service: str = "ledgers") -> None:
    Depths(engine, service, [backlog, consumption]).tell()


def record(engine: Engine, *books: str) -> None:
    with PostgresStore(engine, "ledgers").transaction() as tx:
        session = Session(tx)
        for book in books:
            session.record(BOOK, book, [Opened(book, NOON)], key=book, cause=cause(book))
        session.flush()


def backlogged(service: str = "ledgers") -> tuple[float, float]:
    return value("bugle_pending_events", service=service), value("bugle_unpublished_events", service=service)


def test_backlog_is_before_and_behind_the_log(engine: Engine) -> None:
    look(engine)
    assert (*backlogged(), value("bugle_pending_oldest_seconds", service="ledgers")) == (0, 0, 0)
    record(engine, "a", "b")
    look(engine)
    assert backlogged() == (2, 0)
    assert value("bugle_pending_oldest_seconds", service="ledgers") > 0
    with engine.connect() as connection, lead(connection, "ledgers") as sequencer:
        assert sequencer is not None
        sequencer.sequence(10, 0)
        look(engine)
        assert backlogged() == (0, 2)
        sequencer.keep(2)
    look(engine)
    assert backlogged() == (0, 0)


def processor(engine: Engine) -> Processor:
    reactions = Reactions("ledgers", ["source.events"])

    @reactions.on("bugle.source.happened.v1")
    def happened(session: Session, event: Envelope) -> None:
        if event.json()["name"] == "poison":
            raise ValueError("poison")
        if event.json()["name"] == "early":
            raise NotYet("a token")

    return Processor(PostgresStore(engine, "ledgers"), reactions)


def mark(partition: int, age: timedelta) -> Arrival:
    value, headers = to_watermark_record(Watermark("source", NOON - age, 7))
    return read("source.events", partition, 99, None, value, headers)


def test_consumption_tells_what_stands_aside(engine: Engine) -> None:
    consumer = processor(engine)
    consumer.process([arrival("poison", "k"), arrival("b", "k", offset=1), arrival("early", "m"), arrival("c", "n")])
    look(engine)
    about = {"consumer": "ledgers"}
    assert value("bugle_consumer_parked_keys", **about) == 1
    assert value("bugle_consumer_parked_events", **about) == 2
    assert value("bugle_consumer_waiting_events", **about) == 1


def test_age_is_of_the_last_partition(engine: Engine) -> None:
    consumer = processor(engine)
    consumer.process([mark(0, timedelta(0)), mark(1, timedelta(hours=1))])
    consumer.process([mark(partition, timedelta(0)) for partition in range(2, PARTITIONS)])
    look(engine)
    behind = value("bugle_consumer_watermark_age_seconds", consumer="ledgers", source="source")
    assert value("bugle_consumer_log_seq", consumer="ledgers", source="source") == 7
    consumer.process([mark(1, timedelta(0))])
    look(engine)
    assert 3590 < behind - value("bugle_consumer_watermark_age_seconds", consumer="ledgers", source="source") <= 3600


def test_unread_partition_is_behind(engine: Engine) -> None:
    """It has no row, and what was never read must not look like what is up to date."""
    consumer, about = processor(engine), {"consumer": "ledgers", "source": "source"}
    consumer.process([mark(partition, timedelta(0)) for partition in range(PARTITIONS - 1)])
    look(engine)
    assert value("bugle_consumer_watermark_age_seconds", **about) > timedelta(days=365 * 50).total_seconds()
    assert value("bugle_consumer_log_seq", **about) == 0
    consumer.process([mark(PARTITIONS - 1, timedelta(0))])
    look(engine)
    assert value("bugle_consumer_watermark_age_seconds", **about) < timedelta(days=365 * 50).total_seconds()
    assert value("bugle_consumer_log_seq", **about) == 7


def test_redelivered_events_are_counted(engine: Engine) -> None:
    consumer, before = processor(engine), value("bugle_consumer_redelivered_total")
    for _ in range(2):
        consumer.process([arrival("a", "k"), arrival("b", "m")])
    assert value("bugle_consumer_redelivered_total") == before + 2


def test_figures_of_lost_database_are_absent(engine: Engine) -> None:
    look(engine)
    assert value("bugle_database_up", service="ledgers") == 1 and told("bugle_pending_events")
    lost = make_engine("postgresql+psycopg://bugle:hidden@127.0.0.1:1/bugle")
    look(lost)
    assert value("bugle_database_up", service="ledgers") == 0
    assert not told("bugle_pending_events"), "an old figure would look like a good one"
    look(engine)
    assert value("bugle_database_up", service="ledgers") == 1


def test_pool_tells_connections_in_use(engine: Engine) -> None:
    size = value("bugle_database_pool_connections", state="size")
    used = value("bugle_database_pool_connections", state="in_use")
    assert size >= 10
    with engine.connect():
        assert value("bugle_database_pool_connections", state="in_use") == used + 1
    assert value("bugle_database_pool_connections", state="in_use") == used
