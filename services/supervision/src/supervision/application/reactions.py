"""What supervision does with intake's and routing's events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from eventkit.arrivals import Arrival
from eventkit.envelope import Envelope
from eventkit.reactions import Gate, Reactions
from eventkit.session import Session
from supervision.application import incoming
from supervision.application.context import CONSUMER, Context, watch_token
from supervision.application.declared import assigned_token, declare
from supervision.application.hearing import Hearing
from supervision.application.incoming import (
    CaseMoved,
    HistoryDeclared,
    IssueAmended,
    IssueDivided,
    IssueLinked,
    IssueReported,
    ProgrammePublished,
)
from supervision.application.reference import programme_token
from supervision.domain.calendar import Calendar
from supervision.domain.duty import Deed
from supervision.domain.events import (
    FactLearnt,
    ParentLearnt,
    Part,
    PartsLearnt,
    WatchEvent,
    WatchOpened,
)
from supervision.domain.facts import learn
from supervision.domain.policy import Policy
from supervision.domain.watch import MOVED_ON, Watch

TOPICS = ("intake.events", "routing.events")


class Watching:
    """The consumer: handlers by event type, then the tables brought up to date once per batch."""

    consumer = CONSUMER
    topics: Sequence[str] = TOPICS

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reactions = Reactions(CONSUMER, TOPICS, _provides)
        watch = context.streams.watch
        on = self._reactions.on
        on(incoming.PROGRAMME_PUBLISHED)(self.adopt_programme)
        on(incoming.ISSUE_REPORTED, loads=lambda e: [(watch, e.key)])(self.open_watch)
        on(incoming.ISSUE_AMENDED, loads=lambda e: [(watch, e.key)])(self.amend_words)
        for type in incoming.HISTORY_DECLARED:
            on(type, loads=lambda e: [(watch, e.key)])(self.declare_history)
        on(incoming.ISSUE_DIVIDED, loads=lambda e: [(watch, e.key)])(self.learn_parts)
        on(incoming.ISSUE_LINKED, loads=lambda e: [(watch, e.key)])(self.learn_parent)
        Hearing(context.duties).listen(on)
        for type in incoming.STEPS:
            on(type, loads=lambda e: [(watch, e.key)])(self.learn_step)

    def apply(self, session: Session, arrivals: Sequence[Arrival], gate: Gate) -> None:
        """See `eventkit.reactions.Reaction`."""
        self._reactions.apply(session, arrivals, gate)
        events = [a.content for a in arrivals if isinstance(a.content, Envelope)]
        self._context.keep(session, (e.key for e in events if e.type in _OF_A_CASE))

    def adopt_programme(self, session: Session, event: Envelope) -> None:
        """Keep the version for the cases that were reported under it."""
        told: ProgrammePublished = incoming.read(event)
        policy = Policy.of(told.programme, told.version, told.document)  # an unreadable one is parked here, alone
        reads, duties = self._context.reads(session.tx), self._context.duties
        before = reads.newest(told.programme)
        reads.adopt(told.programme, told.version, told.document, _learnt_at(event))
        if policy.adopted_by_open:
            reads.wake_programme(told.programme, _learnt_at(event))
        floor = None
        if before is not None:
            floor = told.at.astimezone(policy.zone).date()
            duties.retire(session, before[0], policy, told.at, _learnt_at(event))
        duties.reconcile(session, policy, told.at, _learnt_at(event), floor=floor, traceparent=event.traceparent)

    def open_watch(self, session: Session, event: Envelope) -> None:
        """Watch the case from its report on; a case that is watched stays as it is."""
        told: IssueReported = incoming.read(event)
        context = self._context
        if session.get(context.streams.watch, told.issue).opened:
            return
        policy = context.policy(session, told.programme, told.programme_version)
        opened = WatchOpened(
            case=told.issue,
            programme=told.programme,
            programme_version=told.programme_version,
            agency=told.agency,
            enterprise=told.enterprise,
            due_at=told.due_at,
            synthetic=told.synthetic,
            learnt_at=_learnt_at(event),
            at=told.at,
        )
        watch = session.get(context.streams.watch, told.issue)
        decided = learn(watch, opened, policy, context.calendar(session, policy))
        context.record(session, told.issue, decided, event.traceparent)
        if policy.obligations.policies is not None or policy.telling.notices:
            context.duties.register(session.tx).tell_case(told.issue, told.title, told.text, told.kind, told.at)

    def amend_words(self, session: Session, event: Envelope) -> None:
        """What a policy may match is put right."""
        told: IssueAmended = incoming.read(event)
        self._context.watch(session, told.issue)
        register = self._context.duties.register(session.tx)
        register.amend_case(told.issue, told.changes)
        if told.changes.get("kind") is not None:
            register.tell_kind(told.issue, told.changes["kind"], told.at, "intake")
        self._context.duties.match_again(session, told.issue, told.at, _learnt_at(event), event.traceparent)

    def declare_history(self, session: Session, event: Envelope) -> None:
        """Answers, reopenings, extensions and close-out as a ledger has them, without a check of their order."""
        told: HistoryDeclared = incoming.read(event)

        def decide(watch: Watch, policy: Policy, calendar: Calendar) -> Sequence[WatchEvent]:
            return declare(watch, told.facts, _learnt_at(event), policy, calendar)

        self._context.decide(session, told.issue, decide, traceparent=event.traceparent)

    def learn_step(self, session: Session, event: Envelope) -> None:
        """A step of the case, which starts and stops clocks or has them counted anew."""
        told: CaseMoved = incoming.read(event)

        def decide(watch: Watch, policy: Policy, calendar: Calendar) -> Sequence[WatchEvent]:
            learnt = _step(told, incoming.STEPS[event.type], watch, event)
            optional = event.type in incoming.BESIDES and learnt.fact != "milestone"
            return [] if optional and not policy.minds(learnt.fact) else learn(watch, learnt, policy, calendar)

        self._context.decide(session, told.case, decide, traceparent=event.traceparent)
        duties, step = self._context.duties, incoming.STEPS[event.type]
        if step == "progress":
            deed = Deed(event.id, "progress", told.at, _learnt_at(event))
            duties.count_progress(session, told.case, told.unit or told.lead, deed)
        if step == "classified" and told.kind is not None:
            duties.register(session.tx).tell_kind(told.case, told.kind, told.at, "routing")
            duties.match_again(session, told.case, told.at, _learnt_at(event), event.traceparent)

    def learn_parts(self, session: Session, event: Envelope) -> None:
        """The parts of a case; those that have ended already count at once."""
        told: IssueDivided = incoming.read(event)
        context, learnt_at = self._context, _learnt_at(event)
        context.watch(session, told.issue)
        learnt = PartsLearnt(told.issue, told.parts, learnt_at, told.at)
        context.decide(session, told.issue, lambda *_: [learnt], traceparent=event.traceparent)
        for part in told.parts:
            context.tell_parent(session, part, told.issue, event.traceparent)
        context.end_with_parts(session, told.issue, event.traceparent)

    def learn_parent(self, session: Session, event: Envelope) -> None:
        """The case is a part of another; other relations mean nothing here."""
        told: IssueLinked = incoming.read(event)
        if told.relation != "part_of":
            return
        learnt = ParentLearnt(told.issue, told.to, _learnt_at(event), told.at)
        self._context.decide(session, told.issue, lambda *_: [learnt], traceparent=event.traceparent)
        self._context.tell_parent(session, told.issue, told.to, event.traceparent)


_OF_A_CASE = {
    incoming.ISSUE_REPORTED,
    *incoming.HISTORY_DECLARED,
    incoming.ISSUE_DIVIDED,
    incoming.ISSUE_LINKED,
    *incoming.STEPS,
}


def _step(told: CaseMoved, step: str, watch: Watch, event: Envelope) -> FactLearnt:
    fact = "milestone" if step == "progress" and told.milestone is not None else step
    round = told.round or watch.course  # most steps do not say: it is that of the last assignment or reopening
    about = {"milestone": told.milestone, "supported": told.unit, "passed_on": told.body}.get(fact)
    parts = [Part(milestone.name, due_on=milestone.due_on) for milestone in told.milestones]
    parts += (Part(unit, unit=unit) for unit in told.supporting)
    return FactLearnt(
        case=told.case,
        round=round - 1 if fact in MOVED_ON else round,
        fact=fact,
        unit=told.unit or told.lead,
        about=about,
        parts=tuple(parts),
        kind=told.kind,
        grade=told.grade,
        rule=told.rule,
        outcome=told.outcome,
        copied_to_office=told.copied_to_office,
        source=event.id,
        learnt_at=_learnt_at(event),
        at=told.at,
    )


def _learnt_at(event: Envelope) -> datetime:
    """When its service recorded it, which is when Bugle was told: while a broker is away it is sequenced much later."""
    return event.recorded_at


def _provides(event: Envelope) -> Iterable[str]:
    if event.type == incoming.ISSUE_REPORTED:
        yield watch_token(event.key)
    elif event.type == incoming.CASE_ASSIGNED:
        moved: CaseMoved = incoming.read(event)
        yield assigned_token(event.key, moved.round or 1)
    elif event.type == incoming.PROGRAMME_PUBLISHED:
        told: ProgrammePublished = incoming.read(event)
        yield programme_token(told.programme, told.version)
        yield programme_token(told.programme)
