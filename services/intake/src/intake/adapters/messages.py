"""The names of intake's events, as stored and as published."""

from __future__ import annotations

from eventkit.codec import Codec
from intake.domain import events

CODEC = Codec(
    "intake",
    {
        "programme_published.v1": events.ProgrammePublished,
        "directory_published.v1": events.DirectoryPublished,
        "enterprise_registered.v1": events.EnterpriseRegistered,
        "contact_recorded.v1": events.ContactRecorded,
        "team_formed.v1": events.TeamFormed,
        "visit_recorded.v1": events.VisitRecorded,
        "issue_reported.v1": events.IssueReported,
        "issue_amended.v1": events.IssueAmended,
        "history_declared.v1": events.HistoryDeclared,
        "service_recorded.v1": events.ServiceRecorded,
    },
)
