"""One behaviour suite for every adapter of the event store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from eventkit.codec import NewEvent
from eventkit.errors import VersionConflict
from eventkit.session import Session
from eventkit.store import Append, Held, Progress, Remembered, Store
from tests.support.ledgers import BOOK, CODEC, NOON, Deposited, Opened, arrival, cause, names

CONSUMER = "tests"


def deposits(stream: str, expected: int, amounts: Sequence[int]) -> Append:
    events: list[tuple[UUID, NewEvent]] = [
        (cause(f"{stream}/{expected + n}"), CODEC.encode(Deposited(stream, amount, NOON)))
        for n, amount in enumerate(amounts)
    ]
    return Append(f"book-{stream}", stream, expected, events)


def test_append_then_load_many(store: Store) -> None:
    with store.transaction() as tx:
        written = tx.append([deposits("a", 0, [1, 2]), deposits("b", 0, [3]), deposits("a", 2, [4])])
    with store.transaction() as tx:
        loaded = tx.load(["book-a", "book-b", "book-none"])
    assert [event.version for event in loaded["book-a"]] == [1, 2, 3]
    assert [event.json()["amount"] for event in loaded["book-a"]] == [1, 2, 4]
    assert list(loaded.get("book-none", [])) == []
    assert list(loaded["book-b"]) == [event for event in written if event.stream == "book-b"]
    assert all(event.occurred_at == NOON and event.key in "ab" for event in written)


def test_stale_version_is_refused(store: Store) -> None:
    with store.transaction() as tx:
        tx.append([deposits("a", 0, [1])])
    with pytest.raises(VersionConflict), store.transaction() as tx:
        tx.append([deposits("b", 0, [7]), Append("book-a", "a", 0, [(cause("x"), CODEC.encode(Opened("a", NOON)))])])
    with store.transaction() as tx:
        assert not tx.load(["book-b"]).get("book-b"), "nothing of a refused transaction may stay"


def test_repeated_event_id_is_refused(store: Store) -> None:
    with store.transaction() as tx:
        tx.append([deposits("a", 0, [1])])
    again = Append("book-b", "b", 0, [(cause("a/0"), CODEC.encode(Opened("b", NOON)))])
    with pytest.raises(VersionConflict), store.transaction() as tx:
        tx.append([again])


def test_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError, match="after"), store.transaction() as tx:
        tx.append([deposits("a", 0, [1])])
        tx.receive(CONSUMER, [cause("seen")])
        raise RuntimeError("after")
    with store.transaction() as tx:
        assert not tx.load(["book-a"]).get("book-a")
        assert tx.receive(CONSUMER, [cause("seen")]) == {cause("seen")}


def test_savepoint_undoes_only_its_part(store: Store) -> None:
    with store.transaction() as tx:
        tx.append([deposits("a", 0, [1])])
        with pytest.raises(RuntimeError), tx.savepoint():
            tx.append([deposits("b", 0, [2])])
            raise RuntimeError
        tx.append([deposits("c", 0, [3])])
    with store.transaction() as tx:
        assert {stream for stream, events in tx.load(["book-a", "book-b", "book-c"]).items() if events} == {
            "book-a",
            "book-c",
        }


def test_first_answer_is_kept(store: Store) -> None:
    answer = Remembered(b"digest", 201, '{"id":1}')
    with store.transaction() as tx:
        tx.remember("office", {"k1": answer})
    with store.transaction() as tx:
        assert tx.recall("office", ["k1", "k2"]) == {"k1": answer}
        assert tx.recall("other", ["k1"]) == {}
    with pytest.raises(VersionConflict), store.transaction() as tx:
        tx.remember("office", {"k1": answer})


def test_inbox_knows_received_events(store: Store) -> None:
    first, second = cause("1"), cause("2")
    with store.transaction() as tx:
        assert tx.receive(CONSUMER, [second, first]) == {first, second}
    with store.transaction() as tx:
        assert tx.receive(CONSUMER, [first, cause("3")]) == {cause("3")}
        assert tx.receive("another", [first]) == {first}


def test_parked_key_keeps_order(store: Store) -> None:
    held = [Held(arrival(name, "k", offset=n), "broken") for n, name in enumerate("abc")]
    with store.transaction() as tx:
        tx.park(CONSUMER, held)
        tx.park(CONSUMER, held[:1])
    with store.transaction() as tx:
        assert names([one.arrival for one in tx.parked(CONSUMER, "k")]) == ["a", "b", "c"]
        assert tx.blocked(CONSUMER, ["k", "other"]) == ({"k"}, set())
        assert tx.parked_keys(CONSUMER) == {"k": 3}
        tx.unpark(CONSUMER, "k")
        assert tx.blocked(CONSUMER, ["k"]) == (set(), set())


def test_waiting_lane_is_released_whole(store: Store) -> None:
    with store.transaction() as tx:
        tx.wait(CONSUMER, [Held(arrival("first", "k", offset=0), "token"), Held(arrival("behind", "k", offset=1), "")])
        tx.wait(CONSUMER, [Held(arrival("other", "m", offset=2), "another")])
    with store.transaction() as tx:
        assert tx.blocked(CONSUMER, ["k", "m"])[1] == {("source.events", "k"), ("source.events", "m")}
        assert tx.release(CONSUMER, ["unknown"]) == []
        assert names(tx.release(CONSUMER, ["token"])) == ["first", "behind"]
        assert names(tx.release(CONSUMER, [], stale=5)) == ["other"]
        assert tx.blocked(CONSUMER, ["k", "m"])[1] == set()


def test_watermark_never_goes_back(store: Store) -> None:
    place = ("source.events", 3)
    with store.transaction() as tx:
        tx.advance(CONSUMER, {place: Progress(10, 5, NOON)})
        tx.advance(CONSUMER, {place: Progress(11, 0, NOON - timedelta(hours=1))})
    assert progress_of(store, place) == Progress(11, 5, NOON)


def progress_of(store: Store, place: tuple[str, int]) -> Progress:
    from eventkit.memory import MemoryStore
    from eventkit.postgres import PostgresStore

    if isinstance(store, MemoryStore):
        return store.tables.progress[CONSUMER, *place]
    assert isinstance(store, PostgresStore)
    with store.engine.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT next_offset, log_seq, watermark FROM progress WHERE topic = %s AND partition = %s", place
        ).one()
    return Progress(*row)


def test_session_decides_on_its_own_events(store: Store) -> None:
    with store.transaction() as tx:
        session = Session(tx)
        session.preload([(BOOK, "a"), (BOOK, "b")])
        session.record(BOOK, "a", [Opened("a", NOON), Deposited("a", 5, NOON)], key="a", cause=cause("1"))
        assert session.get(BOOK, "a") == (True, 5)
        mark = session.mark()
        session.record(BOOK, "a", [Deposited("a", 70, NOON)], key="a", cause=cause("2"))
        session.undo(mark)
        session.record(BOOK, "a", [Deposited("a", 2, NOON)], key="a", cause=cause("3"))
        assert (session.get(BOOK, "a"), session.version(BOOK, "a")) == ((True, 7), 3)
        assert session.opened(BOOK) == {"a": (True, 7), "b": (False, 0)}
        written = session.flush()
    assert [event.version for event in written] == [1, 2, 3]
    with store.transaction() as tx:
        assert Session(tx).get(BOOK, "a") == (True, 7)


def test_session_names_events_by_cause(store: Store) -> None:
    def ids() -> list[UUID]:
        with store.transaction() as tx:
            session = Session(tx)
            for amount in (1, 2):
                session.record(BOOK, "a", [Deposited("a", amount, NOON)], key="a", cause=cause("same"))
            return [event.id for event in session.flush()]

    first = ids()
    assert len(set(first)) == 2
    with pytest.raises(VersionConflict):
        ids()


def test_projector_sees_all_recorded(store: Store) -> None:
    seen: list[str] = []
    with store.transaction() as tx:
        session = Session(tx, [lambda _, events: seen.extend(event.stream for event in events)])
        session.record(BOOK, "a", [Opened("a", NOON)], key="a", cause=cause("1"))
        session.record(BOOK, "b", [Opened("b", NOON)], key="b", cause=cause("1"))
        session.flush()
        session.flush()
    assert seen == ["book-a", "book-b"]
