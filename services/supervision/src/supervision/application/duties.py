"""Opening, fulfilling and ending duties: what others' events and the course of a case mean for what is owed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

from eventkit.session import Session
from supervision.application.ports import (
    DeedRow,
    DutyRow,
    Explained,
    LibraryPolicy,
    Reads,
    Register,
    Registers,
    Streams,
    Subject,
)
from supervision.application.reference import Reference
from supervision.domain import duty as duties
from supervision.domain import naming
from supervision.domain.duty import Deed, Duty, DutyGround, DutyOpened, Moments, View
from supervision.domain.events import PolicyMatched
from supervision.domain.facts import BY
from supervision.domain.naming import natural_id
from supervision.domain.obligations import LONG_TERM, DutyRule, OnceRule, SubjectKind
from supervision.domain.periods import ONCE, period_of
from supervision.domain.policy import Policy
from supervision.domain.steering import duty_of
from supervision.domain.times import HORIZON
from supervision.domain.watch import Fact, Watch

SESSION, SUGGESTION, PLEDGE = "session", "suggestion", "pledge"
DISPATCH_ITEM, LETTER_REPLY, HELP = "dispatch_item", "letter_reply", "help"


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed once. `start`: what its limit is counted from, unless `due_at` is given; `at`: since when."""

    id: UUID
    rule: str
    subject_kind: SubjectKind
    subject: str
    start: datetime
    learnt_at: datetime
    at: datetime | None = None
    due_at: datetime | None = None
    broken_at: datetime | None = None
    unit: str | None = None
    person: str | None = None
    enterprise: str | None = None
    case: str | None = None
    about: str | None = None
    title: str | None = None
    by: str = BY


class Duties(Reference):
    """Everything that is recorded in the streams of duties, with the tables brought up to it."""

    def __init__(self, streams: Streams, reads: Reads, register: Registers) -> None:
        super().__init__(streams, reads)
        self.register = register

    # --- one duty

    def record(self, session: Session, id: UUID, events: Sequence[duties.Event], traceparent: str | None = None) -> int:
        """Take events into the stream of a duty and keep its row; how many events."""
        self._take(session, id, events, traceparent)
        if events:
            self.keep(session, [id])
        return len(events)

    def _take(self, session: Session, id: UUID, events: Sequence[duties.Event], traceparent: str | None = None) -> None:
        """Take events into the stream of a duty under their natural ids."""
        ids = [duties.event_id(event) for event in events]
        session.record(self.streams.duty, str(id), events, key=str(id), cause=id, ids=ids, traceparent=traceparent)

    def keep(self, session: Session, ids: Iterable[UUID], upto: datetime | None = None) -> None:
        """Bring the rows of duties up to their streams; `upto`: until when they are settled."""
        rows = []
        for id in ids:
            duty = session.get(self.streams.duty, str(id))
            if duty.opened is not None:
                ripe_at = duties.ripe_at(duty, self._view(session, duty), upto or duty.opened.at)
                rows.append(DutyRow(duty.opened, duty.ended is not None, ripe_at))
        self.register(session.tx).keep(rows)

    def open_once(
        self, session: Session, policy: Policy, rule: OnceRule | None, owed: Owed, traceparent: str | None = None
    ) -> None:
        """Open what is owed once by the rule; nothing when it was opened before."""
        if session.get(self.streams.duty, str(owed.id)).opened is not None:
            return
        view = self.view(session, policy)
        moments = _moments(view, rule, owed.start, owed.due_at, owed.broken_at)
        opened = DutyOpened(
            duty=owed.id,
            programme=policy.programme,
            programme_version=policy.version,
            agency=policy.agency,
            rule=owed.rule,
            subject_kind=owed.subject_kind,
            subject=owed.subject,
            unit=owed.unit,
            person=owed.person,
            enterprise=owed.enterprise,
            case=owed.case,
            about=owed.about,
            title=owed.title,
            every=ONCE,
            needs=(),
            since=None,
            until=None,
            within=None,
            remind=None,
            due_at=moments.due_at,
            remind_at=moments.remind_at,
            broken_at=moments.broken_at,
            card=None if rule is None else rule.card,
            by=owed.by,
            learnt_at=owed.learnt_at,
            at=owed.at or owed.start,
        )
        self.record(session, owed.id, [opened], traceparent)

    def fulfil(
        self,
        session: Session,
        id: UUID,
        at: datetime,
        learnt_at: datetime,
        evidence: Sequence[UUID],
        *,
        by: str | None = None,
        traceparent: str | None = None,
    ) -> int:
        """What was owed once has been done; how many events that were. Nothing for a duty that was never opened."""
        self._recount(session, id)
        duty = session.get(self.streams.duty, str(id))
        if duty.opened is None:
            return 0
        done = duties.fulfil(duty, duties.once(duty.opened), at, learnt_at, evidence, by)
        return self.record(session, id, done, traceparent)

    def find_absent(self, session: Session, id: UUID, at: datetime, traceparent: str | None) -> None:
        """What seemed to be fulfilled was not by `at`, as the minutes say; nothing for a duty that was never opened."""
        missed = duties.absent(session.get(self.streams.duty, str(id)), at)
        self.record(session, id, missed, traceparent)

    def end(self, session: Session, id: UUID, ground: DutyGround, at: datetime, learnt_at: datetime) -> None:
        """It is no longer owed."""
        duty = session.get(self.streams.duty, str(id))
        if duty.opened is not None:
            self.record(session, id, duties.end(duty, ground, at, learnt_at, self._view(session, duty)))

    def settle(self, session: Session, id: UUID, upto: datetime) -> int:
        """What has come of a duty before `upto`; how many events that were. Its row is left to `keep`."""
        recounted = self._recount(session, id)
        duty = session.get(self.streams.duty, str(id))
        if duty.opened is None:
            return 0
        happened = duties.settle(duty, self._deeds(session, duty.opened), self._view(session, duty), upto)
        self._take(session, id, happened)
        return recounted + len(happened)

    def _deeds(self, session: Session, opened: DutyOpened) -> Sequence[Deed]:
        if not opened.needs:
            return ()
        policy = self.policy(session, opened.programme, opened.programme_version)
        rule = policy.obligations.duties.get(opened.rule)
        return self.register(session.tx).deeds(opened, policy.zone, paired=rule is not None and rule.paired)

    def _recount(self, session: Session, id: UUID) -> int:
        """What is owed once, by the newest calendar and the rules under which it was opened; how many events."""
        duty = session.get(self.streams.duty, str(id))
        opened = duty.opened
        if opened is None or opened.every != ONCE:
            return 0
        policy = self.policy(session, opened.programme, opened.programme_version)
        rule, view = _rules(policy).get(opened.rule), self.view(session, policy)
        if rule is None:
            return 0  # due on a day that somebody gave, or counted from another moment than that of its opening
        pledge = policy.obligations.pledges if opened.rule == PLEDGE else None
        due_at = None if pledge is None else opened.due_at
        broken_at = None
        if pledge is not None and due_at is not None:
            broken_at = view.counting.later(due_at, pledge.broken_after).at
        found = _moments(view, rule, self._start(session, opened, policy), due_at, broken_at)
        happened = duties.recount(duty, found, view.counting.calendar)
        self._take(session, id, happened)
        return len(happened)

    def _start(self, session: Session, opened: DutyOpened, programme: Policy) -> datetime:
        """From when on what is owed once is counted: help, from when the policy applies."""
        helping = self.register(session.tx).policy(opened.about or "") if opened.rule == HELP else None
        if helping is None:
            return opened.at
        return self._applies(session, helping, programme, opened.at, opened.at.astimezone(programme.zone).date())

    def judged(self, session: Session, id: UUID) -> tuple[Duty, View]:
        """A duty that was opened, and how it is judged by what is known now."""
        duty = session.get(self.streams.duty, str(id))
        return duty, self._view(session, duty)

    def _view(self, session: Session, duty: Duty) -> View:
        opened = duty.opened
        assert opened is not None
        policy = self.policy(session, opened.programme, opened.programme_version)
        rule, view = policy.obligations.duties.get(opened.rule), self.view(session, policy)
        if rule is None or not rule.paired:
            return view
        return replace(view, paired=tuple(self.register(session.tx).pairings(opened.programme, opened.subject)))

    def policies(self, session: Session, agency: str) -> list[Policy]:
        """The newest version of every programme of an agency."""
        known = self.register(session.tx).programmes(agency)
        return [self.newest(session, programme) for programme in known]

    # --- what was done

    def count_progress(self, session: Session, case: str, unit: str | None, deed: Deed) -> None:
        """Keep what was told of the work on a case, whether or not its programme asks for that by now."""
        self.count(session, _case_deed(deed, session.get(self.streams.watch, case), unit))

    def count(self, session: Session, row: DeedRow) -> None:
        """Keep a deed and have the duties looked at again that it may count for."""
        register = self.register(session.tx)
        register.add(row)
        named = (*row.people, row.unit, row.enterprise, row.team, row.case)
        subjects = {subject for subject in named if subject is not None}
        register.wake(row.programme, subjects, row.deed.at, None if row.people else row.team)

    # --- recurring duties

    def reconcile(
        self,
        session: Session,
        policy: Policy,
        at: datetime,
        learnt_at: datetime,
        *,
        only: str | None = None,
        floor: date | None = None,
        traceparent: str | None = None,
    ) -> None:
        """Open the recurring duties that the programme wants of everybody known, and end those it no longer does.

        `only`: of this subject alone; `floor`: new duties are owed from this day on.
        """
        register = self.register(session.tx)
        for rule in policy.obligations.duties.values():
            if rule.subject == "case":
                continue
            known = register.of_rule(policy.programme, rule.id)
            wanted: dict[str, UUID] = {}
            for subject in self._subjects(register, policy, rule):
                if only in (None, subject.id) and _concerns(rule, subject):
                    id = wanted[subject.id] = self._name(session, policy, rule, subject)
                    held = known.get(subject.id, id)
                    since = floor if held == id else self._after(session, held, policy, at)
                    self._open(session, policy, rule, id, subject, at, learnt_at, since, traceparent)
            for one, id in known.items():
                if only in (None, one) and wanted.get(one) != id:
                    self.end(session, id, "changed" if one in wanted else "left", at, learnt_at)

    def _after(self, session: Session, held: UUID, policy: Policy, at: datetime) -> date:
        """The first day after the period of a duty that runs at a moment: from then on another takes its place."""
        opened = session.get(self.streams.duty, str(held)).opened
        assert opened is not None
        return period_of(at.astimezone(policy.zone).date(), opened.every).next().first

    def retire(self, session: Session, before: Policy, policy: Policy, at: datetime, learnt_at: datetime) -> None:
        """End the duties of rules that a newer version has no more. Those of a case end with its result."""
        for rule in before.obligations.duties.values():
            if rule.subject != "case" and rule.id not in policy.obligations.duties:
                for id in self.register(session.tx).of_rule(policy.programme, rule.id).values():
                    self.end(session, id, "policy", at, learnt_at)

    def _name(self, session: Session, policy: Policy, rule: DutyRule, subject: Subject) -> UUID:
        """The id of the duty that stands or is to be opened: one that has ended is not taken up again."""
        about = ("duty", policy.programme, rule.id, rule.edition, subject.id)
        ids = (natural_id(*about, number) for number in count(1))
        return next(id for id in ids if session.get(self.streams.duty, str(id)).ended is None)

    def _subjects(self, register: Register, policy: Policy, rule: DutyRule) -> Sequence[Subject]:
        match rule.subject:
            case "programme":
                return [Subject(policy.programme)]
            case "person":
                return register.people(policy.agency)
            case "unit":
                return register.units(policy.agency)
            case "enterprise":
                return register.enterprises(policy.agency, policy.programme)
            case "team":
                return register.teams(policy.programme)
            case _:
                raise AssertionError(rule.subject)

    def _open(
        self,
        session: Session,
        policy: Policy,
        rule: DutyRule,
        id: UUID,
        subject: Subject,
        at: datetime,
        learnt_at: datetime,
        floor: date | None,
        traceparent: str | None,
        case: str | None = None,
    ) -> None:
        if session.get(self.streams.duty, str(id)).opened is not None:
            return
        first = rule.since or policy.obligations.starts_on
        since = max(day for day in (first, subject.since, floor) if day is not None)
        begins = self.view(session, policy).counting.end(since - timedelta(days=1))
        opened = DutyOpened(
            duty=id,
            programme=policy.programme,
            programme_version=policy.version,
            agency=policy.agency,
            rule=rule.id,
            subject_kind=rule.subject,
            subject=subject.id,
            unit=subject.id if rule.subject == "unit" else subject.unit,
            person=subject.id if rule.subject == "person" else None,
            enterprise=subject.id if rule.subject == "enterprise" else None,
            case=case,
            about=None,
            title=rule.title,
            every=rule.every,
            needs=rule.needs,
            since=since,
            until=rule.until,
            within=None if rule.within is None else str(rule.within),
            remind=None if rule.remind is None else str(rule.remind),
            due_at=None,
            remind_at=None,
            broken_at=None,
            card=rule.card,
            by=BY,
            learnt_at=learnt_at,
            at=min(begins, at),  # the day it is owed from, not that of a programme's publication long after
        )
        self._take(session, id, [opened], traceparent)
        # looked at once at once: what was done may have been told before
        self.register(session.tx).keep([DutyRow(opened, ended=False, ripe_at=opened.at)])

    # --- the course of a case

    def follow(
        self, session: Session, before: Watch, after: Watch, policy: Policy, traceparent: str | None = None
    ) -> None:
        """Open, count and end what is owed because of the steps of a case that have become known."""
        for fact in after.facts[len(before.facts) :]:
            handle = _STEPS.get(fact.name)
            if handle is not None:
                handle(self, session, after, fact, policy, traceparent)
        for match in after.matches:
            known = before.match(match.policy)
            if match.helped is not None and known is not None and known.helped is None:
                helped, evidence = match.helped, [naming.event_id(match.helped)]
                about = (UUID(match.duty), helped.at, helped.learnt_at, evidence)
                self.fulfil(session, *about, by=helped.by, traceparent=traceparent)

    def _accepted(self, session: Session, watch: Watch, fact: Fact, policy: Policy, traceparent: str | None) -> None:
        for rule in policy.obligations.of_cases():
            self._open_for_case(session, watch, fact, policy, rule, traceparent)

    def _open_for_case(
        self, session: Session, watch: Watch, fact: Fact, policy: Policy, rule: DutyRule, traceparent: str | None
    ) -> None:
        unit = fact.unit or watch.lead()
        since = fact.at.astimezone(policy.zone).date()
        id = self.standing(session, "duty", policy.programme, rule.id, watch.case, unit, fact.round)
        subject = Subject(watch.case, unit=unit, since=since)
        self._open(session, policy, rule, id, subject, fact.at, fact.learnt_at, None, traceparent, case=watch.case)

    def standing(self, session: Session, *about: object) -> UUID:
        """The id of the duty about this that stands or is to be opened; the first bears no number."""
        ids = (natural_id(*about, *((number,) if number > 1 else ())) for number in count(1))
        return next(id for id in ids if session.get(self.streams.duty, str(id)).ended is None)

    def _result(self, session: Session, watch: Watch, fact: Fact, policy: Policy, traceparent: str | None) -> None:
        register = self.register(session.tx)
        rule = policy.obligations.duties.get(LONG_TERM)
        if fact.outcome != LONG_TERM:
            self._end_all(session, policy, "result", watch, fact)
        elif rule is not None:  # its reports take the place of the others; without them these stay owed
            self._end_all(session, policy, "result", watch, fact, but=LONG_TERM)
            self._open_for_case(session, watch, fact, policy, rule, traceparent)
        if fact.outcome == "explained" and policy.obligations.policies is not None:
            told = Explained(watch.case, watch.programme, watch.agency, fact.unit or watch.lead(), fact.at)
            register.explain(told)
            for found in register.helping(watch.case):
                self.match(session, found, told, policy, found.at, fact.learnt_at, traceparent)
        else:
            self._explained_no_more(session, policy, watch.case)

    def _moved_on(self, session: Session, watch: Watch, fact: Fact, policy: Policy, traceparent: str | None) -> None:
        self._end_all(session, policy, "returned", watch, fact)
        self._explained_no_more(session, policy, watch.case)

    def _gone(self, session: Session, watch: Watch, fact: Fact, policy: Policy, traceparent: str | None) -> None:
        self._end_all(session, policy, "withdrawn", watch, fact)
        self._explained_no_more(session, policy, watch.case)

    def _back(self, session: Session, watch: Watch, fact: Fact, policy: Policy, traceparent: str | None) -> None:
        """A merger was undone: what the case's unit owed before it is owed again from this day on."""
        accepted = watch.fact("accepted", watch.course)
        if accepted is None or watch.over:
            return
        result = next((f for f in reversed(watch.facts) if f.name == "result" and f.round == watch.course), None)
        put_off = result is not None and result.outcome == LONG_TERM
        if result is None or (put_off and LONG_TERM not in policy.obligations.duties):
            again = replace(accepted, at=fact.at, learnt_at=fact.learnt_at)
            self._accepted(session, watch, again, policy, traceparent)
        else:
            again = replace(result, at=fact.at, learnt_at=fact.learnt_at) if put_off else result
            self._result(session, watch, again, policy, traceparent)

    def _closed(self, session: Session, watch: Watch, fact: Fact, policy: Policy, traceparent: str | None) -> None:
        self._end_all(session, policy, "closed_out", watch, fact)
        source = natural_id(watch.case, "case_closed_out", fact.round)
        deed = Deed(source, "issue_closed", fact.at, fact.learnt_at)
        self.count(session, _case_deed(deed, watch, fact.unit))

    def _end_all(
        self, session: Session, policy: Policy, ground: DutyGround, watch: Watch, fact: Fact, but: str | None = None
    ) -> None:
        """End the recurring duties of the case; help to apply stays owed."""
        if not any(rule.subject == "case" for rule in policy.obligations.duties.values()):
            return
        for id in self.register(session.tx).of_case(watch.case):
            opened = session.get(self.streams.duty, str(id)).opened
            if opened is not None and opened.rule != but and opened.every != ONCE:
                self.end(session, id, ground, fact.at, fact.learnt_at)

    def _explained_no_more(self, session: Session, policy: Policy, case: str) -> None:
        if policy.obligations.policies is not None:
            self.register(session.tx).explain_no_more(case)

    # --- policies that come

    def match_again(
        self, session: Session, case: str, at: datetime, learnt_at: datetime, traceparent: str | None
    ) -> None:
        """What is known of a case has changed: policies that came since it was explained may fit now."""
        register = self.register(session.tx)
        told = register.explained_case(case)
        for found in () if told is None else register.helping(case):
            assert told is not None
            programme = self.newest(session, told.programme)
            self.match(session, found, told, programme, max(found.at, at), learnt_at, traceparent)

    def match(
        self,
        session: Session,
        policy: LibraryPolicy,
        told: Explained,
        programme: Policy,
        at: datetime,
        learnt_at: datetime,
        traceparent: str | None,
    ) -> None:
        """An explained case meets a policy: its unit is told, and is to help to apply. Once for each pair.

        Nothing when the policy applied to the last on an earlier day; one that does not apply yet is told of at once.
        """
        streams, id = self.streams.watch, duty_of(HELP, told.case, policy.policy)
        day = at.astimezone(programme.zone).date()
        over = policy.valid_to is not None and policy.valid_to < day
        if over or session.get(streams, told.case).match(policy.policy) is not None:
            return
        found = PolicyMatched(told.case, policy.policy, policy.title, told.unit, id, learnt_at, at)
        session.record(
            streams,
            told.case,
            [found],
            key=told.case,
            cause=natural_id(told.case),
            ids=[naming.event_id(found)],
            traceparent=traceparent,
        )
        owed = Owed(
            id=id,
            rule=HELP,
            subject_kind="case",
            subject=told.case,
            start=self._applies(session, policy, programme, at, day),
            at=at,
            learnt_at=learnt_at,
            unit=told.unit,
            case=told.case,
            about=policy.policy,
            title=policy.title,
        )
        self.open_once(session, programme, programme.obligations.policies, owed, traceparent)

    def _applies(self, session: Session, policy: LibraryPolicy, programme: Policy, at: datetime, day: date) -> datetime:
        """From when on one can apply for a policy; a first day further off than the horizon is none."""
        first = policy.valid_from
        if first is None or not day < first <= day + HORIZON:
            return at
        return self.view(session, programme).counting.end(first - timedelta(days=1))


_STEPS: dict[str, Callable[[Duties, Session, Watch, Fact, Policy, str | None], None]] = {
    "accepted": Duties._accepted,
    "result": Duties._result,
    "returned": Duties._moved_on,
    "transferred": Duties._moved_on,
    "reopening": Duties._moved_on,
    "merged": Duties._gone,
    "unmerged": Duties._back,
    "withdrawn": Duties._gone,
    "closed_out": Duties._closed,
}


def _moments(
    view: View, rule: OnceRule | None, start: datetime, due_at: datetime | None, broken_at: datetime | None
) -> Moments:
    """When what is owed once is due, by the rule unless `due_at` is given; a reminder lies between start and due."""
    if due_at is None:
        assert rule is not None
        due_at = view.counting.due(start, rule.within).at
    return Moments(due_at, view.remind_at(due_at, None if rule is None else rule.remind, start), broken_at)


def _rules(policy: Policy) -> dict[str, OnceRule]:
    """The rules of what is owed once and counted from its opening."""
    held = policy.obligations
    found = {
        SUGGESTION: held.suggestions,
        HELP: held.policies,
        LETTER_REPLY: None if held.cards is None else held.cards.reply,
        PLEDGE: None if held.pledges is None else OnceRule(held.pledges.broken_after, held.pledges.remind),
    }
    return {name: rule for name, rule in found.items() if rule is not None}


def _concerns(rule: DutyRule, subject: Subject) -> bool:
    return (rule.role is None or rule.role in subject.roles) and rule.tier in (None, subject.tier)


def _case_deed(deed: Deed, watch: Watch, unit: str | None) -> DeedRow:
    return DeedRow(
        programme=watch.programme,
        agency=watch.agency,
        deed=deed,
        unit=unit or watch.lead(),
        enterprise=watch.enterprise,
        case=watch.case,
    )
