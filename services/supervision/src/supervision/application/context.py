"""What every handler does around its decision: find the policy and the calendar, record, keep the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from eventkit.errors import NotYet
from eventkit.session import Session
from supervision.application.ports import Reads, Streams, WatchRow
from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.events import WatchEvent
from supervision.domain.naming import event_id, natural_id
from supervision.domain.policy import Policy
from supervision.domain.publication import recompute
from supervision.domain.watch import Watch

Decision = Callable[[Watch, Policy, Calendar], Sequence[WatchEvent]]

CONSUMER = "supervision"


def watch_token(case: str) -> str:
    """What an event waits for until its case is watched."""
    return f"watch:{case}"


def programme_token(programme: str, version: int) -> str:
    """What an event waits for until a programme version is known."""
    return f"programme:{programme}:{version}"


class Context:
    """Bound to the streams and the tables."""

    def __init__(self, streams: Streams, reads: Reads) -> None:
        self.streams = streams
        self.reads = reads

    def policy(self, session: Session, programme: str, version: int) -> Policy:
        """Raises NotYet when the programme version has not arrived."""
        policy = self.reads(session.tx).policy(programme, version)
        if policy is None:
            raise NotYet(programme_token(programme, version))
        return policy

    def calendar(self, session: Session, policy: Policy) -> Calendar:
        """The calendar as published so far; while it is not, one in which every year is unknown."""
        if policy.calendar == EVERY_DAY:
            return Calendar(EVERY_DAY)
        published = session.get(self.streams.calendar, policy.calendar)
        return published if published.version else Calendar(policy.calendar)

    def watch(self, session: Session, case: str) -> Watch:
        """Raises NotYet when the issue has not arrived."""
        watch = session.get(self.streams.watch, case)
        if not watch.opened:
            raise NotYet(watch_token(case))
        return watch

    def decide(self, session: Session, case: str, decision: Decision, *, traceparent: str | None = None) -> int:
        """Decide on a watch by the newest calendar and record it; how many events that were."""
        watch = self.watch(session, case)
        policy = self.policy(session, watch.programme, watch.programme_version)
        calendar = self.calendar(session, policy)
        renewed = recompute(watch, policy, calendar)
        self.record(session, case, renewed, traceparent)
        decided = decision(self.watch(session, case), policy, calendar)
        self.record(session, case, decided, traceparent)
        return len(renewed) + len(decided)

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
        provisional = any(clock.provisional and clock.runs for clock in watch.clocks)
        return WatchRow(
            case=watch.case,
            programme=watch.programme,
            agency=watch.agency,
            enterprise=watch.enterprise,
            lead=watch.lead(),
            closed=watch.closed,
            ripe_at=watch.ripe_at(policy),
            provisional=policy.calendar if provisional else None,
        )
