"""What every handler does around its decision: find the policy and the calendar, record, keep the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from eventkit.errors import NotYet
from eventkit.session import Session
from eventkit.store import Transaction
from supervision.application.duties import Duties
from supervision.application.ports import Reads, Registers, Streams, WatchRow
from supervision.application.reference import Reference
from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.events import PolicyAdopted, WatchEvent
from supervision.domain.naming import event_ids, natural_id
from supervision.domain.parts import ended_with_parts, part_told
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
        policy = self._by_day(session, before)
        calendar = self.calendar(session, policy)
        renewed = recompute(before, policy, calendar)
        self.record(session, case, renewed, traceparent)
        decided = decision(self.watch(session, case), policy, calendar)
        self.record(session, case, decided, traceparent)
        after = self.watch(session, case)
        self.duties.follow(session, before, after, policy, traceparent)
        if after.parent is not None and after.end != before.end:
            self.tell_parent(session, case, after.parent, traceparent)
        if before.over and not after.over:
            self.end_with_parts(session, case, traceparent)  # its parts may have ended while it was merged
        return len(renewed) + len(decided)

    def _by_day(self, session: Session, watch: Watch) -> Policy:
        """The watch's policy, along with those that its clocks began under or that were in force when they were due."""
        versions = {version for c in watch.clocks for version in (watch.version_for(c), c.policy_version)}
        versions.discard(watch.programme_version)
        earlier = {version: self.policy(session, watch.programme, version) for version in versions}
        policy = self.policy(session, watch.programme, watch.programme_version)
        return replace(policy, earlier=earlier) if earlier else policy

    def adopt_newest(self, session: Session, case: str) -> int:
        """Bring an open watch under the newest version of its programme, if that one wants it; how many events."""
        watch = self.watch(session, case)
        newest = self.reads(session.tx).newest(watch.programme)
        if newest is None or not _to_adopt(watch, newest[0]):
            return 0
        policy, learnt_at = newest
        adopted = PolicyAdopted(case, policy.version, learnt_at, learnt_at)
        cause = Cause("policy", learnt_at, learnt_at, "policy_adopted")
        renewed = renew(apply(watch, adopted), policy, self.calendar(session, policy), cause)
        self.record(session, case, [adopted, *renewed])
        return 1 + len(renewed)

    def tell_parent(self, session: Session, part: str, parent: str, traceparent: str | None) -> None:
        """Tell a case that a part has come to its end or is open again; it ends with the last one."""
        held, whole = session.get(self.streams.watch, part), session.get(self.streams.watch, parent)
        self.record(session, parent, part_told(parent, whole, part, held), traceparent)
        self.end_with_parts(session, parent, traceparent)

    def end_with_parts(self, session: Session, case: str, traceparent: str | None = None) -> None:
        """Close a case out with its parts; if it is a part itself, its own case is told."""
        watch = session.get(self.streams.watch, case)
        if not watch.opened or not watch.parts:
            return
        session.preload((self.streams.watch, part) for part in sorted(watch.parts))
        parts = [session.get(self.streams.watch, part) for part in sorted(watch.parts)]
        policy = self.policy(session, watch.programme, watch.programme_version)
        ended = ended_with_parts(watch, parts, policy, self.calendar(session, policy))
        if ended:
            self.record(session, case, ended, traceparent)
            self.duties.follow(session, watch, session.get(self.streams.watch, case), policy, traceparent)
            self.keep(session, [case])
            if watch.parent is not None:
                self.tell_parent(session, case, watch.parent, traceparent)

    def record(self, session: Session, case: str, events: Sequence[WatchEvent], traceparent: str | None = None) -> None:
        """Take events into the watch under their natural ids."""
        session.record(
            self.streams.watch,
            case,
            events,
            key=case,
            cause=natural_id(case),
            ids=event_ids(session.get(self.streams.watch, case), events),
            traceparent=traceparent,
        )

    def keep(self, session: Session, cases: Iterable[str]) -> None:
        """Bring the tables up to the watches of these cases, in one statement."""
        watches = [session.get(self.streams.watch, case) for case in sorted(set(cases))]
        reads = self.reads(session.tx)
        newest = {programme: reads.newest(programme) for programme in {w.programme for w in watches if w.opened}}
        reads.keep([self._row(session, watch, newest[watch.programme]) for watch in watches if watch.opened])

    def _row(self, session: Session, watch: Watch, newest: tuple[Policy, datetime] | None) -> WatchRow:
        policy = self.policy(session, watch.programme, watch.programme_version)
        moments = [watch.ripe_at(policy)]
        if newest is not None and _to_adopt(watch, newest[0]):
            moments.append(newest[1])  # it was woken for that, and must not fall asleep again before
        running = [clock for clock in watch.clocks if clock.runs]
        return WatchRow(
            case=watch.case,
            programme=watch.programme,
            agency=watch.agency,
            enterprise=watch.enterprise,
            lead=watch.lead(),
            units=sorted(watch.concerned()),
            closed=watch.closed,
            ripe_at=min((moment for moment in moments if moment is not None), default=None),
            calendar=policy.calendar if any(clock.movable for clock in watch.clocks) else None,
            provisional=any(clock.provisional for clock in running),
        )


def _to_adopt(watch: Watch, newest: Policy) -> bool:
    """Whether an open watch is to go by the newest version of its programme and does not yet."""
    return not watch.over and newest.version > watch.programme_version and newest.adopted_by_open
