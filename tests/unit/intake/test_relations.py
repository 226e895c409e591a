"""How issues belong together: raised again, divided, linked, merged, withdrawn; bundles and first-asked units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from intake.domain import issue, relations
from intake.domain.commands import Link, ReportIssue
from intake.domain.events import (
    FirstAskedNamed,
    IssueDivided,
    IssueLinked,
    IssueReported,
    IssueUnlinked,
    MergerDeclined,
    MergerRequested,
    MergerUndone,
    WithdrawalDeclined,
    WithdrawalRequested,
)
from intake.domain.issue import Event, Issue
from intake.domain.programme import Programme
from intake.domain.timing import Timing
from tests.unit.intake.made import DIRECTORY, DOCUMENT, LIVE, NOW, PROGRAMME, REPORT, given, refused

RULES = {"recurrence": {"days": 30}, "split": {"max": 2}, "bundle": {"max": 2}}
WITH_RULES = Programme("jinxian", 1, "jinxian", {**DOCUMENT, **RULES})


def reported(id: str, days_ago: int = 0, **changes: object) -> Issue:
    at = NOW - timedelta(days=days_ago)
    timing = Timing(at, NOW, given=True, reason="on paper first", office=True)
    command: ReportIssue = replace(REPORT, issue=id, timing=timing, **changes)  # type: ignore[arg-type]
    return given(Issue(), issue.apply, issue.report(Issue(), command, PROGRAMME, DIRECTORY))


def after(state: Issue, events: Sequence[Event]) -> Issue:
    return given(state, issue.apply, events)


def check(earlier: Issue, later: Issue, programme: Programme = WITH_RULES) -> None:
    assert later.current is not None
    relations.check_recurrence(earlier, later.current, programme, "recurrence_of")


def test_issue_is_born_with_its_links_and_first_asked_unit() -> None:
    links = (Link("return_visit", "v1"), Link("recurrence", "i0"))
    decided = issue.report(Issue(), replace(REPORT, links=links, first_asked="dept-01"), PROGRAMME, DIRECTORY)
    assert [type(event) for event in decided] == [IssueReported, IssueLinked, IssueLinked, FirstAskedNamed]
    assert given(Issue(), issue.apply, decided).links == {("return_visit", "v1"), ("recurrence", "i0")}


def test_first_asked_unit_must_exist() -> None:
    command = replace(REPORT, first_asked="nobody")
    refused(lambda: issue.report(Issue(), command, PROGRAMME, DIRECTORY), "unknown-unit", "first_asked")


def test_recurrence_counts_back_as_far_as_the_programme_says() -> None:
    check(reported("i0", 30), reported("i1"))
    refused(lambda: check(reported("i0", 31), reported("i1")), "too-long-ago", "recurrence_of")
    refused(lambda: check(reported("i0"), reported("i1", 3)), "not-earlier", "recurrence_of")
    refused(lambda: check(reported("i1"), reported("i1")), "not-earlier", "recurrence_of")
    refused(lambda: check(reported("i0", 3, enterprise="e2"), reported("i1")), "other-enterprise", "recurrence_of")
    refused(lambda: check(Issue(), reported("i1")), "not-found", "recurrence_of")
    refused(lambda: check(reported("i0", 3), reported("i1"), PROGRAMME), "not-in-programme", "recurrence")


def test_link_is_made_once_and_taken_back() -> None:
    wanted, other = Link("related", "i0"), reported("i0", 3)
    [linked] = relations.link(reported("i1"), wanted, other, WITH_RULES, "office", LIVE)
    state = after(reported("i1"), [linked])
    refused(lambda: relations.link(state, wanted, other, WITH_RULES, "office", LIVE), "linked-already", None)
    assert relations.unlink(state, wanted, "another matter", "office", LIVE) == [
        IssueUnlinked("i1", "related", "i0", "another matter", "office", NOW)
    ]
    refused(lambda: relations.unlink(reported("i1"), wanted, "x", "office", LIVE), "not-linked", None)


def test_division_is_one_level_deep_and_bounded() -> None:
    assert relations.divide(reported("i1"), ["p1", "p2"], WITH_RULES, "office", LIVE) == [
        IssueDivided("i1", ("p1", "p2"), "office", NOW)
    ]
    refused(lambda: relations.divide(reported("i1"), ["a", "b", "c"], WITH_RULES, "office", LIVE), "too-many", "parts")
    part = after(reported("p1"), [IssueLinked("p1", "part_of", "i1", "office", NOW)])
    refused(lambda: relations.divide(part, ["a"], WITH_RULES, "office", LIVE), "part-of-another", None)
    refused(lambda: relations.divide(reported("i1"), ["a"], PROGRAMME, "office", LIVE), "not-in-programme", "split")


def test_bundle_is_bounded() -> None:
    relations.check_bundle(2, WITH_RULES)
    refused(lambda: relations.check_bundle(3, WITH_RULES), "too-many", "issues")
    refused(lambda: relations.check_bundle(1, PROGRAMME), "not-in-programme", "bundle")


def test_merger_is_asked_for_once_and_can_be_undone() -> None:
    other = reported("i0", 3)
    [asked] = relations.merge(reported("i1"), "i0", other, 90, "office", LIVE)
    assert asked == MergerRequested("i1", "i0", 90, "office", NOW)
    merged = after(reported("i1"), [asked])
    refused(lambda: relations.merge(merged, "i0", other, None, "office", LIVE), "merged-already", "issue")
    refused(lambda: relations.merge(reported("i2"), "i1", merged, None, "office", LIVE), "merged-already", "into")
    [undone] = relations.undo_merge(merged, "two matters", "office", LIVE)
    assert undone == MergerUndone("i1", "i0", "two matters", "office", NOW)
    refused(lambda: relations.undo_merge(after(merged, [undone]), "x", "office", LIVE), "not-merged", None)


def test_merger_that_was_refused_may_be_asked_for_again() -> None:
    other = reported("i0", 3)
    [asked] = relations.merge(reported("i1"), "i0", other, None, "office", LIVE)
    merged = after(reported("i1"), [asked])
    assert relations.decline_merger(merged, "i2", "concluded", NOW) == []
    assert relations.decline_merger(merged, "i0", "concluded", NOW - timedelta(1)) == [], "of an earlier request"
    [declined] = relations.decline_merger(merged, "i0", "concluded", NOW)
    assert declined == MergerDeclined("i1", "i0", "concluded", NOW)
    free = after(merged, [declined])
    assert relations.merge(free, "i0", other, None, "office", LIVE) == [asked]
    assert relations.merge(reported("i2"), "i1", free, None, "office", LIVE) != []
    refused(lambda: relations.undo_merge(free, "x", "office", LIVE), "not-merged", None)


def test_merger_stays_within_one_enterprise() -> None:
    refused(lambda: relations.merge(reported("i1"), "i1", reported("i1"), None, "o", LIVE), "into-itself", "into")
    other = reported("i0", 3, enterprise="e2")
    refused(lambda: relations.merge(reported("i1"), "i0", other, None, "o", LIVE), "other-enterprise", "into")


@pytest.mark.parametrize(("struck_off", "field"), [({"i0"}, "into"), ({"i1"}, "issue"), ({"i0", "i1"}, "issue")])
def test_nothing_is_merged_once_struck_off(struck_off: set[str], field: str) -> None:
    about = (reported("i1"), "i0", reported("i0", 3), None, "office", LIVE)
    refused(lambda: relations.merge(*about, struck_off=struck_off), "struck-off", field)
    assert relations.merge(*about, struck_off={"i2"})


def test_withdrawn_issues_are_not_merged() -> None:
    gone = after(reported("i0", 3), relations.withdraw(reported("i0", 3), "done by itself", "office", LIVE))
    refused(lambda: relations.merge(reported("i1"), "i0", gone, None, "o", LIVE), "withdrawn-already", "into")
    refused(lambda: relations.merge(gone, "i1", reported("i1"), None, "o", LIVE), "withdrawn-already", "issue")


def test_whole_and_part_are_not_merged() -> None:
    """The whole ends with its parts: merged into one of them, or one of them into it, neither could end."""
    whole = after(reported("w"), relations.divide(reported("w"), ["p1", "p2"], WITH_RULES, "office", LIVE))
    one, two = (after(reported(p), [IssueLinked(p, "part_of", "w", "office", NOW)]) for p in ("p1", "p2"))
    refused(lambda: relations.merge(whole, "p1", one, None, "o", LIVE), "whole-and-part", "into")
    refused(lambda: relations.merge(one, "w", whole, None, "o", LIVE), "whole-and-part", "into")
    assert relations.merge(one, "p2", two, None, "o", LIVE)


def test_withdrawal_is_asked_for_once() -> None:
    [asked] = relations.withdraw(reported("i1"), "done by itself", "frontend", LIVE)
    assert asked == WithdrawalRequested("i1", "done by itself", "frontend", NOW)
    state = after(reported("i1"), [asked])
    refused(lambda: relations.withdraw(state, "x", "f", LIVE), "withdrawn-already", None)


def test_what_was_closed_out_is_not_withdrawn() -> None:
    refused(lambda: relations.withdraw(reported("i1"), "x", "f", LIVE, struck_off=True), "struck-off", "issue")


def test_withdrawal_that_was_refused_may_be_asked_for_again() -> None:
    assert relations.decline_withdrawal(reported("i1"), "concluded", NOW) == []
    [asked] = relations.withdraw(reported("i1"), "done by itself", "frontend", LIVE)
    state = after(reported("i1"), [asked])
    [declined] = relations.decline_withdrawal(state, "result_reported", NOW)
    assert declined == WithdrawalDeclined("i1", "result_reported", NOW)
    assert relations.withdraw(after(state, [declined]), "done by itself", "frontend", LIVE) == [asked]


@pytest.mark.parametrize(
    ("change", "slug"),
    [({"withdrawn": True}, "withdrawn-already"), ({"merged_into": "i2"}, "merged-already"), ({}, "struck-off")],
)
def test_issue_that_has_ended_is_not_divided(change: dict[str, Any], slug: str) -> None:
    ended = replace(reported("i1"), **change)
    divide = partial(relations.divide, ended, ["p1", "p2"], WITH_RULES, "office", LIVE, struck_off=not change)
    refused(divide, slug, "issue")
