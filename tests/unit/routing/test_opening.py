"""What follows of itself from an issue, a reopening and a close-out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from routing.domain import events, opening
from routing.domain.opening import Report
from routing.domain.programme import Directory, Programme
from tests.unit.routing import made
from tests.unit.routing.made import CASE, DOCUMENT, ENTERPRISE, LEAD, PROGRAMME, START, SUPPORT, hours

REPORT = Report(
    CASE,
    "jinxian",
    3,
    "jinxian",
    ENTERPRISE,
    "变压器容量不足",
    None,
    None,
    "own",
    None,
    None,
    False,
    None,
    "frontend",
    START,
)
AUTOMATIC = Programme.of("jinxian", 3, {**DOCUMENT, "assignment": "automatic"})
ROW = {"name": "issues", "row": "12"}


def test_rule_recognises_kind() -> None:
    assert opening.open_case(REPORT, PROGRAMME) == [
        made.OPENED,
        events.CaseClassified(CASE, "power", "power", 3, "rule", START),
    ]


def test_reported_kind_stands() -> None:
    [_, classified] = opening.open_case(replace(REPORT, kind="land"), PROGRAMME)
    assert classified == events.CaseClassified(CASE, "land", None, None, "frontend", START)


def test_unrecognised_issue_stays_open() -> None:
    assert len(opening.open_case(replace(REPORT, title="招工难"), PROGRAMME)) == 1


@pytest.mark.parametrize(
    ("report", "programme", "assigned"),
    [
        (REPORT, AUTOMATIC, True),
        (REPORT, PROGRAMME, False),
        (replace(REPORT, ledger=ROW), AUTOMATIC, False),
        (replace(REPORT, title="招工难"), AUTOMATIC, False),
        (replace(REPORT, kind="land"), AUTOMATIC, False),
    ],
)
def test_rule_assigns_live_issues(report: Report, programme: Programme, assigned: bool) -> None:
    case = made.given(opening.open_case(report, programme))
    assert (opening.lead_at_once(case, report, programme, None) is not None) == assigned


RULE = PROGRAMME.rules.ordered[1]


@pytest.mark.parametrize(
    ("changes", "units", "stuck"),
    [
        ({}, {}, None),
        ({}, {LEAD: "absent"}, (LEAD, "unknown_unit")),
        ({}, {SUPPORT: "absent"}, (SUPPORT, "unknown_unit")),
        ({}, {LEAD: "office"}, (LEAD, "wrong_kind_of_unit")),
        ({"supporting": (LEAD,)}, {}, (LEAD, "lead_supports_itself")),
    ],
)
def test_rule_fails_on_units_of_today(
    changes: dict[str, Any], units: dict[str, str], stuck: tuple[str, str] | None
) -> None:
    known = {unit: kind for unit, kind in {**made.DIRECTORY.units, **units}.items() if kind != "absent"}
    assert opening.obstacle(replace(RULE, **changes), PROGRAMME, Directory("jinxian", known)) == stuck


def test_failed_assignment_leaves_case_classified() -> None:
    case = made.given([*made.GIVEN["classified"], made.FAILED])
    assert (case.state, case.lead) == ("classified", None)
    assert opening.failed_by_rule(case, RULE, 3, (LEAD, "unknown_unit"), START) == [made.FAILED]


def test_reopening_assigns_same_units() -> None:
    case = made.given(made.GIVEN["fed_back"])
    assert opening.reopen(case, 2, "容量仍不足", "letter 2", hours(10)) == [
        made.REOPENED,
        events.CaseAssigned(CASE, LEAD, (SUPPORT,), "letter 2", None, None, 2, "rule", hours(10)),
    ]


def test_unassigned_case_reopens_alone() -> None:
    assert opening.reopen(made.given(made.GIVEN["opened"]), 2, None, None, hours(10)) == [
        events.CaseReopened(CASE, 2, None, hours(10))
    ]


def test_case_concludes_once() -> None:
    case = made.given(made.GIVEN["fed_back"])
    assert opening.conclude(case, hours(11)) == [made.CONCLUDED]
    assert opening.conclude(made.given(made.GIVEN["concluded"]), hours(12)) == []
