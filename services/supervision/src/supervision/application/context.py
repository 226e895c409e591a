"""What every handler does around its decision: find the policy and the calendar, record, keep the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from eventkit.errors import NotYet
from eventkit.session import Session
from eventkit.store import Transaction
from supervision.application.duties import Duties
from supervision.application.ports import Reads, Registers, Streams, WatchRow
from supervision.application.reference import Reference
from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.decisions import all_parts_ended
from supervision.domain.events import PartClosed, PolicyAdopted, WatchEvent
from supervision.domain.naming import event_id, natural_id
from supervision.domain.policy import Policy
from supervision.domain.publication import recompute
from supervision.domain.renewal import Cause, renew
from supervision.domain.watch import Watch, apply

Decision = Callable[[Watch, Policy, Calendar], Sequence[WatchEvent]]

CONSUMER = "supervision"


def watch_token(case: str) -> str:
    """What an event waits for until its case is watched."""
    return f"watch:{case}"


class Context(Reference):
    """Bound to the streams and the tables; `duties` follows what is owed because of a case."""

    def __init__(self, streams: Streams, reads: Reads, register: Registers) -> None:
        super().__init__(streams, reads)
        self.duties = Duties(streams, reads, register)

    def calendar_at(self, tx: Transaction, calendar: str | None, version: int | None) -> Calendar:
        """The calendar as it was at a version; one in which every day counts for None."""
        if calendar is None:
            return Calendar(EVERY_DAY)
        aggregate = self.streams.calendar
        stream = aggregate.stream(calendar)
        held = Calendar(calendar)
        for event in tx.load([stream]).get(stream, ()):
            told = aggregate.apply(held, aggregate.codec.decode(event))
            held = told if told.version <= (version or 0) else held
        return held

    def watch(self, session: Session, case: str) -> Watch:
        """Raises NotYet when the issue has not arrived."""
        watch = session.get(self.streams.watch, case)
        if not watch.opened:
            raise NotYet(watch_token(case))
        return watch

    def decide(self, session: Session, case: str, decision: Decision, *, traceparent: str | None = None) -> int:
        """Decide on a watch by the newest calendar and record it; how many events that were."""
        before = self.watch(session, case)
        policy = self.policy(session, before.programme, before.programme_version)
        calendar = self.calendar(session, policy)
        renewed = recompute(before, policy, calendar)
        self.record(session, case, renewed, traceparent)
        decided = decision(self.watch(session, case), policy, calendar)
        self.record(session, case, decided, traceparent)
        after = self.watch(session, case)
        self.duties.follow(session, before, after, policy, traceparent)
        if after.parent is not None and after.over and not before.over:
            self.tell_parent(session, case, after.parent, traceparent)
        return len(renewed) + len(decided)

    def adopt_newest(self, session: Session, case: str) -> int:
        """Bring an open watch under the newest version of its programme, if that one wants it; how many events."""
        watch = self.watch(session, case)
        newest = self.reads(session.tx).newest(watch.programme)
        if newest is None or watch.over:
            return 0
        policy, learnt_at = newest
        if policy.version <= watch.programme_version or not policy.adopted_by_open:
            return 0
        adopted = PolicyAdopted(case, policy.version, learnt_at, learnt_at)
        cause = Cause("policy", learnt_at, learnt_at, "policy_adopted")
        renewed = renew(apply(watch, adopted), policy, self.calendar(session, policy), cause)
        self.record(session, case, [adopted, *renewed])
        return 1 + len(renewed)

    def tell_parent(self, session: Session, part: str, parent: str, traceparent: str | None) -> None:
        """Count a part that has come to its end; its case ends with the last one."""
        ended = session.get(self.streams.watch, part)
        last = next((fact for fact in reversed(ended.facts) if fact.ends is not None), None)
        watch = session.get(self.streams.watch, parent)
        if last is None or not ended.over or part in watch.closed_parts:
            return
        self.record(session, parent, [PartClosed(parent, part, last.learnt_at, last.at)], traceparent)
        self.end_with_parts(session, parent, last.at, last.learnt_at)

    def end_with_parts(self, session: Session, case: str, at: datetime, learnt_at: datetime) -> None:
        """Close a case out whose parts have all come to their end."""
        watch = session.get(self.streams.watch, case)
        if watch.opened:
            policy = self.policy(session, watch.programme, watch.programme_version)
            self.record(session, case, all_parts_ended(watch, at, learnt_at, policy, self.calendar(session, policy)))
            self.duties.follow(session, watch, session.get(self.streams.watch, case), policy)
            self.keep(session, [case])

    def record(self, session: Session, case: str, events: Sequence[WatchEvent], traceparent: str | None = None) -> None:
        """Take events into the watch under their natural ids."""
        session.record(
            self.streams.watch,
            case,
            events,
            key=case,
            cause=natural_id(case),
            ids=[event_id(event) for event in events],
            traceparent=traceparent,
        )

    def keep(self, session: Session, cases: Iterable[str]) -> None:
        """Bring the tables up to the watches of these cases, in one statement."""
        watches = (session.get(self.streams.watch, case) for case in sorted(set(cases)))
        self.reads(session.tx).keep([self._row(session, watch) for watch in watches if watch.opened])

    def _row(self, session: Session, watch: Watch) -> WatchRow:
        policy = self.policy(session, watch.programme, watch.programme_version)
        running = [clock for clock in watch.clocks if clock.runs]
        return WatchRow(
            case=watch.case,
            programme=watch.programme,
            agency=watch.agency,
            enterprise=watch.enterprise,
            lead=watch.lead(),
            units=sorted(watch.concerned()),
            closed=watch.closed,
            ripe_at=watch.ripe_at(policy),
            calendar=policy.calendar if any(clock.calendar is not None for clock in running) else None,
            provisional=any(clock.provisional for clock in running),
        )
