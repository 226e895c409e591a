"""Verification verified by mutation: each single damage is found and its invariant named."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid5

import pytest

from bugle.verify.consumption import Discard
from bugle.verify.log import LogRow
from tests.unit.bugle.verifying import CASE, SPACE, Recorder, System, broken, record_of

OTHER = str(uuid5(SPACE, "other"))


@pytest.fixture
def system() -> System:
    recorder = Recorder()
    recorder.add("intake", "enterprise-e1", "enterprise_registered", 0, enterprise="e1", agency="jinxian", name="荣鑫",
                 tier="key", synthetic=False)  # fmt: skip
    for case in (CASE, OTHER):
        recorder.report_issue(case)
        recorder.route("case_opened", 0, case)
        recorder.route("case_classified", 1, case, kind="power")
        recorder.route("case_assigned", 2, case, lead="power-supply", supporting=[], letter="1", meeting=None, round=1)
        recorder.watch("watch_opened", 0, case)
        recorder.watch("clock_started", 2, case, clock="contact", generation=1, unit="power-supply", provisional=False,
                       started_at="2021-03-10T12:00:00+08:00", due_at="2021-03-15T16:00:00Z")  # fmt: skip
    return System(recorder.events)


def test_sound_system_is_clean(system: System) -> None:
    report = system.verify()
    assert report.ok
    assert {name: found.checked for name, found in report.invariants.items()} == {
        "I3": 7, "I4": 13, "I5": 10 + 7 + 9 + 13 + 2 + 2, "I6": 12 + 2 + 6 + 6 + 2 + 1 + 1, "I8": 13
    }  # fmt: skip
    assert report.notes == []


def test_missing_kafka_event_breaks_I4(system: System) -> None:
    place = next(place for place, records in system.topics.items() if len(records) > 1)
    del system.topics[place][1]
    report = system.verify()
    assert "I4" in broken(report)
    assert "in the log, not in Kafka" in report.invariants["I4"].faults[0]


def test_swapped_kafka_events_break_I4(system: System) -> None:
    records = next(records for records in system.topics.values() if len(records) > 1)
    records[0], records[1] = records[1], records[0]
    assert broken(system.verify()) == {"I4"}


def test_edited_kafka_event_breaks_I4(system: System) -> None:
    records = next(held for place, held in system.topics.items() if place[0] == "routing")
    records[1] = replace(records[1], value=(records[1].value or b"").replace(b"power", b"water"))
    assert broken(system.verify()) == {"I4", "I6"}


def test_foreign_kafka_event_breaks_I4(system: System) -> None:
    known = system.stores["routing"].rows[-1].event
    assert known is not None
    system.publish(replace(known, id=UUID(int=1), log_seq=known.log_seq + 1, version=known.version + 1))
    assert "I4" in broken(system.verify())


def test_event_in_wrong_partition_breaks_I4(system: System) -> None:
    (service, number), records = next((place, held) for place, held in system.topics.items() if held)
    moved = replace(records.pop(), partition=(number + 1) % 3)
    system.topics[service, moved.partition].append(moved)
    assert "I4" in broken(system.verify())


def test_event_in_wrong_topic_breaks_I4(system: System) -> None:
    event = system.stores["intake"].rows[0].event
    assert event is not None
    system.topics["routing", 0].append(replace(record_of(event), service="routing"))
    assert broken(system.verify()) == {"I4"}


def test_repeated_kafka_event_is_only_noted(system: System) -> None:
    records = next(iter(system.topics.values()))
    records.append(records[0])
    report = system.verify()
    assert report.ok
    assert report.notes == ["Kafka holds 1 repeated events, as delivery at least once may leave them"]


def test_rubbish_in_kafka_is_only_noted(system: System) -> None:
    records = next(iter(system.topics.values()))
    records.append(replace(records[0], headers=[("ce_type", b"bugle.intake.issue_reported.v1")]))
    report = system.verify()
    assert report.ok
    assert "is no event of Bugle" in report.notes[0]


def test_edited_stored_event_breaks_I8(system: System) -> None:
    system.edit("intake", 2, data=b'{"title": "edited"}')
    report = system.verify()
    assert {"I4", "I8"} <= broken(report)
    assert report.invariants["I8"].faults == [
        f"intake: the chain breaks at intake log_seq 2, issue-{CASE} version 1, issue_reported"
    ]


def test_every_later_fault_is_found_after_an_edit(system: System) -> None:
    system.edit("routing", 1, key="x")
    system.edit("routing", 3, key="y")
    assert system.verify().invariants["I8"].faulty == 2


def test_swapped_log_rows_break_I8(system: System) -> None:
    rows = system.stores["routing"].rows
    first, second = rows[0], rows[1]
    rows[0], rows[1] = replace(first, event=second.event), replace(second, event=first.event)
    assert "I8" in broken(system.verify())


def test_duplicated_log_row_breaks_I8(system: System) -> None:
    rows = system.stores["routing"].rows
    rows.insert(1, rows[0])
    assert {"I3", "I8"} <= broken(system.verify())


def test_deleted_event_breaks_I3_and_I8(system: System) -> None:
    rows = system.stores["routing"].rows
    rows[0] = LogRow(rows[0].log_seq, rows[0].hash, None)
    assert {"I3", "I8"} <= broken(system.verify())


def test_truncated_log_breaks_I8_at_the_head(system: System) -> None:
    system.stores["supervision"].rows.pop()
    report = system.verify()
    assert "its relay recorded another head" in report.invariants["I8"].faults[0]
    assert "I4" in broken(report)


def test_event_outside_log_and_pending_breaks_I8(system: System) -> None:
    system.stores["intake"].adrift_.append((UUID(int=7), "neither in the log nor pending"))
    assert broken(system.verify()) == {"I8"}


def test_event_pending_for_long_breaks_I8(system: System) -> None:
    system.stores["intake"].pending_ = (3, 0)
    assert system.verify().notes == ["intake: 3 events are pending"]
    system.stores["intake"].pending_ = (3, 1)
    assert broken(system.verify()) == {"I8"}


@pytest.mark.parametrize("consumer", ["intake", "routing", "supervision", "reporting"])
def test_event_not_received_breaks_I5(system: System, consumer: str) -> None:
    system.stores[consumer].inbox.pop()
    report = system.verify()
    assert broken(report) == {"I5"}
    assert report.invariants["I5"].faults[0].startswith(f"{consumer}: ")


def test_parked_events_are_noted_and_disjoint(system: System) -> None:
    inbox = system.stores["routing"].inbox
    inbox.append((inbox[0][0], "parked"))
    report = system.verify()
    assert report.ok
    assert report.notes == ["routing: 1 events are parked"]
    inbox.append((inbox[0][0], "waiting"))
    assert broken(system.verify()) == {"I5"}


def test_contacts_without_key_are_noted(system: System) -> None:
    system.stores["intake"].keyless_ = [CASE, "c2"]
    report = system.verify()
    assert report.ok
    assert report.notes == [f"intake: 2 contacts have neither a key nor a record of their erasure: {CASE}, c2"]


def test_discarded_events_are_told_and_disjoint(system: System) -> None:
    store = system.stores["routing"]
    store.inbox.append((store.inbox[0][0], "discarded"))
    store.discards_ = [Discard(store.inbox[0][0], "intake.events[3]@17", CASE, "no such unit", "li")]
    report = system.verify()
    assert report.ok
    assert report.notes == [f"routing: intake.events[3]@17 of {CASE} was discarded by li: no such unit"]
    store.inbox.append((store.inbox[0][0], "parked"))
    assert broken(system.verify()) == {"I5"}


def test_event_that_reporting_discarded_is_in_no_fold(system: System) -> None:
    """What its tables lack by decision is no difference; without the decision it is one."""
    store = system.stores["reporting"]
    events = [row.event for held in system.stores.values() for row in held.rows if row.event]
    told = events.pop()
    store.tables = System(events).stores["reporting"].tables
    assert broken(system.verify()) == {"I6"}
    store.discards_ = [Discard(told.id, "supervision.events[0]@1", told.key, "nonsense", "li")]
    assert broken(system.verify()) == set()


@pytest.mark.parametrize(("consumer", "effect"), [("routing", "case_opened"), ("supervision", "watch_opened")])
def test_effect_dropped_breaks_I5(consumer: str, effect: str) -> None:
    """The report is in the inbox and nothing came of it, as of a handler that returns at once."""
    recorder = Recorder()
    for name in (CASE, OTHER):
        recorder.report_issue(name)
    recorder.route("case_opened", 0)
    recorder.watch("watch_opened", 0)
    if consumer == "routing":
        recorder.watch("watch_opened", 0, OTHER)
    else:
        recorder.route("case_opened", 0, OTHER)
    system = System(recorder.events)
    report = system.verify()
    assert broken(report) == {"I5"}
    assert report.invariants["I5"].faults == [f"{consumer}: {OTHER} has 0 {effect}, where 1 belong"]


@pytest.mark.parametrize("place", ["parked", "waiting", "discarded"])
def test_effect_of_what_is_aside_is_not_missed(place: str) -> None:
    recorder = Recorder()
    reported = recorder.report_issue()
    recorder.watch("watch_opened", 0)
    system = System(recorder.events)
    assert broken(system.verify()) == {"I5"}
    system.stores["routing"].inbox.append((reported.id, place))
    assert broken(system.verify()) == set()


def test_effect_twice_or_of_nothing_breaks_I5() -> None:
    recorder = Recorder()
    recorder.report_issue()
    recorder.route("case_opened", 0)
    recorder.watch("watch_opened", 0)
    recorder.watch("watch_opened", 0)
    recorder.route("case_opened", 0, OTHER)
    assert sorted(System(recorder.events).verify().invariants["I5"].faults) == [
        f"routing: {OTHER} has 1 case_opened, where 0 belong",
        f"supervision: {CASE} has 2 watch_opened, where 1 belong",
    ]


def test_event_received_from_nowhere_breaks_I5(system: System) -> None:
    system.stores["supervision"].inbox.append((UUID(int=9), "received"))
    assert broken(system.verify()) == {"I5"}


@pytest.mark.parametrize("table", ["timeline", "ledger", "spans", "traits", "clocks", "enterprises"])
def test_corrupted_projection_row_breaks_I6(system: System, table: str) -> None:
    rows = system.stores["reporting"].tables[table]
    rows[0] = (*rows[0][:-1], "corrupted")
    report = system.verify()
    assert broken(report) == {"I6"}
    assert "differs from the fold" in report.invariants["I6"].faults[1]
    assert not report.tables[table].equal


def test_missing_and_surplus_projection_rows_break_I6(system: System) -> None:
    rows = system.stores["reporting"].tables["ledger"]
    rows.append(("surplus", *rows.pop()[1:]))
    report = system.verify()
    assert broken(report) == {"I6"}
    assert "surplus: in reporting, not in the fold" in report.invariants["I6"].faults[1]
    assert report.invariants["I6"].faults[2].endswith("in the fold, not in reporting")


def test_duplicated_projection_row_breaks_I6(system: System) -> None:
    rows = system.stores["reporting"].tables["spans"]
    rows.append(rows[0])
    assert broken(system.verify()) == {"I6"}


def test_only_first_faults_are_named() -> None:
    recorder = Recorder()
    for number in range(30):
        recorder.report_issue(f"c{number}")
    system = System(recorder.events)
    system.topics.clear()
    found = system.verify().json()["invariants"]["I4"]
    assert (found["ok"], found["faulty"], len(found["faults"])) == (False, 30, 20)


def test_event_without_promised_fields_breaks_I6() -> None:
    recorder = Recorder()
    recorder.add("intake", f"issue-{CASE}", "issue_reported", 0, title="?")
    assert "cannot be folded: KeyError 'programme'" in System(recorder.events).verify().invariants["I6"].faults[0]
