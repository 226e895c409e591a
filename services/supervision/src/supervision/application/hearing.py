"""What supervision does with what is told beside the course of a case: people, teams, visits, suggestions, sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from eventkit.envelope import Envelope
from eventkit.reactions import Handler
from eventkit.session import Session
from supervision.application import incoming
from supervision.application.duties import SESSION, SUGGESTION, Duties, Owed
from supervision.application.incoming import (
    DirectoryPublished,
    EnterpriseRegistered,
    ServiceRecorded,
    SessionCalled,
    SessionCancelled,
    SessionHeld,
    SuggestionAnswered,
    SuggestionRecorded,
    TeamDisbanded,
    TeamFormed,
    UnitReportedIn,
    VisitRecorded,
)
from supervision.application.pairing import Pairing
from supervision.application.ports import DeedRow, Ending, LibraryPolicy, PairedTeam
from supervision.domain.duty import Deed
from supervision.domain.steering import duty_of

INSTANT, DAY = timedelta(microseconds=1), timedelta(days=1)
On = Callable[[str], Callable[[Handler], Handler]]


class Hearing:
    """The handlers. Nothing is written before everything that an event needs is known.

    Every deed is kept, also one that no version of its programme counts yet: the version that does may come later.
    """

    def __init__(self, duties: Duties) -> None:
        self._duties = duties
        self._pairing = Pairing(duties)

    def listen(self, on: On) -> None:
        """Declare them."""
        for type in incoming.DIRECTORY_PUBLISHED:
            on(type)(self.take_directory)
        for type in incoming.VISIT_RECORDED:
            on(type)(self.count_visit)
        for type in incoming.SERVICE_RECORDED:
            on(type)(self.count_service)
        on(incoming.ENTERPRISE_REGISTERED)(self.take_enterprise)
        on(incoming.TEAM_FORMED)(self.take_team)
        on(incoming.TEAM_DISBANDED)(self.dismiss_team)
        on(incoming.SUGGESTION_RECORDED)(self.await_answer)
        on(incoming.SUGGESTION_ANSWERED)(self.take_answer)
        on(incoming.POLICY_PUBLISHED)(self.take_policy)
        on(incoming.SESSION_CALLED)(self.summon)
        on(incoming.UNIT_REPORTED_IN)(self.report_in)
        on(incoming.SESSION_HELD)(self.take_minutes)
        on(incoming.SESSION_CANCELLED)(self.dismiss)

    def take_directory(self, session: Session, event: Envelope) -> None:
        """Copy it; duties follow its people and units in every programme of the agency."""
        told: DirectoryPublished = incoming.read(event)
        register = self._duties.register(session.tx)
        people = [(person.id, person.role, person.unit) for person in told.people]
        policies = self._duties.policies(session, told.agency)  # NotYet before anything is written
        since = min((told.at.astimezone(policy.zone).date() for policy in policies), default=told.at.date())
        register.tell_roles(told.agency, told.version, told.at, [(id, role) for id, role, _ in people])
        register.take_directory(told.agency, [unit.id for unit in told.units], people, since)
        register.name_units(told.agency, {unit.id: unit.name for unit in told.units})
        for policy in policies:
            self._duties.reconcile(session, policy, told.at, event.recorded_at, traceparent=event.traceparent)

    def take_enterprise(self, session: Session, event: Envelope) -> None:
        """Copy it; some programmes owe every enterprise something."""
        told: EnterpriseRegistered = incoming.read(event)
        register = self._duties.register(session.tx)
        policies = self._duties.policies(session, told.agency)  # NotYet before anything is written
        register.take_enterprise(told.agency, told.enterprise, told.tier)
        for policy in policies:
            if any(rule.subject == "enterprise" for rule in policy.obligations.duties.values()):
                self._duties.reconcile(session, policy, told.at, event.recorded_at, only=told.enterprise)

    def take_team(self, session: Session, event: Envelope) -> None:
        """Copy it; what is owed to its enterprises, and what it did before it was known, follows."""
        told: TeamFormed = incoming.read(event)
        policy = self._duties.newest(session, told.programme)
        register = self._duties.register(session.tx)
        since = told.at.astimezone(policy.zone).date()
        members = [(member.role, member.person) for member in told.members]
        register.take_team(told.team, told.programme, told.tier, told.enterprises, members, since)
        people = tuple(person for _, person in members if person is not None)
        self._pairing.follow(
            session, policy, PairedTeam(told.team, people, told.enterprises), told.at, event.recorded_at
        )

    def dismiss_team(self, session: Session, event: Envelope) -> None:
        """The pairing ends after the last day on which it stood.

        What follows for duties is the sweep's: a successor told of before may come later, from another partition.
        """
        told: TeamDisbanded = incoming.read(event)
        policy = self._duties.newest(session, told.programme)
        last = (told.at - INSTANT).astimezone(policy.zone).date()
        assert event.sequenced_at is not None
        ending = Ending(told.team, told.programme, last + DAY, told.at, event.recorded_at)
        self._duties.register(session.tx).end_team(ending, event.sequenced_at + policy.grace)

    def count_visit(self, session: Session, event: Envelope) -> None:
        """A visit counts for whoever went, for the enterprise and the team."""
        told: VisitRecorded = incoming.read(event)
        deed = Deed(event.id, "visit", told.at, event.recorded_at, mode=told.mode)
        row = DeedRow(told.programme, told.agency, deed, told.people, enterprise=told.enterprise, team=told.team)
        self._duties.count(session, row)

    def count_service(self, session: Session, event: Envelope) -> None:
        """A service counts for whoever gave it, and for the enterprise."""
        told: ServiceRecorded = incoming.read(event)
        deed = Deed(event.id, "service", told.at, event.recorded_at, done=told.count, kind=told.kind)
        people = () if told.person is None else (told.person,)
        self._duties.count(session, DeedRow(told.programme, told.agency, deed, people, told.unit, told.enterprise))

    def await_answer(self, session: Session, event: Envelope) -> None:
        """A suggestion is owed an answer; it counts for the official who brought it."""
        told: SuggestionRecorded = incoming.read(event)
        policy = self._duties.newest(session, told.programme)
        rule = policy.obligations.suggestions
        if rule is not None:
            owed = Owed(
                id=duty_of(SUGGESTION, told.suggestion),
                rule=SUGGESTION,
                subject_kind="suggestion",
                subject=told.suggestion,
                start=told.at,
                learnt_at=event.recorded_at,
                person=told.person,
                enterprise=told.enterprise,
                title=told.title,
            )
            self._duties.open_once(session, policy, rule, owed, event.traceparent)
        deed = Deed(event.id, "suggestion", told.at, event.recorded_at)
        people = () if told.person is None else (told.person,)
        self._duties.count(session, DeedRow(told.programme, told.agency, deed, people, enterprise=told.enterprise))

    def take_answer(self, session: Session, event: Envelope) -> None:
        """The suggestion has its answer."""
        told: SuggestionAnswered = incoming.read(event)
        self._fulfil(session, event, duty_of(SUGGESTION, told.suggestion), told.at)

    def take_policy(self, session: Session, event: Envelope) -> None:
        """Copy it; the units of explained cases that it may help are told."""
        policy: LibraryPolicy = incoming.read(event)
        register = self._duties.register(session.tx)
        register.take_policy(policy)
        for explained in register.helped_by(policy):
            programme = self._duties.newest(session, explained.programme)
            about = (policy.at, event.recorded_at, event.traceparent)
            self._duties.match(session, policy, explained, programme, *about)

    def summon(self, session: Session, event: Envelope) -> None:
        """Every summoned unit is to report in."""
        told: SessionCalled = incoming.read(event)
        policy = self._duties.policy(session, told.programme, told.programme_version)
        for unit in told.units if policy.obligations.sessions is not None else ():
            owed = Owed(
                id=duty_of(SESSION, told.session, unit),
                rule=SESSION,
                subject_kind="unit",
                subject=unit,
                start=told.starts_at,
                at=told.at,
                learnt_at=event.recorded_at,
                unit=unit,
                enterprise=told.enterprise,
                about=told.session,
                title=told.place,
            )
            self._duties.open_once(session, policy, policy.obligations.sessions, owed, event.traceparent)

    def report_in(self, session: Session, event: Envelope) -> None:
        """A summoned unit is there."""
        told: UnitReportedIn = incoming.read(event)
        self._fulfil(session, event, duty_of(SESSION, told.session, told.unit), told.at)

    def take_minutes(self, session: Session, event: Envelope) -> None:
        """Minutes may be of an earlier hour than a unit's coming: it came, and was absent all the same."""
        told: SessionHeld = incoming.read(event)
        for unit in told.absent:
            self._duties.find_absent(session, duty_of(SESSION, told.session, unit), told.at, event.traceparent)

    def dismiss(self, session: Session, event: Envelope) -> None:
        """The session does not take place: nobody is to report in."""
        told: SessionCancelled = incoming.read(event)
        for id in self._duties.register(session.tx).about(told.session):
            self._duties.end(session, id, "cancelled", told.at, event.recorded_at)

    def _fulfil(self, session: Session, event: Envelope, id: UUID, at: datetime) -> None:
        self._duties.fulfil(session, id, at, event.recorded_at, [event.id], traceparent=event.traceparent)
