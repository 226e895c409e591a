"""An issue: registered live or from a ledger row, amended, and what its row told of its course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from intake.domain.commands import AmendIssue, ReportIssue
from intake.domain.directory import Directory
from intake.domain.errors import NotFound, RowChanged
from intake.domain.events import (
    Fact,
    FirstAskedNamed,
    HistoryDeclared,
    IssueAmended,
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
from intake.domain.history import check_history, news, ordered
from intake.domain.programme import Programme
from intake.domain.text import Text
from intake.domain.timing import backdating_reason, check_moment, refuse_due

Event = (
    IssueReported
    | IssueAmended
    | HistoryDeclared
    | IssueLinked
    | IssueUnlinked
    | IssueDivided
    | FirstAskedNamed
    | MergerRequested
    | MergerUndone
    | MergerDeclined
    | WithdrawalRequested
    | WithdrawalDeclined
)
AMENDABLE = ("title", "text", "kind", "jurisdiction", "batch")
FIXED = ("programme", "enterprise", "visit", "channel", "due_at", "synthetic")


@dataclass(frozen=True, slots=True)
class Issue:
    """`current`: with every amendment; `row`: as its ledger told it last, apart from amendments made here.

    `links`: (relation, to); `merged_into`, `withdrawn`: asked for and neither undone nor declined; `merger_at`: when.
    """

    current: IssueReported | None = None
    row: IssueReported | None = None
    facts: tuple[Fact, ...] = ()
    links: frozenset[tuple[str, str]] = frozenset()
    parts: tuple[str, ...] = ()
    merged_into: str | None = None
    merger_at: datetime | None = None
    withdrawn: bool = False

    @property
    def is_part(self) -> bool:
        """Whether it is a part of another."""
        return any(relation == "part_of" for relation, _ in self.links)


def apply(state: Issue, event: Event) -> Issue:
    """The issue after an event."""
    match event:
        case IssueReported():
            return Issue(event, event)
        case IssueAmended() if state.current and state.row:
            row = _changed(state.row, event.changes) if event.ledger else state.row
            return replace(state, current=_changed(state.current, event.changes), row=row)
        case HistoryDeclared():
            return replace(state, facts=state.facts + event.facts)
        case IssueLinked():
            return replace(state, links=state.links | {(event.relation, event.to)})
        case IssueUnlinked():
            return replace(state, links=state.links - {(event.relation, event.to)})
        case IssueDivided():
            return replace(state, parts=state.parts + event.parts)
        case MergerRequested():
            return replace(state, merged_into=event.into, merger_at=event.at)
        case MergerUndone() | MergerDeclined():
            return replace(state, merged_into=None, merger_at=None)
        case WithdrawalRequested():
            return replace(state, withdrawn=True)
        case WithdrawalDeclined():
            return replace(state, withdrawn=False)
    return state


def _changed(issue: IssueReported, changes: Mapping[str, Any]) -> IssueReported:
    return replace(issue, **changes)


def report(state: Issue, command: ReportIssue, programme: Programme, directory: Directory) -> list[Event]:
    """The issue with its history; for a known row only what is new in it, so nothing when it is unchanged.

    Raises UnknownKind, UnknownUnit, OutsideWindow, FutureDate, TooEarly, BackDated, BadDueDate, BadHistory, and
    RowChanged when a known row differs in what never changes.
    """
    programme.require_kind(command.kind)
    reported = _reported(command, programme)
    since = reported.at if state.row is None or command.timing.given else state.row.at
    refuse_due(command.due_at, since)
    check_history(command, since, programme, directory)
    if state.row is None:
        programme.require_window(command.timing)
        directory.require_unit(command.first_asked, "first_asked")
        linked = [IssueLinked(command.issue, link.relation, link.to, command.by, reported.at) for link in command.links]
        return [reported, *linked, *_asked(command), *_history(command, programme, ordered(command.facts), reported.at)]
    amendment = _amendment(state.row, reported, command.timing.given)
    return [*amendment, *_history(command, programme, news(state.facts, command.facts), state.row.at)]


def _asked(command: ReportIssue) -> list[Event]:
    if command.first_asked is None:
        return []
    return [FirstAskedNamed(command.issue, command.first_asked, command.by, command.timing.at)]


def _reported(command: ReportIssue, programme: Programme) -> IssueReported:
    return IssueReported(
        issue=command.issue,
        programme=programme.id,
        programme_version=programme.version,
        agency=programme.agency,
        enterprise=command.enterprise,
        title=command.title,
        text=command.text,
        kind=command.kind,
        visit=command.visit,
        jurisdiction=command.jurisdiction,
        batch=command.batch,
        channel=command.channel,
        due_at=command.due_at,
        ledger=command.ledger,
        reported_by=command.by,
        backdating_reason=backdating_reason(command.timing, programme.backdating_days),
        synthetic=command.synthetic,
        at=command.timing.at,
    )


def _amendment(row: IssueReported, told: IssueReported, dated: bool) -> list[Event]:
    """What the row now tells otherwise, dated as the row, since it corrects what was told of that day."""
    if dated and told.at != row.at:
        raise RowChanged(
            Text("The row has another report date than at its import."), field="occurred_at", mend=_RESTORE
        )
    for field in FIXED:
        if getattr(told, field) != getattr(row, field):
            raise RowChanged(
                Text("The row has another {field} than at its import.", field=field), field=field, mend=_RESTORE
            )
    changes = {field: getattr(told, field) for field in AMENDABLE if getattr(told, field) != getattr(row, field)}
    return [IssueAmended(row.issue, changes, told.reported_by, row.ledger, row.at)] if changes else []


def _history(command: ReportIssue, programme: Programme, facts: tuple[Fact, ...], at: datetime) -> list[Event]:
    if not facts or command.ledger is None:
        return []
    return [HistoryDeclared(command.issue, programme.id, command.ledger, facts, at)]


def amend(state: Issue, command: AmendIssue, programme: Programme) -> list[Event]:
    """Nothing when every field has its value already. Raises NotFound, UnknownKind or FutureDate."""
    if state.current is None:
        raise NotFound()
    check_moment(command.timing.at, command.timing.now)
    programme.require_kind(command.changes.get("kind"))
    changes = {field: value for field, value in command.changes.items() if getattr(state.current, field) != value}
    return [IssueAmended(state.current.issue, changes, command.by, None, command.timing.at)] if changes else []


_RESTORE = Text("restore the first value in the row, or bring it in as a new row under another key")
