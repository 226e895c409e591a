"""Routing's events by their stored names, and other services' events by those routing listens to."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import TypeAdapter

from eventkit.codec import Codec
from eventkit.session import Aggregate
from routing.application import incoming
from routing.domain import events
from routing.domain.case import Case, apply
from routing.domain.opening import Report

CODEC = Codec(
    "routing",
    {
        "case_opened.v1": events.CaseOpened,
        "case_classified.v1": events.CaseClassified,
        "case_assigned.v1": events.CaseAssigned,
        "letter_received.v1": events.LetterReceived,
        "case_accepted.v1": events.CaseAccepted,
        "enterprise_contacted.v1": events.EnterpriseContacted,
        "case_planned.v1": events.CasePlanned,
        "progress_reported.v1": events.ProgressReported,
        "result_reported.v1": events.ResultReported,
        "result_fed_back.v1": events.ResultFedBack,
        "case_reopened.v1": events.CaseReopened,
        "case_concluded.v1": events.CaseConcluded,
    },
)

CASES: Aggregate[Case] = Aggregate("case", Case, apply, CODEC)

INCOMING: Mapping[str, TypeAdapter[object]] = {
    "bugle.intake.programme_published.v1": TypeAdapter(incoming.ProgrammePublished),
    "bugle.intake.directory_published.v1": TypeAdapter(incoming.DirectoryPublished),
    "bugle.intake.issue_reported.v1": TypeAdapter(Report),
    "bugle.intake.history_declared.v1": TypeAdapter(incoming.HistoryDeclared),
    "bugle.supervision.reopening_ordered.v1": TypeAdapter(incoming.ReopeningOrdered),
    "bugle.supervision.case_closed_out.v1": TypeAdapter(incoming.CaseClosedOut),
}
"""Tolerant readers: fields that routing has no use for are passed over."""
