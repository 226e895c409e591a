"""The independent fold, against rows written by hand from docs/projections.md."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from bugle.verify.event import Event
from bugle.verify.facts import STATES
from bugle.verify.projection import fold
from bugle.verify.tables import COLUMNS, Row
from tests.unit.bugle.verifying import CASE, Recorder, at

DOCS = Path(__file__).parents[3] / "docs"


NO_REMARKS = (None, None, False)
"""Grade, merged_into, withdrawn."""


def rows(events: Iterable[Event]) -> defaultdict[str, list[Row]]:
    held: defaultdict[str, list[Row]] = defaultdict(list)
    for table, row in fold(events, pytest.fail):
        held[table].append(row)
    return held


def ledger(events: Iterable[Event]) -> dict[str, Any]:
    (row,) = rows(events)["ledger"]
    return dict(zip(COLUMNS["ledger"], row, strict=True))


def spans(events: Iterable[Event]) -> list[tuple[str, datetime, datetime | None]]:
    return [(str(row[2]), row[3], row[4]) for row in rows(events)["spans"]]  # type: ignore[misc]  # rows are untyped


def assign(recorder: Recorder, hours: float, round: int = 1, lead: str = "power-supply") -> None:
    recorder.route("case_assigned", hours, lead=lead, supporting=["bank"], letter=f"{round}", meeting=None, round=round)


def started(recorder: Recorder, **changes: Any) -> None:
    body = {
        "clock": "contact", "generation": 1, "unit": "u", "provisional": False,
        "started_at": "2021-03-10T10:00:00+08:00", "due_at": "2021-03-10T13:00:00+08:00",
    } | changes  # fmt: skip
    recorder.watch("clock_started", 0, **body)


@pytest.fixture
def told() -> Recorder:
    """A case that goes the whole way."""
    recorder = Recorder()
    recorder.report_issue(kind="power", ledger={"name": "issues", "row": 12})
    recorder.route("case_classified", 1, kind="water")
    assign(recorder, 2)
    for hours, name in enumerate(("letter_received", "case_accepted", "enterprise_contacted", "case_planned"), start=3):
        recorder.route(name, hours, unit="power-supply")
    recorder.route("progress_reported", 7, unit="power-supply")
    recorder.route("result_reported", 8, outcome="solved")
    recorder.route("result_fed_back", 9, copied_to_office=True)
    recorder.watch("enterprise_verified", 10, satisfaction="satisfied", round=1)
    recorder.watch("case_closed_out", 11, round=1)
    recorder.route("case_concluded", 11, round=1)
    return recorder


def test_whole_way_fills_the_ledger(told: Recorder) -> None:
    assert ledger(told.events) == {
        "case_id": CASE, "programme": "jinxian", "agency": "jinxian", "enterprise": "e1", "title": "变压器",
        "kind": "water", "batch": None, "jurisdiction": None, "ledger_name": "issues", "ledger_row": "12",
        "synthetic": False,
        "lead": "power-supply", "supporting": ["bank"], "letter": "1", "meeting": None, "reported_at": at(0),
        "assigned_at": at(2), "received_at": at(3), "accepted_at": at(4), "contacted_at": at(5), "planned_at": at(6),
        "result_at": at(8), "outcome": "solved", "fed_back_at": at(9), "verified_at": at(10),
        "satisfaction": "satisfied", "closed_at": at(11), "round": 1, "state": "closed_out",
        "cards": 0, "level": 0, "misses": 0, "grade": None, "owner": None, "passed_to": None, "cause": None,
        "parent": None, "recurrence_of": None, "merged_into": None, "withdrawn": False, "transfers": 0,
    }  # fmt: skip


def test_each_state_has_its_span(told: Recorder) -> None:
    course = [state for state in STATES if state != "returned"]  # a return is no step of a case's usual course
    expected = [(state, at(n), at(n + 1)) for n, state in enumerate(course)]
    assert spans(told.events) == [*expected[:-1], ("closed_out", at(11), None)]


def test_return_begins_a_round_without_lead() -> None:
    recorder = Recorder()
    recorder.report_issue()
    assign(recorder, 1)
    recorder.route("case_returned", 2, round=2, transfers=1)
    row = ledger(recorder.events)
    assert (row["state"], row["round"], row["lead"], row["transfers"]) == ("returned", 2, None, 1)
    recorder.route("letter_received", 3)
    assert ledger(recorder.events)["state"] == "received", "it does not tell its round: it is that of the return"


def test_order_of_arrival_does_not_show() -> None:
    recorder = Recorder()
    recorder.report_issue()
    assign(recorder, 1)
    recorder.watch("enterprise_verified", 1, satisfaction="unsatisfied", round=1)
    recorder.route("case_reopened", 1, round=2)
    expected = rows(recorder.events)
    assert all(rows(order) == expected for order in permutations(recorder.events))


def test_case_without_its_issue_has_a_timeline_only() -> None:
    recorder = Recorder()
    assign(recorder, 1)
    assert set(rows(recorder.events)) == {"timeline"}


def test_reopening_clears_the_dates_of_the_round_before(told: Recorder) -> None:
    told.events[-3:] = []
    told.watch("enterprise_verified", 10, satisfaction="unsatisfied", round=1)
    told.watch("reopening_ordered", 10, round=1)
    told.route("case_reopened", 10, round=2)
    assign(told, 10, round=2, lead="bank")
    row = ledger(told.events)
    assert (row["state"], row["round"], row["assigned_at"], row["lead"]) == ("assigned", 2, at(10), "bank")
    assert [row[name] for name in ("contacted_at", "result_at", "outcome", "verified_at")] == [None] * 4
    assert spans(told.events)[-2:] == [("fed_back", at(9), at(10)), ("assigned", at(10), None)]


def test_last_answer_counts_in_every_round(told: Recorder) -> None:
    told.events[-3:] = []
    told.watch("enterprise_verified", 10, satisfaction="unsatisfied", round=1)
    told.route("case_reopened", 10, round=2)
    assert (ledger(told.events)["satisfaction"], ledger(told.events)["verified_at"]) == ("unsatisfied", None)
    told.watch("enterprise_verified", 20, satisfaction="satisfied", round=2)
    assert (ledger(told.events)["satisfaction"], ledger(told.events)["verified_at"]) == ("satisfied", at(20))


@pytest.mark.parametrize(
    ("answer", "round_", "stands"),
    [
        ("satisfied", 1, None),
        ("basically_satisfied", 1, None),
        ("unsatisfied", 1, "unsatisfied"),
        ("satisfied", 0, "satisfied"),  # of a round before that of the results
    ],
)
def test_solution_ends_contentment_with_deferral(answer: str, round_: int, stands: str | None) -> None:
    recorder = Recorder()
    recorder.report_issue()
    recorder.route("result_reported", 1, outcome="long_term")
    recorder.watch("enterprise_verified", 2, satisfaction=answer, round=round_)
    recorder.route("result_reported", 3, outcome="solved")
    assert (ledger(recorder.events)["satisfaction"], ledger(recorder.events)["result_at"]) == (stands, at(3))


def test_second_round_has_facts_of_its_own(told: Recorder) -> None:
    told.route("case_reopened", 20, round=2)
    told.route("letter_received", 21)
    assert (ledger(told.events)["received_at"], ledger(told.events)["state"]) == (at(21), "received")


def test_state_never_moves_backwards(told: Recorder) -> None:
    told.route("enterprise_contacted", 12)
    told.route("case_classified", 13, kind="labour")
    row = ledger(told.events)
    assert (row["state"], row["contacted_at"], row["kind"]) == ("closed_out", at(5), "labour")


def test_dates_are_the_first_and_answers_the_last() -> None:
    recorder = Recorder()
    recorder.report_issue()
    recorder.route("result_reported", 2, outcome="long_term")
    recorder.route("result_reported", 1, outcome="explained")
    assert (ledger(recorder.events)["result_at"], ledger(recorder.events)["outcome"]) == (at(1), "long_term")


def test_last_state_of_an_instant_stands() -> None:
    recorder = Recorder()
    recorder.report_issue()
    recorder.route("case_classified", 0, kind="power")
    assign(recorder, 0)
    recorder.route("letter_received", 3)
    assert spans(recorder.events) == [("assigned", at(0), at(3)), ("received", at(3), None)]


def test_amendments_replace_what_they_name() -> None:
    recorder = Recorder()
    recorder.report_issue(batch="1", kind="power", jurisdiction="own")
    recorder.add("intake", f"issue-{CASE}", "issue_amended", 5, changes={"batch": None, "title": "新", "kind": None})
    row = ledger(recorder.events)
    assert [row[name] for name in ("title", "batch", "kind", "jurisdiction")] == ["新", None, "power", "own"]


def test_traits_say_what_was_valid_when() -> None:
    recorder = Recorder()
    recorder.report_issue(batch="1")
    assign(recorder, 1)
    recorder.route("letter_received", 2)
    recorder.add("intake", f"issue-{CASE}", "issue_amended", 3, changes={"batch": "2"})
    assert [row[1:] for row in rows(recorder.events)["traits"]] == [
        (1, at(0), at(1), None, "1", None, None, [], None, None, 1, None, *NO_REMARKS),
        (2, at(1), at(3), None, "1", None, "power-supply", ["bank"], None, None, 1, None, *NO_REMARKS),
        (3, at(3), None, None, "2", None, "power-supply", ["bank"], None, None, 1, None, *NO_REMARKS),
    ]


@pytest.mark.parametrize(
    ("then", "status"),
    [
        ([], "running"),
        ([("clock_stopped", {"stopped_at": "2021-03-10T05:00:00Z", "in_time": True})], "met"),
        (
            [("deadline_missed", {}), ("clock_stopped", {"stopped_at": "2021-03-10T06:00:00Z", "in_time": False})],
            "late",
        ),
        ([("deadline_missed", {})], "missed"),
        ([("deadline_missed", {}), ("clock_unobserved", {})], "missed"),
        ([("clock_unobserved", {})], "unobserved"),
        (
            [("clock_stopped", {"stopped_at": "2021-03-10T05:00:00Z", "in_time": True}), ("clock_cancelled", {})],
            "cancelled",
        ),
        ([("clock_cancelled", {})], "cancelled"),
        ([("deadline_missed", {}), ("clock_cancelled", {})], "missed"),
    ],
)
def test_clock_has_the_first_status_that_applies(then: list[tuple[str, dict[str, Any]]], status: str) -> None:
    recorder = Recorder()
    recorder.report_issue()
    started(recorder)
    for name, data in then:
        recorder.watch(name, 3, clock="contact", generation=1, **data)
    (row,) = rows(recorder.events)["clocks"]
    ended = at(3) if "clock_cancelled" in dict(then) else None
    assert (*row[:6], row[7:]) == (CASE, "contact", 1, "u", at(0), at(3), (status, False, ended))


def test_rescission_withdraws_what_it_lists() -> None:
    recorder = Recorder()
    recorder.report_issue()
    started(recorder)
    missed = recorder.watch("deadline_missed", 3, clock="contact", generation=1)
    card = recorder.watch("card_issued", 3, clock="contact", generation=1)
    recorder.watch("case_escalated", 4, clock="contact", generation=1, level=1)
    last = recorder.watch("case_escalated", 5, clock="contact", generation=1, level=2)
    row = ledger(recorder.events)
    assert (row["misses"], row["cards"], row["level"]) == (1, 1, 2)
    recorder.watch(
        "misses_rescinded",
        6,
        clock="contact",
        generation=1,
        withdrawn=[{"event": str(e.id)} for e in (missed, card, last)],
    )
    row = ledger(recorder.events)
    assert (row["misses"], row["cards"], row["level"]) == (0, 0, 1)
    assert rows(recorder.events)["clocks"][0][7] == "running"


def test_generations_of_a_clock_are_rows() -> None:
    recorder = Recorder()
    recorder.report_issue()
    started(recorder, provisional=True)
    recorder.watch("clock_cancelled", 1, clock="contact", generation=1)
    started(recorder, generation=2)
    assert [(row[2], row[7], row[8]) for row in rows(recorder.events)["clocks"]] == [
        (1, "cancelled", True),
        (2, "running", False),
    ]


def test_entities_show_their_highest_version() -> None:
    recorder = Recorder()
    for name in ("旧", "新"):
        body = {"enterprise": "e1", "agency": "a", "name": name, "tier": "key", "synthetic": True}
        recorder.add("intake", "enterprise-e1", "enterprise_registered", 0, **body)
    recorder.add("intake", "enterprise-e1", "contact_recorded", 1, enterprise="e1", contact_ref="c")
    assert rows(recorder.events)["enterprises"] == [("e1", "a", "新", "key", None, None, True, at(0))]


def test_later_directory_replaces_all_units_and_people() -> None:
    recorder = Recorder()
    person = {"id": "p", "name": "p", "title": "t", "unit": None, "role": None, "synthetic": True}
    for ids in (["u1", "u2"], ["u2"]):
        units = [{"id": id, "name": id, "kind": "department", "synthetic": False} for id in ids]
        recorder.add("intake", "directory-a", "directory_published", 0, agency="a", units=units, people=[person])
    held = rows(recorder.events)
    assert held["units"] == [("a", "u2", "u2", "department", False)]
    assert held["people"] == [("a", "p", "p", "t", None, None, True)]


def test_team_has_a_row_per_enterprise() -> None:
    recorder = Recorder()
    recorder.add("intake", "team-t", "team_formed", 0, team="t", enterprises=["e1", "e2"], members=[], findings=[])
    held = rows(recorder.events)
    assert held["team_enterprises"] == [("t", "e1"), ("t", "e2")]
    assert (held["teams"][0][0], held["teams"][0][-1]) == ("t", None)


def test_disbanded_team_keeps_its_row_and_its_end() -> None:
    recorder = Recorder()
    recorder.add("intake", "team-t", "team_formed", 0, team="t", enterprises=["e1"], members=[], findings=[])
    ended = recorder.add("intake", "team-t", "team_disbanded", 3, team="t", reason=None, by="office")
    held = rows(recorder.events)
    assert held["team_enterprises"] == [("t", "e1")]
    assert (held["teams"][0][0], held["teams"][0][-1]) == ("t", ended.occurred_at)


def test_page_lists_these_columns() -> None:
    page = " ".join((DOCS / "projections.md").read_text().split())
    for table, columns in COLUMNS.items():
        listed = re.sub(r" \(`[^)]*\)", "", page)
        assert ", ".join(columns) in listed, table
