"""What supervision does with intake's and routing's events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from eventkit.arrivals import Arrival
from eventkit.envelope import Envelope
from eventkit.reactions import Gate, Reactions
from eventkit.session import Session
from supervision.application import incoming
from supervision.application.context import CONSUMER, Context, programme_token, watch_token
from supervision.application.incoming import CaseMoved, Declared, HistoryDeclared, IssueReported, ProgrammePublished
from supervision.domain.calendar import Calendar
from supervision.domain.events import CaseClosedOut, EnterpriseVerified, FactLearnt, WatchEvent, WatchOpened
from supervision.domain.facts import learn
from supervision.domain.policy import Policy
from supervision.domain.watch import Watch, apply

TOPICS = ("intake.events", "routing.events")
LEDGER = "ledger"


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
        on(incoming.HISTORY_DECLARED, loads=lambda e: [(watch, e.key)])(self.declare_history)
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
        Policy.of(told.programme, told.version, told.document)  # an unreadable one is parked here, not at each case
        self._context.reads(session.tx).adopt(told.programme, told.version, told.document)

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
        decided = learn(Watch(), opened, policy, context.calendar(session, policy))
        context.record(session, told.issue, decided, event.traceparent)

    def declare_history(self, session: Session, event: Envelope) -> None:
        """Verification and close-out as a ledger has them, without a check of their order."""
        told: HistoryDeclared = incoming.read(event)

        def decide(watch: Watch, policy: Policy, calendar: Calendar) -> Sequence[WatchEvent]:
            decided: list[WatchEvent] = []
            for fact in told.facts:
                events = _declared(watch, fact, _learnt_at(event), policy, calendar)
                for happened in events:
                    watch = apply(watch, happened)
                decided += events
            return decided

        self._context.decide(session, told.issue, decide, traceparent=event.traceparent)

    def learn_step(self, session: Session, event: Envelope) -> None:
        """A step of the case, which starts and stops clocks."""
        told: CaseMoved = incoming.read(event)
        step = incoming.STEPS[event.type]
        if step == "milestone" and told.milestone is None:
            return
        learnt = FactLearnt(
            case=told.case,
            round=told.round or 0,
            fact=step,
            unit=told.unit or told.lead,
            milestone=told.milestone,
            milestones=told.milestones,
            copied_to_office=told.copied_to_office,
            source=event.id,
            learnt_at=_learnt_at(event),
            at=told.at,
        )
        self._context.decide(
            session,
            told.case,
            # most steps do not say their round: it is that of the last assignment or reopening before them
            lambda watch, policy, calendar: learn(
                watch, replace(learnt, round=learnt.round or watch.course), policy, calendar
            ),
            traceparent=event.traceparent,
        )


_OF_A_CASE = {incoming.ISSUE_REPORTED, incoming.HISTORY_DECLARED, *incoming.STEPS}


def _declared(
    watch: Watch, fact: Declared, learnt_at: datetime, policy: Policy, calendar: Calendar
) -> list[WatchEvent]:
    if watch.fact(fact.fact, watch.round) is not None:
        return []
    match fact.fact:
        case "verified":
            told: WatchEvent = EnterpriseVerified(
                watch.case, fact.satisfaction, fact.note, watch.round, LEDGER, None, learnt_at, fact.at
            )
        case "closed_out":
            told = CaseClosedOut(watch.case, watch.round, LEDGER, None, learnt_at, fact.at)
        case _:
            return []  # routing's: it comes from there
    return learn(watch, told, policy, calendar)


def _learnt_at(event: Envelope) -> datetime:
    """When its service recorded it, which is when Bugle was told: while a broker is away it is sequenced much later."""
    return event.recorded_at


def _provides(event: Envelope) -> Iterable[str]:
    if event.type == incoming.ISSUE_REPORTED:
        yield watch_token(event.key)
    elif event.type == incoming.PROGRAMME_PUBLISHED:
        told: ProgrammePublished = incoming.read(event)
        yield programme_token(told.programme, told.version)
