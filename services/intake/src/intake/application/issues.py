"""Issues: registered live or from a ledger row, and amended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from eventkit.commands import Command, Done
from eventkit.envelope import parse_instant
from eventkit.session import Session
from intake.application.context import Context, Wanted, record, timing
from intake.application.naming import issue_named, ledger_of, referred
from intake.domain import issue, relations
from intake.domain.commands import AmendIssue, Link, ReportIssue
from intake.domain.errors import NotFound
from intake.domain.events import Fact, IssueReported, Milestone, VisitRecorded
from intake.domain.programme import Programme


class Issues(Context):
    """Handlers of report_issue and amend_issue."""

    def report_streams(self, command: Command) -> Iterable[Wanted]:
        """The issue, its programme, directory and enterprise, and the visit it was raised at."""
        agency, given = command.caller.agency or "", command.data.get("visit")
        visit = [] if given is None else [(self.streams.visit, referred(agency, "visit", given))]
        issue = (self.streams.issue, issue_named(command, agency))
        again = [(self.streams.issue, id) for id in (command.data.get("recurrence_of"),) if id is not None]
        return [issue, *self.wanted(command, command.data["enterprise"]), *visit, *again]

    def report_issue(self, session: Session, command: Command) -> Done:
        """Raises UnknownProgramme, UnknownEnterprise, UnknownReference (visit) and what `issue.report` raises."""
        programme = self.programme(session, command)
        agency = programme.agency
        wanted = (self.streams.issue, issue_named(command, agency))
        visit = self.visit(session, agency, command.data.get("visit"))
        asked = _asked(
            command,
            wanted[1],
            self.enterprise(session, agency, command.data["enterprise"]),
            None if visit is None else visit.visit,
        )
        again = command.data.get("recurrence_of")
        asked = replace(asked, links=links(visit, again), first_asked=command.data.get("first_asked"))
        decided = issue.report(session.get(*wanted), asked, programme, self.directory(session, agency))
        self.check_recurrence(session, again, decided, programme, "recurrence_of")
        return record(session, command, wanted, decided, path="issues")

    def check_recurrence(
        self, session: Session, again: str | None, decided: Sequence[issue.Event], programme: Programme, field: str
    ) -> None:
        """Whether a newly reported issue may be called raised again; see `relations.check_recurrence`."""
        if again is not None and decided and isinstance(decided[0], IssueReported):
            relations.check_recurrence(session.get(self.streams.issue, again), decided[0], programme, field)

    def amend_streams(self, command: Command) -> Iterable[Wanted]:
        """The issue."""
        return [(self.streams.issue, command.data["issue"])]

    def amend_issue(self, session: Session, command: Command) -> Done:
        """Raises NotFound, also for another agency's issue, and what `issue.amend` raises."""
        wanted = (self.streams.issue, command.data["issue"])
        state = session.get(*wanted)
        if state.current is None or not command.caller.acts_for(state.current.agency):
            raise NotFound(field="issue")
        asked = AmendIssue(
            {field: command.data[field] for field in issue.AMENDABLE if field in command.data},
            command.caller.sub,
            timing(command),
        )
        programme = session.get(self.streams.programme, state.current.programme)
        return record(session, command, wanted, issue.amend(state, asked, programme), path="issues")


def links(visit: VisitRecorded | None, again: str | None) -> tuple[Link, ...]:
    """The links with which an issue is born: to the return visit it came up on, to the issue it repeats."""
    back = () if visit is None or visit.mode != "return_visit" else (Link("return_visit", visit.visit),)
    return back if again is None else (*back, Link("recurrence", again))


def _asked(command: Command, id: str, enterprise: str, visit: str | None) -> ReportIssue:
    data, ledger = command.data, ledger_of(command)
    return ReportIssue(
        issue=id,
        enterprise=enterprise,
        title=data["title"],
        text=data.get("text"),
        kind=data.get("kind"),
        visit=visit,
        jurisdiction=data.get("jurisdiction"),
        batch=data.get("batch"),
        channel=data.get("channel", "ledger" if ledger else "frontend"),
        due_at=parse_instant(data["due_at"]) if data.get("due_at") else None,
        ledger=ledger,
        facts=tuple(map(_fact, data.get("history", ()))),
        by="ledger" if ledger else command.caller.sub,
        synthetic=data.get("synthetic", False),
        timing=timing(command, from_ledger=ledger is not None),
    )


def _fact(told: Mapping[str, Any]) -> Fact:
    milestones = (Milestone(m["name"], date.fromisoformat(m["due_on"])) for m in told.get("milestones", ()))
    lists = {"supporting": tuple(told.get("supporting", ())), "milestones": tuple(milestones)}
    moments = {name: parse_instant(told[name]) for name in ("at", "asked_at", "evidence_at") if told.get(name)}
    due_on = date.fromisoformat(told["due_on"]) if told.get("due_on") else None
    return Fact(**{**told, **lists, **moments, "due_on": due_on})
