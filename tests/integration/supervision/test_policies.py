"""Policies that come for cases that could only be explained, by what is known of case and policy at last."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.supervision.place import Place
from tests.integration.supervision.test_owing import EXPLAINING, directory, library, published
from tests.unit.supervision.made import CASE, LEARNT, china, issue_reported, step, told


def classified(kind: str) -> Any:
    data = {"case": CASE, "kind": kind, "rule": None, "by": "office"}
    return told("routing.case_classified", china("2021-03-11T10:00"), LEARNT, data)


@pytest.mark.parametrize("policy_first", [True, False])
def test_policy_finds_a_case_that_the_office_classified(place: Place, policy_first: bool) -> None:
    place.hear(published(**EXPLAINING), directory(), issue_reported(LEARNT), classified("power"))
    explained = step("result", china("2021-04-20T10:00"), LEARNT, outcome="explained")
    policy = library("电费补贴", kinds=("power",))
    for event in (policy, explained) if policy_first else (explained, policy):
        place.hear(event)
    assert place.kinds()["policy_matched"] == 1


def test_policy_that_has_run_out_helps_nobody(place: Place) -> None:
    place.hear(published(**EXPLAINING), directory(), issue_reported(LEARNT))
    place.hear(step("result", china("2021-04-20T10:00"), LEARNT, outcome="explained"))
    place.hear(library("旧补助", words=("变压器",), valid_from="2019-01-01", valid_to="2020-12-31"))
    assert place.kinds()["policy_matched"] == 0


def test_amended_words_are_what_a_policy_is_matched_with(place: Place) -> None:
    place.hear(published(**EXPLAINING), directory(), issue_reported(LEARNT))
    amended = {"issue": CASE, "changes": {"title": "招工难"}, "by": "o", "ledger": None}
    place.hear(told("intake.issue_amended", china("2021-04-01T10:00"), LEARNT, amended))
    place.hear(step("result", china("2021-04-20T10:00"), LEARNT, outcome="explained"))
    place.hear(library("招工补助", words=("招工",)))
    assert place.kinds()["policy_matched"] == 1


def test_case_that_is_classified_last_is_told_of_what_came(place: Place) -> None:
    place.hear(published(**EXPLAINING), directory(), issue_reported(LEARNT))
    place.hear(step("result", china("2021-04-20T10:00"), LEARNT, outcome="explained"))
    place.hear(library("电费补贴", kinds=("power",)))
    assert place.kinds()["policy_matched"] == 0
    place.hear(classified("power"))
    assert place.kinds()["policy_matched"] == 1


def test_help_is_due_after_the_policy_applies(place: Place) -> None:
    place.hear(published(policies={"help_within": "1d"}), directory(), issue_reported(LEARNT))
    place.hear(step("result", china("2021-04-20T10:00"), LEARNT, outcome="explained"))
    place.hear(library("新补贴", words=("变压器",), valid_from="2021-07-01"))
    due = place.scalar("SELECT data::jsonb->>'due_at' FROM events WHERE type LIKE '%duty_opened%'")
    assert due == "2021-07-02T16:00:00Z"
