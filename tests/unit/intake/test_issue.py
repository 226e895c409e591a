"""Reporting an issue, bringing in ledger rows again, and amending."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from intake.domain import issue
from intake.domain.commands import AmendIssue, ReportIssue
from intake.domain.events import Fact, HistoryDeclared, IssueAmended, IssueReported, Milestone
from intake.domain.issue import Event, Issue
from intake.domain.timing import Timing
from tests.unit.intake.made import (
    ASSIGNED,
    DIRECTORY,
    LEDGER,
    LIVE,
    LONG_AGO,
    NOW,
    PROGRAMME,
    REPORT,
    RESULT,
    ROW,
    given,
    refused,
)


def report(command: ReportIssue, *, after: list[Event] | None = None) -> list[Event]:
    return issue.report(given(Issue(), issue.apply, after or []), command, PROGRAMME, DIRECTORY)


IMPORTED = report(ROW)


def test_live_issue_is_reported_now() -> None:
    [reported] = report(REPORT)
    assert isinstance(reported, IssueReported)
    assert (reported.at, reported.programme_version, reported.reported_by) == (NOW, 1, "tester")


def test_row_brings_its_history_in_order() -> None:
    reported, declared = IMPORTED
    assert isinstance(declared, HistoryDeclared)
    assert declared.facts == (ASSIGNED, RESULT)
    assert reported.at == declared.at == LONG_AGO


def test_equal_times_keep_the_rows_order() -> None:
    first = Fact("received", ASSIGNED.at, unit="power-company")
    [_, declared] = report(replace(ROW, facts=(ASSIGNED, first)))
    assert isinstance(declared, HistoryDeclared)
    assert [fact.fact for fact in declared.facts] == ["assigned", "received"]


def test_same_row_again_changes_nothing() -> None:
    assert report(ROW, after=IMPORTED) == []


def test_row_without_date_again_changes_nothing() -> None:
    undated = replace(ROW, facts=(), timing=Timing(NOW, NOW, given=False, from_ledger=True))
    later = replace(undated, timing=Timing(NOW + timedelta(1), NOW + timedelta(1), given=False, from_ledger=True))
    assert report(later, after=report(undated)) == []


def test_row_without_date_learns_of_facts_since_its_import() -> None:
    undated = replace(ROW, facts=(), timing=Timing(NOW, NOW, given=False, from_ledger=True))
    later = Timing(NOW + timedelta(2), NOW + timedelta(2), given=False, from_ledger=True)
    told = replace(ASSIGNED, at=NOW + timedelta(1))
    [declared] = report(replace(undated, facts=(told,), timing=later), after=report(undated))
    assert isinstance(declared, HistoryDeclared)
    assert declared.at == NOW


def test_changed_row_is_an_amendment() -> None:
    changed = replace(ROW, title="变压器增容", batch="1")
    assert report(changed, after=IMPORTED) == [
        IssueAmended("i1", {"title": "变压器增容", "batch": "1"}, "ledger", LEDGER, LONG_AGO)
    ]


def test_new_fact_alone_is_declared() -> None:
    closed = Fact("closed_out", LONG_AGO + timedelta(days=6))
    [declared] = report(replace(ROW, facts=(ASSIGNED, RESULT, closed)), after=IMPORTED)
    assert isinstance(declared, HistoryDeclared)
    assert declared.facts == (closed,)


def test_amendment_made_here_outlives_reimport() -> None:
    by_hand = IssueAmended("i1", {"kind": "traffic"}, "tester", None, NOW)
    assert report(ROW, after=[*IMPORTED, by_hand]) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        (replace(ROW, facts=(replace(ASSIGNED, at=ASSIGNED.at + timedelta(1)), RESULT)), "history/0/at"),
        (replace(ROW, facts=(ASSIGNED, replace(RESULT, outcome="explained"))), "history/1/outcome"),
        (replace(ROW, facts=(ASSIGNED,)), "history"),
        (replace(ROW, enterprise="e2"), "enterprise"),
        (replace(ROW, due_at=NOW), "due_at"),
        (replace(ROW, synthetic=True), "synthetic"),
        (replace(ROW, timing=replace(ROW.timing, at=LONG_AGO - timedelta(1))), "occurred_at"),
    ],
)
def test_what_others_acted_on_stays(changed: ReportIssue, field: str) -> None:
    refused(lambda: report(changed, after=IMPORTED), "row-changed", field)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (Fact("assigned", LONG_AGO - timedelta(seconds=1), unit="power-company"), "history/0/at"),
        (Fact("assigned", ASSIGNED.at), "history/0/unit"),
        (Fact("result", RESULT.at), "history/0/outcome"),
        (Fact("verified", RESULT.at), "history/0/satisfaction"),
    ],
)
def test_impossible_history_is_refused(told: Fact, field: str) -> None:
    refused(lambda: report(replace(ROW, facts=(told,))), "bad-history", field)


@pytest.mark.parametrize("due_on", [date.min, date.max, ASSIGNED.at.date() + timedelta(7307)])
def test_milestone_is_due_within_twenty_years(due_on: date) -> None:
    plan = Fact("planned", ASSIGNED.at, milestones=(Milestone("到货", due_on),))
    refused(lambda: report(replace(ROW, facts=(plan,))), "bad-history", "history/0/milestones/0/due_on")


@pytest.mark.parametrize("days", [-3654, 7307])
def test_issue_is_due_near_its_report(days: int) -> None:
    refused(lambda: report(replace(REPORT, due_at=NOW + timedelta(days))), "bad-due-date", "due_at")
    for near in (-3652, 7305):
        assert report(replace(REPORT, due_at=NOW + timedelta(near)))


def test_fact_told_twice_is_refused() -> None:
    refused(lambda: report(replace(ROW, facts=(ASSIGNED, ASSIGNED))), "bad-history", "history/1/fact")


def test_progress_is_told_once_per_milestone() -> None:
    steps = tuple(Fact("progressed", RESULT.at, unit="dept-01", milestone=name) for name in ("到货", "安装"))
    plan = Fact("planned", ASSIGNED.at, milestones=(Milestone("到货", RESULT.at.date()),))
    assert len(report(replace(ROW, facts=(plan, *steps)))) == 2


def test_fact_in_the_future_is_refused() -> None:
    told = replace(RESULT, at=NOW + timedelta(hours=1))
    refused(lambda: report(replace(ROW, facts=(told,))), "future-date", "history/0/at")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (replace(ASSIGNED, unit="dept-99"), "history/0/unit"),
        (replace(ASSIGNED, supporting=("dept-01", "dept-99")), "history/0/supporting/1"),
    ],
)
def test_unknown_unit_is_refused(told: Fact, field: str) -> None:
    refused(lambda: report(replace(ROW, facts=(told,))), "unknown-unit", field)


def test_long_term_row_is_not_closed() -> None:
    """Alone each may stand: a long-term row stays on the list, and a row closed by a final result is over."""
    closed = Fact("closed_out", RESULT.at + timedelta(days=1))
    put_off = replace(RESULT, outcome="long_term")
    refused(lambda: report(replace(ROW, facts=(closed, put_off))), "closed-while-long-term", "history/0/fact")
    assert report(replace(ROW, facts=(put_off,))) and report(replace(ROW, facts=(RESULT, closed)))


def test_history_needs_a_ledger_row() -> None:
    refused(lambda: report(replace(REPORT, facts=(replace(ASSIGNED, at=NOW),))), "bad-history", "history")


def test_unknown_kind_is_refused() -> None:
    refused(lambda: report(replace(REPORT, kind="water")), "unknown-kind", "kind")


def test_amendment_changes_named_fields() -> None:
    state = given(Issue(), issue.apply, IMPORTED)
    [amended] = issue.amend(state, AmendIssue({"kind": "traffic", "title": REPORT.title}, "tester", LIVE), PROGRAMME)
    assert amended == IssueAmended("i1", {"kind": "traffic"}, "tester", None, NOW)
    after = issue.apply(state, amended)
    assert after.current
    assert after.row
    assert (after.current.kind, after.row.kind) == ("traffic", "power")


def test_amendment_to_same_values_changes_nothing() -> None:
    state = given(Issue(), issue.apply, IMPORTED)
    assert issue.amend(state, AmendIssue({"kind": "power"}, "tester", LIVE), PROGRAMME) == []


def test_unknown_issue_is_not_amended() -> None:
    refused(lambda: issue.amend(Issue(), AmendIssue({"kind": "power"}, "tester", LIVE), PROGRAMME), "not-found", None)
