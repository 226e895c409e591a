"""Issues that belong together: several of one visit, parts of one, links, mergers, withdrawals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eventkit.commands import Command, Done
from eventkit.envelope import parse_instant
from eventkit.ids import uid
from eventkit.session import Session
from intake.application.context import Wanted, record, timing
from intake.application.issues import Issues, links
from intake.application.naming import referred
from intake.application.ports import Lookups, Streams
from intake.domain import issue, relations
from intake.domain.commands import Link, ReportIssue
from intake.domain.errors import NotFound, Refusal
from intake.domain.events import IssueReported, VisitRecorded
from intake.domain.issue import Issue
from intake.domain.programme import Programme


class Families(Issues):
    """Handlers of report_bundle, divide_issue, link_issue, unlink_issue, merge_issue, undo_merge and withdraw_issue."""

    def __init__(self, streams: Streams, lookups: Lookups) -> None:
        super().__init__(streams)
        self._lookups = lookups

    def bundle_streams(self, command: Command) -> Iterable[Wanted]:
        """The visit, the new issues, and those they repeat."""
        agency, items = command.caller.agency or "", command.data["issues"]
        again = [(self.streams.issue, item["recurrence_of"]) for item in items if "recurrence_of" in item]
        visit = (self.streams.visit, referred(agency, "visit", command.data["visit"]))
        return [visit, *self._new(command, len(items)), *again]

    def report_bundle(self, session: Session, command: Command) -> Done:
        """Register the issues of one visit, or none. Raises what `report_issue` raises, at issues/<place>."""
        data, agency = command.data, command.caller.agency or ""
        visit = self.visit(session, agency, data["visit"])
        assert visit is not None  # the contract requires it
        programme = session.get(self.streams.programme, visit.programme)
        relations.check_bundle(len(data["issues"]), programme)
        ids = [id for _, id in self._new(command, len(data["issues"]))]
        for place, (id, item) in enumerate(zip(ids, data["issues"], strict=True)):
            asked = _part(command, id, visit.enterprise, item, visit, links(visit, item.get("recurrence_of")))
            self._report(session, command, asked, programme, f"issues/{place}", item.get("recurrence_of"))
        return Done({"visit": visit.visit, "issues": ids}, version=0)

    def issue_streams(self, command: Command) -> Iterable[Wanted]:
        """The issue, and the other one if the command names one."""
        other = command.data.get("to") or command.data.get("into")
        return [(self.streams.issue, id) for id in (command.data["issue"], other) if id is not None]

    def divide_issue(self, session: Session, command: Command) -> Done:
        """Make issues of its parts, all or none. Raises NotFound and what `relations.divide` raises."""
        state, current, programme = self._own(session, command)
        parts = command.data["parts"]
        ids = [id for _, id in self._new(command, len(parts))]
        link = (Link("part_of", current.issue),)
        struck_off = self._lookups.struck_off(session.tx, current.issue)
        divided = relations.divide(state, ids, programme, command.caller.sub, timing(command), struck_off=struck_off)
        for place, (id, item) in enumerate(zip(ids, parts, strict=True)):
            asked = _part(command, id, current.enterprise, item, None, link, current)
            self._report(session, command, asked, programme, f"parts/{place}", None)
        return record(session, command, self._wanted(command), divided, path="issues", parts=ids)

    def link_issue(self, session: Session, command: Command) -> Done:
        """Raises NotFound and what `relations.link` raises."""
        state, _, programme = self._own(session, command)
        wanted = Link(command.data["relation"], command.data["to"])
        other = session.get(self.streams.issue, wanted.to)
        decided = relations.link(state, wanted, other, programme, command.caller.sub, timing(command))
        return record(session, command, self._wanted(command), decided, path="issues")

    def unlink_issue(self, session: Session, command: Command) -> Done:
        """Raises NotFound and NotLinked."""
        state, _, _ = self._own(session, command)
        data = command.data
        link = Link(data["relation"], data["to"])
        decided = relations.unlink(state, link, data["reason"], command.caller.sub, timing(command))
        return record(session, command, self._wanted(command), decided, path="issues")

    def merge_issue(self, session: Session, command: Command) -> Done:
        """Ask for it; routing confirms or refuses. Raises NotFound and what `relations.merge` raises."""
        state, _, _ = self._own(session, command)
        into = command.data["into"]
        other = session.get(self.streams.issue, into)
        over = [one for one in (command.data["issue"], into) if self._lookups.struck_off(session.tx, one)]
        about = (state, into, other, None, command.caller.sub, timing(command))
        decided = relations.merge(*about, struck_off=over)
        return record(session, command, self._wanted(command), decided, path="issues")

    def undo_merge(self, session: Session, command: Command) -> Done:
        """Raises NotFound and NotMerged."""
        state, _, _ = self._own(session, command)
        decided = relations.undo_merge(state, command.data["reason"], command.caller.sub, timing(command))
        return record(session, command, self._wanted(command), decided, path="issues")

    def withdraw_issue(self, session: Session, command: Command) -> Done:
        """Ask for it; routing confirms or refuses. Raises NotFound and what `relations.withdraw` raises."""
        state, current, _ = self._own(session, command)
        about = (state, command.data["reason"], command.caller.sub, timing(command))
        decided = relations.withdraw(*about, struck_off=self._lookups.struck_off(session.tx, current.issue))
        return record(session, command, self._wanted(command), decided, path="issues")

    def _own(self, session: Session, command: Command) -> tuple[Issue, IssueReported, Programme]:
        """The issue and its programme; NotFound also for another agency's."""
        state = session.get(*self._wanted(command))
        if state.current is None or not command.caller.acts_for(state.current.agency):
            raise NotFound(field="issue")
        return state, state.current, session.get(self.streams.programme, state.current.programme)

    def _wanted(self, command: Command) -> tuple[Any, str]:
        return self.streams.issue, command.data["issue"]

    def _new(self, command: Command, count: int) -> list[Wanted]:
        return [(self.streams.issue, str(uid(command.id, "issue", place))) for place in range(count)]

    def _report(
        self, session: Session, command: Command, asked: ReportIssue, programme: Programme, at: str, again: str | None
    ) -> None:
        wanted = (self.streams.issue, asked.issue)
        try:
            decided = issue.report(session.get(*wanted), asked, programme, self.directory(session, programme.agency))
            self.check_recurrence(session, again, decided, programme, "recurrence_of")
        except Refusal as refusal:
            refusal.field = f"{at}/{refusal.field}" if refusal.field else at
            raise
        record(session, command, wanted, decided)


def _part(
    command: Command,
    id: str,
    enterprise: str,
    item: Mapping[str, Any],
    visit: VisitRecorded | None,
    links: Sequence[Link],
    parent: IssueReported | None = None,
) -> ReportIssue:
    synthetic = command.data.get("synthetic", False) if parent is None else parent.synthetic
    return ReportIssue(
        issue=id,
        enterprise=enterprise,
        title=item["title"],
        text=item.get("text"),
        kind=item.get("kind"),
        visit=None if visit is None else visit.visit,
        jurisdiction=item.get("jurisdiction") if parent is None else parent.jurisdiction,
        batch=None if parent is None else parent.batch,
        channel="visit" if parent is None else "division",
        due_at=parse_instant(item["due_at"]) if item.get("due_at") else None,
        ledger=None,
        facts=(),
        by=command.caller.sub,
        synthetic=synthetic,
        timing=timing(command),
        links=tuple(links),
    )
