"""What becomes of a batch: applied once, parked by key, waiting for a predecessor - on every adapter of the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from eventkit.arrivals import Arrival, read
from eventkit.envelope import Envelope
from eventkit.errors import NotYet, VersionConflict
from eventkit.ids import uid
from eventkit.processing import Processor
from eventkit.reactions import Reactions
from eventkit.redrive import NotParked, StillFailing
from eventkit.session import Session
from eventkit.store import Store
from tests.support.ledgers import BOOK, NOON, Deposited, Opened, arrival, names, watermark

CONSUMER = "tests"


class Bench:
    """A consumer that opens a book for "opening" events and deposits 1 for others; some names are broken."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.broken: set[str] = set()
        self.needs: dict[str, str] = {}
        topics = ["source.events", "other.events"]
        self.reaction = Reactions(CONSUMER, topics, provides=lambda event: [event.json()["name"]])
        for kind in ("source.happened", "source.opening", "other.happened"):
            self.reaction.on(f"bugle.{kind}.v1", loads=lambda event: [(BOOK, event.key)])(self.handle)
        self.processor = Processor(store, self.reaction)

    def handle(self, session: Session, event: Envelope) -> None:
        name = event.json()["name"]
        new = Opened(event.key, event.occurred_at) if "opening" in event.type else Deposited(event.key, 1, NOON)
        session.record(BOOK, event.key, [new], key=event.key, cause=event.id)
        if name in self.broken:
            raise ValueError(f"cannot bear {name}")
        if name in self.needs and session.version(BOOK, self.needs[name]) == 0:
            raise NotYet(self.needs[name])

    def send(self, *arrivals: Arrival) -> None:
        self.processor.process(arrivals)

    def balance(self, key: str) -> int:
        with self.store.transaction() as tx:
            return Session(tx).get(BOOK, key)[1]

    def parked(self, key: str) -> list[str]:
        with self.store.transaction() as tx:
            return names([held.arrival for held in tx.parked(CONSUMER, key)])


@pytest.fixture
def bench(store: Store) -> Bench:
    return Bench(store)


def line(key: str, *all_names: str, start: int = 0) -> list[Arrival]:
    return [arrival(name, key, offset=start + n) for n, name in enumerate(all_names)]


def test_redelivery_has_no_second_effect(bench: Bench) -> None:
    batch = line("k", "a", "b", "c")
    bench.send(*batch)
    bench.send(*batch[1:], *line("k", "d", start=3))
    bench.send(*batch, *batch)
    assert bench.balance("k") == 4


def test_poison_parks_its_key_only(bench: Bench) -> None:
    bench.broken = {"b"}
    bench.send(*line("k", "a", "b", "c"), *line("m", "x", "y"))
    bench.send(*line("k", "d", start=3), *line("m", "z", start=2))
    assert (bench.balance("k"), bench.balance("m")) == (1, 3)
    assert bench.parked("k") == ["b", "c", "d"]


def test_redrive_applies_in_order_and_frees_the_key(bench: Bench) -> None:
    bench.broken = {"b"}
    bench.send(*line("k", "a", "b", "c"))
    with pytest.raises(StillFailing, match="cannot bear b"):
        bench.processor.redrive("k")
    assert bench.parked("k") == ["b", "c"]
    bench.broken = set()
    assert bench.processor.redrive("k") == 2
    bench.send(*line("k", "d", start=3))
    assert (bench.balance("k"), bench.parked("k")) == (4, [])


def test_malformed_record_is_kept_and_parks_its_key(bench: Bench) -> None:
    broken = read("source.events", 0, 7, b"k", b"{not json", [("ce_type", b"bugle.source.happened.v1")])
    bench.send(broken, *line("k", "a", start=8), *line("m", "x"))
    bench.send(broken)
    with bench.store.transaction() as tx:
        held = tx.parked(CONSUMER, "k")
    assert [one.arrival.value for one in held] == [b"{not json", held[1].arrival.value]
    assert "not an event" in held[0].reason
    assert bench.balance("m") == 1


def malformed(key: str, offset: int, value: bytes = b"{not json") -> Arrival:
    return read("source.events", 0, offset, key.encode(), value, [("ce_type", b"bugle.source.happened.v1")])


def test_discarded_record_lets_its_key_go_on(bench: Bench) -> None:
    broken = malformed("k", 7)
    bench.send(broken, *line("k", "a", "b", start=8))
    bench.processor.discard("k", broken.place, "cut off by a faulty client", "li")
    assert bench.processor.redrive("k") == 2
    bench.send(broken, *line("k", "c", start=10))
    assert (bench.balance("k"), bench.parked("k")) == (3, [])
    with bench.store.transaction() as tx:
        assert tx.parked_keys(CONSUMER) == {}, "also when it is delivered again"


def test_discarded_event_has_no_effect_ever(bench: Bench) -> None:
    bench.broken = {"b"}
    bench.send(*line("k", "a", "b", "c"))
    bench.processor.discard("k", line("k", "b", start=1)[0].place, "told twice", "li")
    bench.broken = set()
    assert bench.processor.redrive("k") == 1
    bench.send(*line("k", "a", "b", "c"))
    assert bench.balance("k") == 2


def test_only_parked_record_is_discarded(bench: Bench) -> None:
    bench.broken = {"b"}
    bench.send(*line("k", "a", "b"), *line("m", "x"))
    for key, place in (("k", line("k", "a")[0].place), ("m", line("k", "b", start=1)[0].place)):
        with pytest.raises(NotParked, match="there are"):
            bench.processor.discard(key, place, "reason", "li")
    assert bench.parked("k") == ["b"]


def test_record_at_the_place_of_another_is_parked_too(bench: Bench) -> None:
    """A topic that was made anew, or has lost its tail, has other records at the same offsets."""
    bench.broken = {"b"}
    bench.send(*line("k", "a", "b"))
    for _ in range(2):
        bench.send(*line("k", "other", "c", "d"))
    assert bench.parked("k") == ["b", "other", "c", "d"]
    bench.broken = set()
    assert bench.processor.redrive("k") == 4
    assert bench.balance("k") == 5


def test_malformed_record_at_the_place_of_another_is_parked_too(bench: Bench) -> None:
    for value in (b"{not json", b"{nor this", b"{nor this"):
        bench.send(malformed("k", 7, value))
    with bench.store.transaction() as tx:
        held = [one.arrival for one in tx.parked(CONSUMER, "k")]
    assert [one.value for one in held] == [b"{not json", b"{nor this"]
    assert [one.offset for one in held] == [min(held[0].offset, -1), 7], "the place is that of the newer one"


def test_record_at_the_place_of_a_discarded_one_is_kept(bench: Bench) -> None:
    for value in (b"{not json", b"{nor this"):
        bench.send(malformed("k", 7, value))
        assert bench.processor.parked() == {"k": 1}
        bench.processor.discard("k", bench.processor.first_parked("k"), "cut off by a faulty client", "li")
    assert bench.processor.parked() == {}
    bench.send(*line("k", "a", start=7))
    assert bench.balance("k") == 1


def test_waiting_event_is_released_by_its_predecessor(bench: Bench) -> None:
    bench.needs = {"late": "programme"}
    bench.send(*line("k", "late", "behind"))
    assert bench.balance("k") == 0
    bench.send(*line("programme", "programme", start=9))
    assert bench.balance("k") == 2


def test_waiting_lane_lets_other_topics_pass(bench: Bench) -> None:
    bench.needs = {"late": "k2"}
    bench.send(*line("k", "late", "behind"), arrival("elsewhere", "k", topic="other.events"))
    assert bench.balance("k") == 1


def test_later_batch_stays_behind_a_waiting_event(bench: Bench) -> None:
    bench.needs = {"late": "p"}
    bench.send(*line("k", "late"))
    bench.send(*line("k", "behind", start=1))
    assert bench.balance("k") == 0
    bench.send(*line("p", "p", start=5))
    assert bench.balance("k") == 2


def test_waiting_event_keeps_its_place_when_its_key_is_parked(bench: Bench) -> None:
    """Another topic's event parks the key meanwhile: of its own topic nothing may be parked before what waits."""
    bench.needs, bench.broken = {"e1": "programme"}, {"bad"}
    bench.send(*line("k", "e1"))
    bench.send(arrival("bad", "k", topic="other.events", offset=0), *line("k", "e2", start=1))
    bench.send(*line("programme", "programme", start=9))
    assert bench.parked("k") == ["bad", "e1", "e2"]


def test_malformed_record_behind_a_waiting_event_is_kept(bench: Bench) -> None:
    bench.needs = {"e1": "programme"}
    bench.send(*line("k", "e1"))
    bench.send(malformed("k", 1), *line("k", "e2", start=2))
    bench.send(*line("programme", "programme", start=9))
    with bench.store.transaction() as tx:
        assert [held.arrival.offset for held in tx.parked(CONSUMER, "k")] == [1, 2]


def test_conflict_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[int] = []
    apply = bench.reaction.apply

    def conflict_once(session: Session, arrivals: Sequence[Arrival], gate: object) -> None:
        attempts.append(len(arrivals))
        if len(attempts) == 1:
            raise VersionConflict("another writer was first")
        apply(session, arrivals, gate)  # type: ignore[arg-type]  # the gate is passed on as it came

    monkeypatch.setattr(bench.reaction, "apply", conflict_once)
    bench.send(*line("k", "a", "b"))
    assert (attempts, bench.balance("k")) == ([2, 2], 2)


def test_progress_follows_offsets_and_watermarks(bench: Bench) -> None:
    partition = line("k", "a")[0].partition
    bench.send(
        *line("k", "a"), watermark(partition, 1, NOON, 1), watermark(partition, 2, NOON + timedelta(seconds=1), 4)
    )
    from tests.integration.eventkit.test_store import progress_of

    progress = progress_of(bench.store, ("source.events", partition))
    assert (progress.next_offset, progress.log_seq, progress.watermark) == (3, 4, NOON + timedelta(seconds=1))


def test_lasting_conflict_parks_its_key(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event whose effect is recorded already under another cause is no other writer's fault."""
    monkeypatch.setattr("eventkit.processing.CONFLICTS", 2)
    bench.send(*line("k", "a"))
    twin = line("twin", "b", start=1)[0]
    assert isinstance(twin.content, Envelope)
    with bench.store.transaction() as tx:
        session = Session(tx)
        new = Deposited("twin", 1, NOON)
        session.record(BOOK, "elsewhere", [new], key="e", cause=twin.content.id, ids=[recorded_id(twin.content)])
        session.flush()
    bench.send(twin, *line("k", "c", start=2))
    assert (bench.parked("twin"), bench.balance("k")) == (["b"], 2)


def recorded_id(event: Envelope) -> UUID:
    """The id that the bench's handler gives its deposit for this event."""
    return uid(event.id, f"book-{event.key}", "bugle.ledgers.deposited.v1", 1)
