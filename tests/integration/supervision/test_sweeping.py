"""The sweep on real servers' tables: only by watermark, each thing once, whoever else is at work."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from eventkit.clocks import CONFLICTS, Agenda, Ripe, Sweeper
from eventkit.depths import Depths, sweeps
from eventkit.envelope import PARTITIONS, partition_of
from eventkit.errors import VersionConflict
from eventkit.ids import uid
from eventkit.postgres import PostgresTransaction
from eventkit.session import Session
from supervision.adapters.tables import watches
from supervision.application.context import CONSUMER
from supervision.application.reactions import TOPICS
from supervision.application.sweeping import Sweeping
from supervision.bootstrap import agendas, make_context
from tests.integration.supervision.place import Place
from tests.support.metering import value
from tests.unit.supervision.made import (
    CASE,
    LEARNT,
    china,
    document,
    issue_reported,
    programme_published,
    step,
)

RECEIVED = china("2021-03-11T09:30")
GRACE = timedelta(seconds=120)
LATER = LEARNT + timedelta(days=1)
FIVE = {"reminder_sent": 1, "deadline_missed": 1, "card_issued": 1, "case_escalated": 2}
"""What one case fires; without the calendar its week counts the same."""


def cases(number: int) -> list[str]:
    """Case ids, spread over the partitions."""
    return [str(uid("case", n)) for n in range(number)]


def given_received(place: Place, ids: Sequence[str]) -> None:
    """Cases with a received letter and nothing more."""
    place.hear(programme_published(document()))
    place.hear(*(issue_reported(LEARNT, case=case) for case in ids))
    place.hear(*(step("received", RECEIVED, LEARNT, case=case) for case in ids))


def fired(place: Place) -> dict[str, int]:
    """What the sweeps have recorded."""
    kinds = place.kinds()
    return {kind: kinds[kind] for kind in FIVE if kinds[kind]}


@pytest.mark.parametrize("silent", ["intake", "routing"])
def test_nothing_fires_while_one_topic_has_no_watermark(place: Place, silent: str) -> None:
    given_received(place, [CASE])
    place.watermark(LATER, *{"intake", "routing"} - {silent})
    assert place.sweeper().sweep() == 0


def test_nothing_fires_before_the_lower_watermark_has_passed(place: Place) -> None:
    given_received(place, [CASE])
    place.watermark(LATER, "intake")
    place.watermark(LEARNT + GRACE, "routing")
    assert place.sweeper().sweep() == 0
    place.watermark(LEARNT + GRACE + timedelta(microseconds=1), "routing")
    assert place.sweeper().sweep() == 5
    assert fired(place) == FIVE
    assert place.sweeper().sweep() == 0


def test_watermark_of_another_partition_does_not_count(place: Place) -> None:
    given_received(place, [CASE])
    place.watermark(LATER)
    with place.engine.begin() as connection:
        connection.execute(
            text("UPDATE progress SET watermark = '2000-01-01Z' WHERE partition = :partition AND topic = :topic"),
            {"partition": partition_of(CASE), "topic": "routing.events"},
        )
    assert place.sweeper().sweep() == 0


def test_case_with_a_parked_event_is_left_alone(place: Place) -> None:
    given_received(place, [CASE, *cases(3)])
    place.hear_raw("routing.events", partition_of(CASE), CASE.encode(), b"no JSON")
    place.watermark(LATER)
    place.sweeper().sweep()
    assert fired(place) == {kind: 3 * number for kind, number in FIVE.items()}
    assert place.scalar("SELECT count(*) FROM events WHERE key = :case", case=CASE) == 3


def test_waiting_step_holds_its_case_back(place: Place) -> None:
    place.hear(programme_published(document()))
    place.hear(step("received", RECEIVED, LEARNT))
    place.watermark(LATER)
    assert place.sweeper().sweep() == 0
    place.hear(issue_reported(LEARNT))
    assert place.sweeper().sweep() == 5


@pytest.mark.timeout(90)
def test_two_sweepers_and_the_worker_fire_nothing_twice(place: Place) -> None:
    ids = cases(300)
    given_received(place, ids)
    place.watermark(LATER)
    sweepers = [threading.Thread(target=place.sweeper().sweep) for _ in range(2)]
    late = [step("contacted", RECEIVED, LATER + timedelta(hours=1), case=case) for case in ids[:100]]
    for thread in sweepers:
        thread.start()
    for n in range(0, len(late), 10):
        place.hear(*late[n : n + 10])
    for thread in sweepers:
        thread.join()
    place.watermark(LATER + timedelta(hours=2))
    place.sweeper().sweep()
    assert fired(place) == {kind: 300 * number for kind, number in FIVE.items()}
    assert place.kinds()["misses_rescinded"] == 100
    versions: dict[str, list[int]] = {}
    for row in place.events():
        versions.setdefault(row.stream, []).append(row.version)
    assert all(held == list(range(1, len(held) + 1)) for held in versions.values())


class Breaking(Sweeping):
    """Fails on one case."""

    def decide(self, session: Session, ripe: Ripe) -> int:
        if ripe.key == CASE:
            raise ValueError("cannot be decided")
        return super().decide(session, ripe)


def test_case_that_cannot_be_decided_holds_up_no_other(place: Place) -> None:
    given_received(place, [CASE, *cases(3)])
    place.watermark(LATER)
    agenda = Agenda(watches.name, "case_id", CONSUMER, TOPICS)
    failures = value("bugle_sweep_failures_total")
    Sweeper(place.store, agenda, Breaking(make_context()), limit=1).sweep()
    assert value("bugle_sweep_failures_total") == failures + 1
    assert fired(place) == {kind: 3 * number for kind, number in FIVE.items()}
    assert place.sweeper().sweep() == 0
    place.watermark(LATER + timedelta(minutes=2))
    assert place.sweeper().sweep() == 5


class Last(Sweeping):
    """Is told to stop while it decides."""

    stop = threading.Event()

    def decide(self, session: Session, ripe: Ripe) -> int:
        self.stop.set()
        return super().decide(session, ripe)


def test_stopped_sweep_ends_after_its_chunk(place: Place) -> None:
    [partition, *_] = map(partition_of, ids := cases(40))
    together = [case for case in ids if partition_of(case) == partition][:2]
    given_received(place, together)
    place.watermark(LATER)
    agenda = Agenda(watches.name, "case_id", CONSUMER, TOPICS)
    assert Sweeper(place.store, agenda, Last(make_context()), limit=1).sweep(Last.stop) == 5
    assert place.sweeper().sweep() == 5


class Late(Sweeping):
    """Finds that another writer was first, once."""

    met = False

    def decide(self, session: Session, ripe: Ripe) -> int:
        if not self.met:
            self.met = True
            raise VersionConflict("another was first")
        return super().decide(session, ripe)


def test_conflict_is_counted_and_swept_again(place: Place) -> None:
    given_received(place, [CASE])
    place.watermark(LATER)
    conflicts = value("bugle_sweep_conflicts_total")
    agenda = Agenda(watches.name, "case_id", CONSUMER, TOPICS)
    assert Sweeper(place.store, agenda, Late(make_context())).sweep() == 5
    assert value("bugle_sweep_conflicts_total") == conflicts + 1


class Refused(Sweeping):
    """Decides on one case what cannot be written: events that are recorded already, or a row that is not taken."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__(make_context())
        self.failure = failure
        self.tries = 0

    def decide(self, session: Session, ripe: Ripe) -> int:
        if ripe.key != CASE:
            return super().decide(session, ripe)
        self.tries += 1
        if self.failure is not None:
            raise self.failure
        cast(PostgresTransaction, session.tx).connection.execute(text("INSERT INTO watches (case_id) VALUES ('x')"))
        raise AssertionError("PostgreSQL takes no such row")


@pytest.mark.parametrize(("failure", "tries"), [(VersionConflict("the id is recorded"), CONFLICTS + 1), (None, 2)])
def test_case_that_cannot_be_written_holds_up_no_other(
    place: Place, failure: Exception | None, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventkit.clocks.AGAIN_SECONDS", (0.0, 0.0))
    given_received(place, [CASE, *cases(3)])
    place.watermark(LATER)
    failures = value("bugle_sweep_failures_total")
    refused = Refused(failure)
    agenda = Agenda(watches.name, "case_id", CONSUMER, TOPICS)
    Sweeper(place.store, agenda, refused).sweep()
    assert refused.tries == tries
    assert value("bugle_sweep_failures_total") == failures + 1
    assert fired(place) == {kind: 3 * number for kind, number in FIVE.items()}
    assert place.sweeper().sweep() == 0, "it is tried again a minute later"
    place.watermark(LATER + timedelta(minutes=2))
    assert place.sweeper().sweep() == 5


def test_fault_of_no_case_ends_the_sweep(place: Place) -> None:
    """The agenda itself cannot be read: there is nothing to postpone."""
    given_received(place, [CASE])
    place.watermark(LATER)
    agenda = Agenda(watches.name, "case_id", CONSUMER, TOPICS)
    agenda.query = text("SELECT 1 / 0")
    with pytest.raises(DataError):
        Sweeper(place.store, agenda, Sweeping(make_context())).sweep()


def looked_up(place: Place) -> tuple[float, float, float]:
    """Due, overdue, and how late, as the HTTP process tells it of cases."""
    Depths(place.engine, CONSUMER, [sweeps(agendas())]).tell()
    names = ("bugle_sweep_due_keys", "bugle_sweep_overdue_keys", "bugle_sweep_late_seconds")
    due, overdue, late = (value(name, table="watches") for name in names)
    return due, overdue, late


def test_depth_of_the_sweep_is_looked_up(place: Place) -> None:
    assert looked_up(place) == (0, 0, 0)
    given_received(place, [CASE, *cases(3)])
    assert looked_up(place) == (4, 0, 0), "due by the clock, but nothing is promised yet"
    place.hear_raw("routing.events", partition_of(CASE), CASE.encode(), b"no JSON")
    place.watermark(LATER)
    due, overdue, late = looked_up(place)
    assert (due, overdue) == (4, 3), "what is parked is due, and nothing for the sweeper"
    assert late == (LATER - ripe_at(place)).total_seconds()
    place.sweeper().sweep()
    assert looked_up(place)[1:] == (0, 0)


def ripe_at(place: Place) -> datetime:
    found: datetime = place.scalar("SELECT min(ripe_at) FROM watches")
    return found


def test_idle_sweep_probes_the_index_only(place: Place) -> None:
    given_received(place, [CASE])
    with place.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO watches (case_id, programme, agency, enterprise, closed, partition, ripe_at)"
                " SELECT md5(n::text), 'p', 'a', 'e', false, n % 12, now() + n * interval '1 s'"
                " FROM generate_series(1, 20000) n"
            )
        )
    place.watermark(LEARNT)
    agenda = Agenda(watches.name, "case_id", CONSUMER, TOPICS)
    with place.engine.connect() as connection:
        plan = "\n".join(connection.execute(text(f"EXPLAIN {agenda.query}"), agenda.about(50)).scalars())
    assert "watches_ripe" in plan
    assert "Seq Scan on watches" not in plan


def test_ids_of_fired_events_come_from_what_they_say(place: Place) -> None:
    given_received(place, [CASE])
    place.watermark(LATER)
    place.sweeper().sweep()
    ids = {row.type: row.event_id for row in place.events()}
    assert ids["bugle.supervision.deadline_missed.v1"] == uid(CASE, "deadline_missed", "contact", 1, 1)
    assert isinstance(ids["bugle.supervision.card_issued.v1"], UUID)
    assert PARTITIONS == 12
