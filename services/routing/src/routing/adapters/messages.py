"""Routing's events by their stored names, and other services' events by those routing listens to."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import TypeAdapter

from eventkit.codec import Codec
from eventkit.session import Aggregate
from routing.application import incoming
from routing.domain import events
from routing.domain import session as joint
from routing.domain.case import Case, apply
from routing.domain.opening import Report
from routing.domain.session import JointSession

CODEC = Codec(
    "routing",
    {
        "case_opened.v1": events.CaseOpened,
        "case_classified.v1": events.CaseClassified,
        "case_assigned.v1": events.CaseAssigned,
        "assignment_failed.v1": events.AssignmentFailed,
        "letter_received.v1": events.LetterReceived,
        "case_accepted.v1": events.CaseAccepted,
        "enterprise_contacted.v1": events.EnterpriseContacted,
        "case_planned.v1": events.CasePlanned,
        "progress_reported.v1": events.ProgressReported,
        "result_reported.v1": events.ResultReported,
        "result_fed_back.v1": events.ResultFedBack,
        "case_returned.v1": events.CaseReturned,
        "return_limit_set.v1": events.ReturnLimitSet,
        "case_transferred.v1": events.CaseTransferred,
        "case_arbitrated.v1": events.CaseArbitrated,
        "support_reported.v1": events.SupportReported,
        "case_graded.v1": events.CaseGraded,
        "case_passed_on.v1": events.CasePassedOn,
        "owner_named.v1": events.OwnerNamed,
        "cause_named.v1": events.CauseNamed,
        "case_amended.v1": events.CaseAmended,
        "case_merged.v1": events.CaseMerged,
        "merger_refused.v1": events.MergerRefused,
        "case_unmerged.v1": events.CaseUnmerged,
        "case_withdrawn.v1": events.CaseWithdrawn,
        "withdrawal_refused.v1": events.WithdrawalRefused,
        "case_reopened.v1": events.CaseReopened,
        "case_concluded.v1": events.CaseConcluded,
        "session_called.v1": joint.SessionCalled,
        "unit_reported_in.v1": joint.UnitReportedIn,
        "session_held.v1": joint.SessionHeld,
        "session_cancelled.v1": joint.SessionCancelled,
    },
)

CASES: Aggregate[Case] = Aggregate("case", Case, apply, CODEC)
SESSIONS: Aggregate[JointSession] = Aggregate("session", JointSession, joint.apply, CODEC)

INCOMING: Mapping[str, TypeAdapter[object]] = {
    "bugle.intake.programme_published.v1": TypeAdapter(incoming.ProgrammePublished),
    "bugle.intake.directory_published.v1": TypeAdapter(incoming.DirectoryPublished),
    "bugle.intake.directory_published.v2": TypeAdapter(incoming.DirectoryPublished),
    "bugle.intake.issue_reported.v1": TypeAdapter(Report),
    "bugle.intake.history_declared.v1": TypeAdapter(incoming.HistoryDeclared),
    "bugle.intake.history_declared.v2": TypeAdapter(incoming.HistoryDeclared),
    "bugle.intake.issue_amended.v1": TypeAdapter(incoming.IssueAmended),
    "bugle.intake.first_asked_named.v1": TypeAdapter(incoming.FirstAskedNamed),
    "bugle.intake.merger_requested.v1": TypeAdapter(incoming.MergerRequested),
    "bugle.intake.merger_undone.v1": TypeAdapter(incoming.MergerUndone),
    "bugle.intake.withdrawal_requested.v1": TypeAdapter(incoming.WithdrawalRequested),
    "bugle.intake.enterprise_registered.v1": TypeAdapter(incoming.EnterpriseRegistered),
    "bugle.supervision.clock_started.v1": TypeAdapter(incoming.ClockStarted),
    "bugle.supervision.clock_started.v2": TypeAdapter(incoming.ClockStarted),
    "bugle.supervision.reopening_ordered.v1": TypeAdapter(incoming.ReopeningOrdered),
    "bugle.supervision.case_closed_out.v1": TypeAdapter(incoming.CaseClosedOut),
}
"""Tolerant readers: fields that routing has no use for are passed over."""
