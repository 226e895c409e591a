"""Which cases climbed to a leader in a month: no more of them than their ids, for they may be very many."""

from __future__ import annotations

from collections import Counter
from typing import Final

from sqlalchemy import CTE, Connection, Select, any_, cast, exists, func, not_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from reporting.queries.fired import About, fired, types_of
from reporting.queries.moments import Moment
from reporting.queries.past import RESCINDED, ledger_at
from reporting.queries.periods import Period
from reporting.queries.scope import Scope
from reporting.read_model.tables import timeline

CLIMBS: Final = ("case_escalated", "case_raised")
_BESIDE: Final = ("duty_missed", "duty_card_issued")
_BEFORE: Final = ("deadline_missed", "card_issued", *CLIMBS)
SUPERVISED: Final = (*_BEFORE, *_BESIDE)
"""Events for which a case stands in the supervision list."""


def climbing(
    connection: Connection, scope: Scope, programme: str, month: Period, moment: Moment, synthetic: str | None
) -> list[str]:
    """Cases that climbed in the month, in the order of its supervision list: those of the most events first.

    `synthetic`: "true" or "false"; None: both.
    """
    held = month.until(moment.before)
    counts = Counter({row.case_id: row.events for row in connection.execute(_by_case(held))})
    for one in fired(connection, scope, programme, _BESIDE, held.begin, held.end, About(recorded=True)):
        if one.case_id in counts:
            counts[one.case_id] += 1
    of = ledger_at(moment)
    among = of.c.case_id == any_(cast(list(counts), ARRAY(UUID(as_uuid=False))))
    wanted = select(of.c.case_id).where(among, of.c.programme == programme, scope.cases(of))
    if synthetic is not None:
        wanted = wanted.where(of.c.synthetic.is_(synthetic == "true"))
    return sorted(connection.scalars(wanted), key=lambda case: (-counts[case], case))


def _by_case(held: Period) -> Select[tuple[str, int]]:
    """How many events stand of each case of which one climbed."""
    of, gone = timeline.c, _withdrawn(held)
    rows = select(of.case_id, func.count().label("events")).where(
        of.type.in_(types_of(_BEFORE)),
        of.occurred_at >= held.begin,
        of.occurred_at < held.end,
        not_(exists().where(gone.c.event_id == of.event_id)),
    )
    climbed = func.count().filter(of.type.in_(types_of(CLIMBS)))
    return rows.group_by(of.case_id).having(climbed > 0)


def _withdrawn(held: Period) -> CTE:
    """Events that were withdrawn: none bears a later moment than its withdrawal."""
    told = timeline.alias("told")
    one = func.jsonb_array_elements(told.c.data["withdrawn"]).table_valued("value", name="one")
    id = cast(one.c.value.op("->>")("event"), UUID(as_uuid=False)).label("event_id")
    rows = select(id).select_from(told.join(one, true()))
    return rows.where(told.c.type.in_(RESCINDED), told.c.occurred_at >= held.begin).cte("gone")
