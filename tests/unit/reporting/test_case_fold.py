"""Given events of a case, then these rows: the rules of docs/projections.md one by one."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

from eventkit.envelope import Envelope
from eventkit.ids import uid
from reporting.projections.case_event import from_envelope, in_timeline_order
from reporting.projections.case_fold import NOTHING, CaseRows, fold_case
from reporting.projections.workflow import walk
from reporting.read_model.tables import clocks, ledger, spans, traits
from tests.unit.reporting.made import Log, course, day, iso

CASE = str(uid("case"))


def fold(events: Iterable[Envelope]) -> CaseRows:
    return fold_case(CASE, map(from_envelope, events))


def ledger_of(log: Log) -> dict[str, Any]:
    return dict(zip(ledger.columns.keys(), fold(log.events).ledger[0], strict=True))


def spans_of(log: Log) -> list[tuple[Any, ...]]:
    return [row[1:] for row in fold(log.events).spans]


def clock_of(log: Log) -> dict[str, Any]:
    return dict(zip(clocks.columns.keys(), fold(log.events).clocks[0], strict=True))


def reported(**data: Any) -> Log:
    log = Log()
    log.reported(CASE, day(0), **data)
    return log


def started(log: Log) -> Log:
    log.case(
        "supervision", "clock_started", CASE, day(1), clock="contact", generation=1, unit="bank", provisional=False,
        started_at=iso(day(1)), due_at=iso(day(4)),
    )  # fmt: skip
    return log


def about_clock(log: Log, name: str, at: float, **data: Any) -> Envelope:
    return log.case("supervision", name, CASE, day(at), clock="contact", generation=1, **data)


def test_unreported_case_has_no_rows() -> None:
    log = Log()
    log.case("routing", "case_accepted", CASE, day(1), unit="bank")
    started(log)

    assert fold(log.events) == NOTHING


def test_reported_issue_is_ledgered() -> None:
    row = ledger_of(reported(kind="power", ledger={"name": "issues", "row": 12}, synthetic=True))

    assert row["state"] == "reported"
    assert row["reported_at"] == day(0)
    assert (row["kind"], row["ledger_name"], row["ledger_row"], row["synthetic"]) == ("power", "issues", "12", True)
    assert (row["lead"], row["supporting"], row["letter"], row["round"]) == (None, [], None, 1)
    assert (row["misses"], row["cards"], row["level"]) == (0, 0, 0)


def test_amendment_replaces_what_it_names() -> None:
    log = reported(title="old", batch="1", kind="power")
    log.case("intake", "issue_amended", CASE, day(1), changes={"title": "new", "batch": None}, by="office", ledger=None)

    row = ledger_of(log)

    assert (row["title"], row["batch"], row["kind"]) == ("new", None, "power")


def test_amendment_is_the_ground_of_what_it_names() -> None:
    log = reported(batch="1", jurisdiction="own")
    said = {"by": "office", "ledger": None}
    amended = log.case("intake", "issue_amended", CASE, day(1), changes={"jurisdiction": "passed_on"}, **said)
    log.case("intake", "issue_amended", CASE, day(2), changes={"kind": "law"}, **said)

    grounds = walk(in_timeline_order(map(from_envelope, log.events))).grounds

    assert (grounds["jurisdiction"], grounds["batch"]) == (str(amended.id), str(log.events[0].id))


def test_kind_is_the_last_said() -> None:
    log = reported(kind="power")
    log.case("routing", "case_classified", CASE, day(1), kind="finance", by="office")
    log.case("intake", "issue_amended", CASE, day(2), changes={"kind": None}, by="office", ledger=None)

    assert ledger_of(log)["kind"] == "finance"


def test_state_never_moves_back_in_a_round() -> None:
    log = reported()
    log.case("routing", "enterprise_contacted", CASE, day(2), unit="bank")
    log.case("routing", "case_classified", CASE, day(3), kind="power", by="office")

    assert ledger_of(log)["state"] == "contacted"
    assert spans_of(log) == [(1, "reported", day(0), day(2)), (2, "contacted", day(2), None)]


def test_closed_out_stays_closed() -> None:
    log = reported()
    log.case("supervision", "case_closed_out", CASE, day(2), round=1, by="ledger")
    log.case("supervision", "enterprise_verified", CASE, day(3), round=1, satisfaction="satisfied", by="ledger")

    row = ledger_of(log)

    assert (row["state"], row["closed_at"], row["verified_at"]) == ("closed_out", day(2), day(3))
    assert row["satisfaction"] == "satisfied"


def test_first_date_of_a_fact_stands() -> None:
    log = reported()
    for number in (3, 5):
        log.case("routing", "result_reported", CASE, day(number), unit="bank", outcome=f"outcome {number}")

    row = ledger_of(log)

    assert (row["result_at"], row["outcome"]) == (day(3), "outcome 5")


def reopened() -> Log:
    """Solved on day 2, unsatisfied and assigned anew on day 3."""
    log = reported()
    log.case(
        "routing", "case_assigned", CASE, day(1), round=1, lead="bank", supporting=["park"], letter="1", meeting=None
    )
    log.case("routing", "result_reported", CASE, day(2), unit="bank", outcome="solved")
    # at one instant: routing stands before supervision, and yet the verification of round 1 does not move round 2
    log.case("supervision", "enterprise_verified", CASE, day(3), round=1, satisfaction="unsatisfied", by="office")
    log.case("routing", "case_reopened", CASE, day(3), round=2, reason=None)
    log.case("routing", "case_assigned", CASE, day(3), round=2, lead="park", supporting=[], letter="2", meeting=None)
    return log


def test_reopening_clears_the_round() -> None:
    log = reopened()

    row = ledger_of(log)

    assert (row["round"], row["state"], row["lead"], row["letter"]) == (2, "assigned", "park", "2")
    assert (row["assigned_at"], row["result_at"], row["verified_at"]) == (day(3), None, None)
    assert row["outcome"] is None
    assert [state for _, state, _, _ in spans_of(log)] == ["reported", "assigned", "result_reported", "assigned"]


def test_answer_stands_until_the_next() -> None:
    log = reopened()
    assert ledger_of(log)["satisfaction"] == "unsatisfied"

    log.case("supervision", "enterprise_verified", CASE, day(9), round=2, satisfaction="satisfied", by="office")

    assert ledger_of(log)["satisfaction"] == "satisfied"
    rows = [dict(zip(traits.columns.keys(), row, strict=True)) for row in fold(log.events).traits]
    answers = [(row["from_at"], row["round"], row["satisfaction"]) for row in rows]
    assert answers[-2:] == [(day(3), 2, "unsatisfied"), (day(9), 2, "satisfied")]
    verified = [event.id for event in log.events if event.type.endswith("enterprise_verified.v1")]
    assert walk(in_timeline_order(map(from_envelope, log.events))).grounds["satisfaction"] == str(verified[-1])


def test_states_of_one_instant_leave_one_span() -> None:
    log = reported()
    log.case("routing", "case_classified", CASE, day(0), kind="power", by="rule")
    log.case("routing", "case_assigned", CASE, day(0), round=1, lead="bank", supporting=[], letter=None, meeting=None)

    assert spans_of(log) == [(1, "assigned", day(0), None)]


def test_traits_follow_their_changes() -> None:
    log = reported(kind="power", batch="1")
    log.case("intake", "issue_amended", CASE, day(1), changes={"kind": "law"}, by="office", ledger=None)
    log.case("routing", "case_accepted", CASE, day(2), unit="bank")
    log.case("supervision", "case_closed_out", CASE, day(3), round=1, by="office")

    rows = [dict(zip(traits.columns.keys(), row, strict=True)) for row in fold(log.events).traits]

    assert [(row["kind"], row["closed_at"], row["from_at"], row["to_at"]) for row in rows] == [
        ("power", None, day(0), day(1)),
        ("law", None, day(1), day(3)),
        ("law", day(3), day(3), None),
    ]


def put_off() -> Log:
    """The enterprise has heard that its case takes long, and is content with that."""
    log = reported()
    log.case("routing", "result_reported", CASE, day(1), unit="bank", outcome="long_term")
    log.case("routing", "result_fed_back", CASE, day(2), unit="bank", copied_to_office=True)
    log.case("supervision", "enterprise_verified", CASE, day(3), round=1, satisfaction="satisfied", by="office")
    return log


def test_result_after_long_term_answers_anew() -> None:
    log = put_off()
    log.case("routing", "progress_reported", CASE, day(4), unit="bank")
    before = ledger_of(log)
    log.case("routing", "result_reported", CASE, day(30), unit="bank", outcome="solved")

    row, solved = ledger_of(log), ("result_reported", day(30), "solved", None, None)
    columns = ("state", "result_at", "outcome", "fed_back_at", "verified_at")

    assert tuple(before[name] for name in columns) == ("verified", day(1), "long_term", day(2), day(3))
    assert tuple(row[name] for name in columns) == solved
    log.case("routing", "result_fed_back", CASE, day(31), unit="bank", copied_to_office=True)
    assert (ledger_of(log)["state"], ledger_of(log)["fed_back_at"]) == ("fed_back", day(31))
    states = ["reported", "result_reported", "fed_back", "verified", "result_reported", "fed_back"]
    assert [state for _, state, _, _ in spans_of(log)] == states


def test_contentment_with_deferral_ends_with_it() -> None:
    log = put_off()
    assert ledger_of(log)["satisfaction"] == "satisfied"
    log.case("routing", "result_reported", CASE, day(30), unit="bank", outcome="solved")

    assert ledger_of(log)["satisfaction"] is None
    assert "satisfaction" not in walk(in_timeline_order(map(from_envelope, log.events))).grounds
    last = dict(zip(traits.columns.keys(), fold(log.events).traits[-1], strict=True))
    assert (last["outcome"], last["satisfaction"]) == ("solved", None)


def test_discontent_with_deferral_outlives_it() -> None:
    log = put_off()
    log.case("supervision", "enterprise_verified", CASE, day(5), round=1, satisfaction="unsatisfied", by="office")
    log.case("routing", "result_reported", CASE, day(30), unit="bank", outcome="solved")

    assert ledger_of(log)["satisfaction"] == "unsatisfied"
    log.case("supervision", "enterprise_verified", CASE, day(31), round=1, satisfaction="satisfied", by="office")
    assert ledger_of(log)["satisfaction"] == "satisfied"


def test_answer_of_earlier_round_stands() -> None:
    log = reopened()
    log.case("supervision", "enterprise_verified", CASE, day(4), round=1, satisfaction="satisfied", by="office")
    for number, outcome in ((5, "long_term"), (30, "solved")):
        log.case("routing", "result_reported", CASE, day(number), unit="park", outcome=outcome)

    assert ledger_of(log)["satisfaction"] == "satisfied"


def test_closed_case_is_not_answered_anew() -> None:
    log = put_off()
    log.case("supervision", "case_closed_out", CASE, day(4), round=1, by="ledger")
    log.case("routing", "result_reported", CASE, day(5), unit="bank", outcome="solved")

    row = ledger_of(log)

    assert (row["state"], row["result_at"], row["closed_at"]) == ("closed_out", day(1), day(4))


def test_clock_runs_until_it_is_stopped() -> None:
    log = started(reported())
    assert clock_of(log)["status"] == "running"

    about_clock(log, "clock_stopped", 3, fact="contacted", stopped_at=iso(day(3)), in_time=True)

    assert (clock_of(log)["status"], clock_of(log)["stopped_at"]) == ("met", day(3))


def test_late_stop_keeps_the_miss() -> None:
    log = started(reported())
    about_clock(log, "deadline_missed", 4, stage=1, due_at=iso(day(4)), unit="bank")
    assert clock_of(log)["status"] == "missed"
    about_clock(log, "clock_stopped", 5, fact="contacted", stopped_at=iso(day(5)), in_time=False)

    assert clock_of(log)["status"] == "late"
    assert ledger_of(log)["misses"] == 1


def test_rescission_withdraws_what_it_lists() -> None:
    log = started(reported())
    about_clock(log, "deadline_missed", 4, stage=1, due_at=iso(day(4)), unit="bank")
    about_clock(log, "card_issued", 4, card=str(uid("card")), unit="bank", colour="yellow")
    fired = log.events[-2:]
    about_clock(log, "case_escalated", 6, stage=2, level=2, role="leader")
    assert (ledger_of(log)["misses"], ledger_of(log)["cards"], ledger_of(log)["level"]) == (1, 1, 2)

    listed = [{"event": str(event.id), "kind": "miss", "stage": 1} for event in fired]
    about_clock(log, "misses_rescinded", 7, fact="contacted", evidence_at=iso(day(3)), withdrawn=listed)

    assert (ledger_of(log)["misses"], ledger_of(log)["cards"], ledger_of(log)["level"]) == (0, 0, 2)
    assert clock_of(log)["status"] == "running"


def test_cancelled_and_unobserved_clocks() -> None:
    log = started(reported())
    about_clock(log, "clock_unobserved", 4, observed_until=iso(day(4)))
    assert clock_of(log)["status"] == "unobserved"
    about_clock(log, "clock_cancelled", 5, reason="recomputed")

    assert clock_of(log)["status"] == "cancelled"


def test_miss_stands_after_the_clock_ended() -> None:
    log = started(reported())
    missed = about_clock(log, "deadline_missed", 4, stage=1, due_at=iso(day(4)), unit="bank")
    about_clock(log, "clock_cancelled", 5, reason="returned")
    assert (clock_of(log)["status"], clock_of(log)["cancelled_at"]) == ("missed", day(5))

    listed = [{"event": str(missed.id), "kind": "miss", "stage": 1}]
    about_clock(log, "misses_rescinded", 7, fact="contacted", evidence_at=iso(day(3)), withdrawn=listed)

    assert clock_of(log)["status"] == "cancelled"


def test_clock_that_never_started_has_no_row() -> None:
    log = reported()
    about_clock(log, "clock_stopped", 3, fact="contacted", stopped_at=iso(day(3)), in_time=True)

    assert fold(log.events).clocks == []


def test_unknown_events_are_passed_over() -> None:
    log = reported()
    before = fold(log.events)
    log.case("routing", "never_heard_of", CASE, day(3), into="other")

    assert fold(log.events) == before


def test_order_of_events_does_not_matter() -> None:
    random = Random(7)
    for seed in range(50):
        log = Log()
        course(log, CASE, Random(seed))
        expected = fold(log.events)
        random.shuffle(log.events)
        assert fold(log.events) == expected


def test_rows_have_their_tables_width() -> None:
    log = Log()
    course(log, CASE, Random(5))
    started(log)
    rows = fold(log.events)

    for table, held in ((ledger, rows.ledger), (spans, rows.spans), (traits, rows.traits), (clocks, rows.clocks)):
        assert held
        assert all(len(row) == len(table.columns) for row in held)
