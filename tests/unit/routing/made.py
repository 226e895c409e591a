"""Named data of routing's tests: one programme, one directory, one case, and the steps of its life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Any

from routing.domain import commands, decisions, events
from routing.domain.case import Case, apply
from routing.domain.commands import Act
from routing.domain.decisions import Events
from routing.domain.events import Event, Milestone
from routing.domain.programme import Directory, Programme

CASE = "6f0e8b1c-4d2a-5c7e-9b10-000000000004"
ENTERPRISE = "6f0e8b1c-4d2a-5c7e-9b10-000000000001"
START = datetime(2021, 3, 10, 2, 0, tzinfo=UTC)
LEAD, SUPPORT, OTHER = "power-supply", "finance-bureau", "housing-bureau"

DOCUMENT: Mapping[str, Any] = {
    "id": "jinxian",
    "agency": "jinxian",
    "zone": "Asia/Shanghai",
    "assignment": "office",
    "backdating_days": 7,
    "kinds": [{"id": "power"}, {"id": "finance"}, {"id": "land"}],
    "rules": [
        {"id": "loan", "kind": "finance", "keywords": ["贷款", "Loan"], "lead": SUPPORT, "supporting": [OTHER]},
        {"id": "power", "kind": "power", "keywords": ["变压器", "用电"], "lead": LEAD, "supporting": [SUPPORT]},
        {"id": "power-other", "kind": "power", "lead": OTHER},
    ],
    "clocks": [],
    "unit_kinds": ["department", "bank"],
    "grades": [{"id": "ordinary"}, {"id": "complex"}],
    "causes": [{"id": "process"}],
    "passing_on": {"bodies": [{"id": "city"}]},
    "first_asked": {"kinds": ["power"]},
    "returns": {"clock": "return", "max_transfers": 2, "reasons": [{"id": "not_ours"}]},
}
PROGRAMME = Programme.of("jinxian", 3, DOCUMENT)
DIRECTORY = Directory("jinxian", {LEAD: "department", SUPPORT: "department", OTHER: "bank", "archive": "office"})


def hours(n: float) -> datetime:
    """The moment n hours after the issue was reported."""
    return START + timedelta(hours=n)


def act(at: datetime) -> Act:
    return Act("officer", at)


OPENED = events.CaseOpened(
    CASE, "jinxian", 3, "jinxian", ENTERPRISE, "变压器容量不足", None, None, "own", None, None, False, START
)
CLASSIFIED = events.CaseClassified(CASE, "power", None, None, "officer", hours(1))
ASSIGNED = events.CaseAssigned(CASE, LEAD, (SUPPORT,), "letter 1", None, None, 1, "officer", hours(2))
FAILED = events.AssignmentFailed(CASE, "power", 3, LEAD, "unknown_unit", 1, "rule", START)
RECEIVED = events.LetterReceived(CASE, LEAD, "officer", hours(3))
ACCEPTED = events.CaseAccepted(CASE, LEAD, "officer", hours(4))
CONTACTED = events.EnterpriseContacted(CASE, LEAD, None, "officer", hours(5))
MILESTONE = Milestone("变压器到货", date(2021, 3, 20))
PLANNED = events.CasePlanned(CASE, LEAD, (MILESTONE,), "officer", hours(6))
PROGRESSED = events.ProgressReported(CASE, LEAD, "在途", None, "officer", hours(7))
RESULTED = events.ResultReported(CASE, LEAD, "solved", None, None, "officer", hours(8))
FED_BACK = events.ResultFedBack(CASE, LEAD, True, "officer", hours(9))
REOPENED = events.CaseReopened(CASE, 2, "容量仍不足", hours(10))
CONCLUDED = events.CaseConcluded(CASE, 1, hours(11))
RETURNED = events.CaseReturned(CASE, LEAD, "not_ours", None, 2, 1, "officer", hours(3.5))
LIMITED = events.ReturnLimitSet(CASE, 1, LEAD, hours(48), hours(2))
TRANSFERRED = events.CaseTransferred(CASE, LEAD, OTHER, 1, 2, None, "officer", hours(3.5))
ARBITRATED = events.CaseArbitrated(CASE, OTHER, "final", 2, "officer", hours(3.5))
SUPPORTED = events.SupportReported(CASE, SUPPORT, None, "officer", hours(4))
GRADED = events.CaseGraded(CASE, "complex", None, "officer", hours(1.5))
PASSED_ON = events.CasePassedOn(CASE, "city", None, "officer", hours(1.5))
OWNED = events.OwnerNamed(CASE, SUPPORT, "rule", hours(0))
CAUSED = events.CauseNamed(CASE, "process", None, "officer", hours(9))
AMENDED = events.CaseAmended(CASE, "变压器容量仍不足", None, hours(1))
OTHER_CASE = "6f0e8b1c-4d2a-5c7e-9b10-000000000003"
MERGED = events.CaseMerged(CASE, OTHER_CASE, hours(2))
MERGER_REFUSED = events.MergerRefused(CASE, OTHER_CASE, "result_reported", hours(9))
UNMERGED = events.CaseUnmerged(CASE, OTHER_CASE, hours(3))
WITHDRAWN = events.CaseWithdrawn(CASE, "done by itself", hours(2))
WITHDRAWAL_REFUSED = events.WithdrawalRefused(CASE, "result_reported", hours(9))
BESIDE: tuple[Event, ...] = (
    FAILED,
    RETURNED,
    LIMITED,
    TRANSFERRED,
    ARBITRATED,
    SUPPORTED,
    GRADED,
    PASSED_ON,
    OWNED,
    CAUSED,
    AMENDED,
    MERGED,
    MERGER_REFUSED,
    UNMERGED,
    WITHDRAWN,
    WITHDRAWAL_REFUSED,
)

LIFE: tuple[Event, ...] = (
    OPENED,
    CLASSIFIED,
    ASSIGNED,
    RECEIVED,
    ACCEPTED,
    CONTACTED,
    PLANNED,
    PROGRESSED,
    RESULTED,
    FED_BACK,
)
GIVEN: Mapping[str, tuple[Event, ...]] = {
    "": (),
    "opened": LIFE[:1],
    "classified": LIFE[:2],
    "assigned": LIFE[:3],
    "received": LIFE[:4],
    "accepted": LIFE[:5],
    "contacted": LIFE[:6],
    "planned": LIFE[:7],
    "in_progress": LIFE[:8],
    "result_reported": LIFE[:9],
    "fed_back": LIFE,
    "passed_on": (*LIFE[:2], PASSED_ON),
    "returned": (*LIFE[:4], RETURNED),
    "reopened": (*LIFE, REOPENED),
    "merged": (*LIFE[:2], MERGED),
    "withdrawn": (*LIFE[:2], WITHDRAWN),
    "concluded": (*LIFE, CONCLUDED),
}
"""The shortest full life to each state."""


def given(past: Iterable[Event]) -> Case:
    """The case that these events make."""
    return reduce(apply, past, Case())


def when(name: str, case: Case, at: datetime) -> Events:
    """The decision of a command, with data that no rule but the workflow's could object to."""
    signed = act(at)
    match name:
        case "classify":
            return decisions.classify(case, commands.Classify("finance", signed), PROGRAMME)
        case "assign":
            wanted = commands.Assign(LEAD, (SUPPORT,), "letter 9", None, None, signed)
            return decisions.assign(case, wanted, PROGRAMME, DIRECTORY)
        case "receive":
            return decisions.receive(case, commands.Receive(LEAD, signed))
        case "accept":
            return decisions.accept(case, commands.Accept(LEAD, signed))
        case "contact":
            return decisions.contact(case, commands.Contact(LEAD, None, signed))
        case "plan":
            return decisions.plan(case, commands.Plan(LEAD, (MILESTONE,), signed), PROGRAMME)
        case "report_progress":
            return decisions.report_progress(case, commands.ReportProgress(LEAD, "在途", None, signed))
        case "report_result":
            return decisions.report_result(case, commands.ReportResult(LEAD, "solved", None, None, signed), PROGRAMME)
        case "feed_back":
            return decisions.feed_back(case, commands.FeedBack(LEAD, True, signed))
    raise LookupError(name)
