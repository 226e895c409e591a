"""The names of intake's events, as stored and as published."""

from __future__ import annotations

from typing import Any

from eventkit.codec import Codec
from intake.domain import events


def _people(payload: dict[str, Any]) -> dict[str, Any]:
    """A directory of version 1 told neither age nor rank."""
    return {**payload, "people": [{**person, "born": None, "rank": None} for person in payload["people"]]}


CODEC = Codec(
    "intake",
    {
        "programme_published.v1": events.ProgrammePublished,
        "directory_published.v2": events.DirectoryPublished,
        "enterprise_registered.v1": events.EnterpriseRegistered,
        "contact_recorded.v1": events.ContactRecorded,
        "contact_erased.v1": events.ContactErased,
        "team_formed.v1": events.TeamFormed,
        "team_disbanded.v1": events.TeamDisbanded,
        "visit_recorded.v2": events.VisitRecorded,
        "issue_reported.v1": events.IssueReported,
        "issue_amended.v1": events.IssueAmended,
        "history_declared.v2": events.HistoryDeclared,
        "service_recorded.v2": events.ServiceRecorded,
        "issue_linked.v1": events.IssueLinked,
        "issue_unlinked.v1": events.IssueUnlinked,
        "issue_divided.v1": events.IssueDivided,
        "first_asked_named.v1": events.FirstAskedNamed,
        "merger_requested.v1": events.MergerRequested,
        "merger_undone.v1": events.MergerUndone,
        "merger_declined.v1": events.MergerDeclined,
        "withdrawal_requested.v1": events.WithdrawalRequested,
        "withdrawal_declined.v1": events.WithdrawalDeclined,
        "suggestion_recorded.v1": events.SuggestionRecorded,
        "suggestion_answered.v1": events.SuggestionAnswered,
        "policy_published.v1": events.PolicyPublished,
    },
    {
        "directory_published.v1": ("directory_published.v2", _people),
        "history_declared.v1": ("history_declared.v2", lambda payload: payload),  # the further fields are optional
        "visit_recorded.v1": ("visit_recorded.v2", lambda payload: {**payload, "people": []}),
        "service_recorded.v1": ("service_recorded.v2", lambda payload: {**payload, "person": None}),
    },
)
