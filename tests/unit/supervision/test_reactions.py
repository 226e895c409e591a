"""The worker on a store in memory: what waits, what is parked, what is recorded for which event."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.supervision.made import (
    CASE,
    CONTACT,
    LEARNT,
    Service,
    china,
    document,
    history_declared,
    issue_reported,
    programme_published,
    step,
)

RECEIVED = china("2021-03-11T09:30")


def kinds(service: Service) -> list[str]:
    """Recorded events by type, in order."""
    return [event.type.split(".")[2] for event in service.store.tables.events]


def test_issue_waits_for_its_programme_and_steps_for_the_issue() -> None:
    service = Service()
    service.hear(step("received", RECEIVED, LEARNT), issue_reported(LEARNT))
    assert kinds(service) == []
    service.hear(programme_published(document()))
    assert kinds(service) == ["watch_opened", "fact_learnt", "clock_started"]


def test_redelivered_event_changes_nothing() -> None:
    service = Service()
    events = [programme_published(document()), issue_reported(LEARNT), step("received", RECEIVED, LEARNT)]
    service.hear(*events)
    before = service.recorded()
    service.hear(*events)
    assert service.recorded() == before


def test_issue_that_is_watched_is_not_opened_again() -> None:
    service = Service()
    service.hear(programme_published(document()), issue_reported(LEARNT), issue_reported(LEARNT + timedelta(days=1)))
    assert kinds(service) == ["watch_opened"]


def test_unreadable_programme_is_parked() -> None:
    service = Service()
    service.hear(programme_published({"zone": "Asia/Shanghai"}))
    assert [held.arrival.lane for _, held in service.store.tables.parked] == ["jinxian"]


def test_history_is_recorded_without_checks_once() -> None:
    service = Service()
    service.hear(programme_published(document()), issue_reported(LEARNT))
    service.hear(history_declared(LEARNT, closed_out=RECEIVED, verified=RECEIVED + timedelta(days=1)))
    service.hear(history_declared(LEARNT + timedelta(days=1), verified=RECEIVED + timedelta(days=1)))
    assert kinds(service) == ["watch_opened", "case_closed_out", "enterprise_verified"]
    assert all(event.json().get("by", "ledger") == "ledger" for event in service.store.tables.events)


def test_progress_counts_where_it_names_a_milestone() -> None:
    service = Service()
    service.hear(programme_published(document()), issue_reported(LEARNT))
    service.hear(step("milestone", RECEIVED, LEARNT, note="under way"))
    assert kinds(service) == ["watch_opened"]


def test_table_tells_when_something_runs_out_next() -> None:
    service = Service()
    service.hear(programme_published(document()), issue_reported(LEARNT))
    assert service.reads.rows[CASE].ripe_at is None
    service.hear(step("assigned", RECEIVED, LEARNT), step("received", RECEIVED, LEARNT))
    row = service.reads.rows[CASE]
    assert (row.lead, row.ripe_at) == ("power", LEARNT + timedelta(seconds=120))
    service.hear(step("contacted", RECEIVED, LEARNT))
    assert service.reads.rows[CASE].ripe_at is None


def test_clock_without_published_calendar_is_provisional() -> None:
    service = Service()
    service.hear(programme_published(document()), issue_reported(LEARNT), step("received", RECEIVED, LEARNT))
    assert (service.reads.rows[CASE].calendar, service.reads.rows[CASE].provisional) == ("cn", True)
    started = next(e.json() for e in service.store.tables.events if e.type.endswith("clock_started.v2"))
    assert (started["calendar"], started["calendar_version"], started["provisional"]) == ("cn", 0, True)


@pytest.mark.parametrize("order", ["version first", "issue first"])
def test_newer_version_reaches_a_case_whatever_comes_before_the_sweep(order: str) -> None:
    """A step that is heard between the publication and the sweep must not make the case miss it; nor a late report."""
    service, at = Service(), LEARNT + timedelta(hours=1)
    service.hear(programme_published(document()))
    events = [issue_reported(LEARNT), programme_published(document({**CONTACT, "limit": "9wd"}), version=2, at=at)]
    for event in events if order == "issue first" else reversed(events):
        service.hear(event)
    service.hear(step("received", LEARNT + timedelta(hours=2), LEARNT + timedelta(hours=2)))
    service.sweep(LEARNT + timedelta(hours=3))
    assert kinds(service)[-3:] == ["policy_adopted", "clock_cancelled", "clock_started"]
