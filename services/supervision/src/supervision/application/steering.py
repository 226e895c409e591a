"""The commands beside a case's course: pledges, dispatch, supervision letters, accountability, reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from eventkit.caller import Caller
from eventkit.codec import DomainEvent
from eventkit.commands import Command, Done
from eventkit.ids import uid
from eventkit.session import Aggregate, Session
from supervision.application.access import WHOLE_AGENCY, seen
from supervision.application.acting import act_of
from supervision.application.context import Context
from supervision.application.duties import DISPATCH_ITEM, LETTER_REPLY, PLEDGE, Duties, Owed
from supervision.application.evidence import Evidence, Named
from supervision.application.ports import DeedRow
from supervision.domain import decisions, duty, errors, steering
from supervision.domain.commands import Act
from supervision.domain.duty import SCHEDULED, UNSCHEDULED, Deed
from supervision.domain.naming import natural_id
from supervision.domain.obligations import REPORT, OnceRule
from supervision.domain.periods import ONCE, named
from supervision.domain.policy import Policy
from supervision.domain.steering import duty_of
from supervision.domain.text import Text
from supervision.domain.times import require_near

Wanted = tuple[Aggregate[Any], str]

STAFF = frozenset({"office", "frontend"})


class Steering:
    """The handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._streams = context.streams
        self._evidence = Evidence(context.duties)

    @property
    def _duties(self) -> Duties:
        return self._context.duties

    # --- which streams

    def pledge_streams(self, command: Command) -> Iterable[Wanted]:
        """The pledge's duty."""
        return [(self._streams.duty, command.data.get("pledge") or str(_new(command, PLEDGE)))]

    def dispatch_streams(self, command: Command) -> Iterable[Wanted]:
        """The dispatch."""
        return [(self._streams.dispatch, command.data.get("dispatch") or str(_new(command, "dispatch")))]

    def letter_streams(self, command: Command) -> Iterable[Wanted]:
        """The letter."""
        return [(self._streams.letter, command.data.get("letter") or str(_new(command, "letter")))]

    def record_streams(self, command: Command) -> Iterable[Wanted]:
        """The record."""
        return [(self._streams.record, str(_new(command, "accountability")))]

    def report_streams(self, command: Command) -> Iterable[Wanted]:
        """The report of the period."""
        data = command.data
        id = steering.publication_id(data["programme"], data["report"], data["period"])
        return [(self._streams.publication, str(id))]

    # --- pledges

    def make_pledge(self, session: Session, command: Command) -> Done:
        """Raises UnknownProgramme, NotInProgramme, UnknownPerson, UnknownEnterprise, TooFarAhead, DueInThePast and what
        `times.act` raises.
        """
        data, policy = command.data, self._policy(session, command)
        rule = policy.obligations.pledges
        if rule is None:
            raise errors.NotInProgramme.of("pledges")
        person = self._person(session, policy, data["person"])
        self._enterprise(session, policy, data.get("enterprise"))
        act, counting = act_of(command, policy), self._duties.view(session, policy).counting
        due_at = self._due(session, policy, data["due_on"], act)
        id = _new(command, PLEDGE)
        owed = Owed(
            id=id,
            rule=PLEDGE,
            subject_kind="person",
            subject=data["person"],
            start=act.at,
            learnt_at=act.learnt_at,
            due_at=due_at,
            broken_at=counting.later(due_at, rule.broken_after).at,
            unit=person,
            person=data["person"],
            enterprise=data.get("enterprise"),
            title=data["text"],
            by=act.by,
        )
        self._duties.open_once(session, policy, OnceRule(rule.broken_after, rule.remind), owed, command.traceparent)
        return self._done(session, id)

    def keep_pledge(self, session: Session, command: Command) -> Done:
        """Raises UnknownDuty and what `_fulfil` raises."""
        found = self._seen_duty(session, command, UUID(command.data["pledge"]))
        if found.rule != PLEDGE:
            raise errors.UnknownDuty(field="pledge")
        return self._fulfil(session, command, found)

    # --- dispatch

    def hold_dispatch(self, session: Session, command: Command) -> Done:
        """Raises UnknownProgramme, NotInProgramme, UnknownUnit, UnknownCase, TooFarAhead, DueInThePast, BackInTime and
        what `times.act` raises.
        """
        data, policy = command.data, self._policy(session, command)
        if not policy.obligations.dispatch:
            raise errors.NotInProgramme.of("dispatch")
        act, id = act_of(command, policy), _new(command, "dispatch")
        items: list[steering.DispatchItem] = []
        due: list[datetime] = []
        units = self._units(session, policy)
        for place, told in enumerate(data["items"]):
            _require_unit(units, told["unit"], f"items/{place}/unit")
            self._case(session, command, policy, told.get("case"), f"items/{place}/case", act)
            due.append(self._due(session, policy, told["due_on"], act, f"items/{place}/due_on"))
            item, day = place + 1, date.fromisoformat(told["due_on"])
            owed = duty_of(DISPATCH_ITEM, id, item)
            items.append(steering.DispatchItem(item, told.get("case"), told["unit"], told["task"], day, owed))
        held = steering.DispatchHeld(
            dispatch=id,
            programme=policy.programme,
            programme_version=policy.version,
            agency=policy.agency,
            scheduled=data["scheduled"],
            title=data["title"],
            minutes=data["minutes"],
            items=tuple(items),
            by=act.by,
            backdating_reason=act.backdating_reason,
            learnt_at=act.learnt_at,
            at=act.at,
        )
        event = natural_id(id, "dispatch_held")
        self._record(session, command, self._streams.dispatch, id, [held], [event])
        for one, due_at in zip(items, due, strict=True):
            owed_item = Owed(
                id=one.duty,
                rule=DISPATCH_ITEM,
                subject_kind="unit",
                subject=one.unit,
                start=act.at,
                learnt_at=act.learnt_at,
                due_at=due_at,
                unit=one.unit,
                case=one.case,
                about=str(id),
                title=one.task,
                by=act.by,
            )
            self._duties.open_once(session, policy, None, owed_item, command.traceparent)
        deed = Deed(event, "dispatch", act.at, act.learnt_at, mode=SCHEDULED if held.scheduled else UNSCHEDULED)
        self._duties.count(session, DeedRow(policy.programme, policy.agency, deed))
        return Done({"id": str(id), "duties": [str(one.duty) for one in items]}, location="/v1/dispatches")

    def finish_dispatch_item(self, session: Session, command: Command) -> Done:
        """Raises UnknownItem and what `_fulfil` raises."""
        id = duty_of(DISPATCH_ITEM, UUID(command.data["dispatch"]), command.data["item"])
        try:
            found = self._seen_duty(session, command, id)
        except errors.UnknownDuty:
            raise errors.UnknownItem from None
        return self._fulfil(session, command, found)

    # --- supervision letters

    def issue_letter(self, session: Session, command: Command) -> Done:
        """Raises UnknownProgramme, NotInProgramme, UnknownUnit, UnknownCase, BackInTime and what `times.act` raises."""
        data, policy = command.data, self._policy(session, command)
        rule = policy.obligations.cards
        if rule is None:
            raise errors.NotInProgramme.of("cards")
        _require_unit(self._units(session, policy), data["unit"], "unit")
        act, id = act_of(command, policy), _new(command, "letter")
        self._case(session, command, policy, data.get("case"), "case", act)
        issued = steering.SupervisionLetterIssued(
            letter=id,
            programme=policy.programme,
            programme_version=policy.version,
            agency=policy.agency,
            unit=data["unit"],
            ground="order",
            cards=(),
            case=data.get("case"),
            text=data["text"],
            reply_due_at=self._duties.view(session, policy).counting.due(act.at, rule.reply.within).at,
            by=act.by,
            backdating_reason=act.backdating_reason,
            learnt_at=act.learnt_at,
            at=act.at,
        )
        self._record(session, command, self._streams.letter, id, [issued], [natural_id(id, "issued", act.at)])
        open_reply(self._duties, session, policy, issued, command.traceparent)
        return Done({"id": str(id), "reply_due_at": issued.reply_due_at}, location=f"/v1/letters/{id}")

    def answer_letter(self, session: Session, command: Command) -> Done:
        """Raises UnknownLetter and what `times.act` and `steering.answer` raise."""
        id, caller = UUID(command.data["letter"]), command.caller
        letter = session.get(self._streams.letter, str(id))
        issued = letter.issued
        if issued is None or not _sees(caller, issued.agency, issued.unit):
            raise errors.UnknownLetter
        policy = self._duties.policy(session, issued.programme, issued.programme_version)
        act = act_of(command, policy)
        answered = steering.answer(letter, command.data["reply"], act)
        event = natural_id(id, "answered", act.at)
        self._record(session, command, self._streams.letter, id, answered, [event])
        reply = reply_of(self._duties, session, issued)
        self._duties.fulfil(session, reply, act.at, act.learnt_at, [event], by=act.by, traceparent=command.traceparent)
        return Done({"id": str(id)}, location=f"/v1/letters/{id}")

    # --- accountability

    def hold_accountable(self, session: Session, command: Command) -> Done:
        """Raises UnknownProgramme, UnknownGround, UnknownMeasure, NobodyAccountable, UnknownUnit, UnknownPerson,
        UnknownCase, UnknownEvidence, BackInTime and what `times.act` raises.
        """
        data, policy = command.data, self._policy(session, command)
        measures = policy.obligations.measures.get(data["ground"])
        if measures is None:
            known = list(policy.obligations.measures)
            none = Text("The programme knows: none.")
            raise errors.UnknownGround(mend=Text("The programme knows: {known}.", known=known) if known else none)
        if data["measure"] not in measures:
            raise errors.UnknownMeasure(mend=Text("Use one of: {measures}.", measures=sorted(measures)))
        unit, person = data.get("unit"), data.get("person")
        if unit is None and person is None:
            raise errors.NobodyAccountable
        if unit is not None:
            _require_unit(self._units(session, policy), unit, "unit")
        if person is not None:
            self._person(session, policy, person)
        case, evidence = data.get("case"), tuple(UUID(id) for id in data["evidence"])
        act, id = act_of(command, policy), _new(command, "accountability")
        self._case(session, command, policy, case, "case", act)
        self._evidence.require(session, policy, Named(case, unit, person), evidence)
        made = steering.AccountabilityRecorded(
            record=id,
            programme=policy.programme,
            programme_version=policy.version,
            agency=policy.agency,
            ground=data["ground"],
            measure=data["measure"],
            unit=unit,
            person=person,
            case=case,
            evidence=evidence,
            note=data.get("note"),
            by=act.by,
            backdating_reason=act.backdating_reason,
            at=act.at,
        )
        event = natural_id(id, "accountability_recorded")
        self._record(session, command, self._streams.record, id, [made], [event])
        return Done({"id": str(id)}, location="/v1/accountability")

    # --- reports

    def publish_report(self, session: Session, command: Command) -> Done:
        """Once for a period. Raises UnknownProgramme, UnknownReport, BadPeriod, PeriodNotOver; and of `times.act`."""
        data, policy = command.data, self._policy(session, command)
        rule = policy.obligations.duties.get(REPORT + data["report"])
        if rule is None:
            raise errors.UnknownReport(mend=Text("See `reports` in the programme document."))
        period = named(data["period"], rule.every)
        act = act_of(command, policy)
        if act.at < self._duties.view(session, policy).counting.end(period.last):
            raise errors.PeriodNotOver
        id = steering.publication_id(policy.programme, data["report"], period.name)
        if session.get(self._streams.publication, str(id)).paper is None:
            about = (policy.programme, policy.version, policy.agency, data["report"], period.name)
            published = steering.ReportPublished(id, *about, act.by, act.backdating_reason, act.at)
            event = natural_id(id, "report_published")
            self._record(session, command, self._streams.publication, id, [published], [event])
            deed = Deed(event, "report", act.at, act.learnt_at, kind=data["report"], period=period.name)
            self._duties.count(session, DeedRow(policy.programme, policy.agency, deed))
        return Done({"id": str(id), "period": period.name}, location="/v1/reports")

    # --- what they share

    def _policy(self, session: Session, command: Command) -> Policy:
        found = self._duties.reads(session.tx).newest(command.data["programme"])
        if found is None or not command.caller.acts_for(found[0].agency):
            raise errors.UnknownProgramme
        return found[0]

    def _units(self, session: Session, policy: Policy) -> frozenset[str]:
        return frozenset(unit.id for unit in self._duties.register(session.tx).units(policy.agency))

    def _person(self, session: Session, policy: Policy, person: str) -> str | None:
        known = {one.id: one for one in self._duties.register(session.tx).people(policy.agency)}
        if person not in known:
            raise errors.UnknownPerson(Text("The directory has no person {person}.", person=person), field="person")
        return known[person].unit

    def _enterprise(self, session: Session, policy: Policy, enterprise: str | None) -> None:
        if enterprise is not None and self._duties.register(session.tx).enterprise_of(enterprise) != policy.agency:
            raise errors.UnknownEnterprise

    def _case(self, session: Session, command: Command, policy: Policy, case: str | None, where: str, act: Act) -> None:
        if case is None:
            return
        try:
            watch = seen(session.get(self._streams.watch, case), command.caller)
        except errors.UnknownCase:
            raise errors.UnknownCase(field=where) from None
        if watch.programme != policy.programme:
            raise errors.UnknownCase(Text("The case is another programme's."), field=where)
        decisions.require_reported(watch, act)

    def _due(self, session: Session, policy: Policy, day: str, act: Act, where: str = "due_on") -> datetime:
        require_near(date.fromisoformat(day), act, where)
        due_at = self._duties.view(session, policy).counting.end(date.fromisoformat(day))
        if due_at <= act.at:
            raise errors.DueInThePast(field=where)
        return due_at

    def _record(
        self,
        session: Session,
        command: Command,
        aggregate: Aggregate[Any],
        id: UUID,
        events: Sequence[DomainEvent],
        ids: Sequence[UUID],
    ) -> None:
        key = str(id)
        session.record(aggregate, key, events, key=key, cause=id, ids=ids, traceparent=command.traceparent)

    def _seen_duty(self, session: Session, command: Command, id: UUID) -> duty.DutyOpened:
        opened = session.get(self._streams.duty, str(id)).opened
        if opened is None or not _sees(command.caller, opened.agency, opened.unit):
            raise errors.UnknownDuty
        return opened

    def _fulfil(self, session: Session, command: Command, opened: duty.DutyOpened) -> Done:
        """Raises NoLongerOwed, AlreadyFulfilled, BackInTime and what `times.act` raises."""
        held = session.get(self._streams.duty, str(opened.duty))
        act = act_of(command, self._duties.policy(session, opened.programme, opened.programme_version))
        if held.ended is not None:
            raise errors.NoLongerOwed
        if held.outcome(ONCE).fulfilled_at is not None:
            raise errors.AlreadyFulfilled
        if act.at < opened.at:
            raise errors.BackInTime(Text("It is dated before it was owed."))
        self._duties.fulfil(session, opened.duty, act.at, act.learnt_at, [], by=act.by, traceparent=command.traceparent)
        return self._done(session, opened.duty)

    def _done(self, session: Session, id: UUID) -> Done:
        held = session.get(self._streams.duty, str(id))
        version = session.version(self._streams.duty, str(id))
        assert held.opened is not None
        body = {"id": str(id), "status": duty.status(held, ONCE), "due_at": held.opened.due_at}
        return Done(body, version, location=f"/v1/duties/{id}")


def reply_of(duties: Duties, session: Session, issued: steering.SupervisionLetterIssued) -> UUID:
    """The duty to reply to a letter: one that has ended was that of a letter withdrawn before it was issued again."""
    return duties.standing(session, "duty", LETTER_REPLY, issued.letter, issued.at)


def open_reply(
    duties: Duties,
    session: Session,
    policy: Policy,
    issued: steering.SupervisionLetterIssued,
    traceparent: str | None = None,
) -> None:
    """A letter is owed a reply."""
    rule = policy.obligations.cards
    assert rule is not None
    owed = Owed(
        id=reply_of(duties, session, issued),
        rule=LETTER_REPLY,
        subject_kind="unit",
        subject=issued.unit,
        start=issued.at,
        learnt_at=issued.learnt_at,
        due_at=issued.reply_due_at,
        unit=issued.unit,
        case=issued.case,
        about=str(issued.letter),
        by=issued.by,
    )
    duties.open_once(session, policy, rule.reply, owed, traceparent)


def _require_unit(known: frozenset[str], unit: str, where: str) -> None:
    if unit not in known:
        raise errors.UnknownUnit(Text("The directory has no unit {unit}.", unit=unit), field=where)


def _new(command: Command, kind: str) -> UUID:
    return uid(command.id, kind)


def _sees(caller: Caller, agency: str, unit: str | None) -> bool:
    whole = not caller.roles.isdisjoint(WHOLE_AGENCY | STAFF)
    return caller.acts_for(agency) and (whole or (unit is not None and caller.department == unit))
