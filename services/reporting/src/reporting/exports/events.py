"""The events of a programme's issues as files, or those of one issue."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.exports.listing import Chunks, Listing, fixed, streamed
from reporting.projections.case_event import short_type
from reporting.queries.issues import as_dict
from reporting.read_model.tables import ledger, timeline
from reporting.web.opening import View

ISSUE = "issue"
"""The parameter that names one."""


def issue_of(view: View) -> str | None:
    """The issue that the address names; Faulty for what is no id."""
    given = view.request.query_params.get(ISSUE)
    try:
        return None if given is None else str(UUID(given))
    except ValueError:
        problem = Text("{value!r} is no {name}", value=given, name=ISSUE)
        raise Faulty([FieldProblem(ISSUE, problem, Text("write the id of an issue"))]) from None


def _events(view: View) -> Chunks:
    of, before, issue = timeline.c, view.asked.moment.before, issue_of(view)
    wanted = select(timeline).join_from(timeline, ledger, ledger.c.case_id == of.case_id)
    wanted = wanted.where(ledger.c.programme == view.of.id, view.asked.scope.cases(ledger))
    if issue is not None:
        wanted = wanted.where(of.case_id == issue)
    if before is not None:
        wanted = wanted.where(of.occurred_at < before)
    for chunk in streamed(
        view.connection, wanted, (of.occurred_at, of.case_id, of.sequenced_at, of.service, of.version)
    ):
        told = view.titles([row.case_id for row in chunk])
        yield [
            as_dict(row) | {"title": told[row.case_id], "event": short_type(row.type), "log": row.service}
            for row in chunk
        ]


EVENTS = Listing(
    fixed("event_id", "case_id", "title", "event", "occurred_at", "sequenced_at", "log", "log_seq"),
    _events,
    parameters=(ISSUE,),
)
