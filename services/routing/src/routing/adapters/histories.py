"""The past of cases as a backtest reads it: out of the log, up to a number, so that it reads the same for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, tuple_

from eventkit.postgres import stored
from eventkit.session import Aggregate, Session
from routing.adapters.tables import cases, connection_of
from routing.application.ports import Between, Page
from routing.domain.case import Case
from routing.domain.course import Recorded
from routing.domain.programme import Programme

_HEAD = text("SELECT log_seq FROM relay_state")
_READ = text(
    "SELECT e.stream, e.version, e.event_id, e.type, e.key, e.occurred_at, e.recorded_at, e.traceparent, e.data"
    " FROM events e JOIN log l USING (position) WHERE e.stream = ANY(:streams) AND l.log_seq <= :as_of"
    " ORDER BY e.stream, e.version"
)


class CaseHistories:
    """Implements `application.ports.Histories`."""

    def __init__(self, aggregate: Aggregate[Case]) -> None:
        self._aggregate = aggregate

    def head(self, session: Session) -> int:
        """See the port."""
        head: int = connection_of(session.tx).execute(_HEAD).scalar_one()
        return head

    def page(
        self, session: Session, programme: Programme, between: Between, after: tuple[datetime, UUID] | None, limit: int
    ) -> Page:
        """See the port; one row more than wanted tells whether more follow."""
        since, until = between
        key = (cases.c.opened_at, cases.c.case_id)
        query = select(cases.c.case_id, cases.c.enterprise, cases.c.opened_at).where(
            cases.c.programme == programme.id, cases.c.agency == programme.agency
        )
        if since is not None:
            query = query.where(cases.c.opened_at >= since)
        if until is not None:
            query = query.where(cases.c.opened_at < until)
        if after is not None:
            query = query.where(tuple_(*key) > tuple_(*after))
        rows = connection_of(session.tx).execute(query.order_by(*key).limit(limit + 1)).all()
        return Page([(row.case_id, row.enterprise, row.opened_at) for row in rows[:limit]], len(rows) > limit)

    def read(self, session: Session, cases: Collection[str], as_of: int) -> Mapping[str, Sequence[Recorded]]:
        """See the port."""
        streams = {self._aggregate.stream(case): case for case in cases}
        found: defaultdict[str, list[Recorded]] = defaultdict(list)
        for row in connection_of(session.tx).execute(_READ, {"streams": list(streams), "as_of": as_of}):
            event = self._aggregate.codec.decode(stored(row, "/bugle/routing"))
            found[streams[row.stream]].append(Recorded(str(row.event_id), event))
        return found
