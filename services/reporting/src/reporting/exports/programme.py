"""What a programme has: its own lists, teams, coverage, sessions and steps; and the programmes themselves, as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from eventkit.paging import Window
from reporting.exports.events import ISSUE, issue_of
from reporting.exports.issues import named as with_enterprises
from reporting.exports.listing import Chunks, Listing, fixed, paged, streamed
from reporting.queries import beside, lists
from reporting.queries.completeness import stepped
from reporting.queries.coverage import in_way, responsible, tiers
from reporting.queries.issues import as_dict
from reporting.queries.past import as_folded
from reporting.web.opening import View
from reporting.web.overview_pages import at_a_glance

LISTS = "lists."
"""Before the id of a list that the programme names."""


def programme_listing(id: str) -> Listing:
    """A list as the programme names it; UnknownList when it does not."""

    def columns(view: View) -> Sequence[str]:
        return lists.named(view.of.document, id).listing.columns

    return Listing(columns, lambda view: _listed(view, id), parameters=(ISSUE,) if id == "contributions" else ())


def _listed(view: View, id: str) -> Chunks:
    listing, issue = lists.named(view.of.document, id).listing, issue_of(view)
    if issue is not None:
        listing = lists.OF_ONE
    moment = view.asked.moment
    query = lists.list_query(listing, view.asked.scope, view.of.id, view.of.agency, moment, issue)
    for chunk in streamed(view.connection, *query):
        yield as_folded(view.connection, [as_dict(row) for row in chunk], moment)


def _coverage(view: View) -> Chunks:
    of, asked = view.of, view.asked
    held = responsible(asked.scope, of.id, of.agency, of.document, asked.moment)
    query = in_way(held, of.document, view.request.query_params.get("way"))
    for chunk in streamed(view.connection, query, (held.c.name, held.c.enterprise_id)):
        yield [as_dict(row) for row in chunk]


def _teams(view: View) -> Chunks:
    yield tiers(view.connection, view.of.id, view.asked.moment)


def _sessions(view: View) -> Chunks:
    of, asked = view.of, view.asked

    def read(window: Window) -> Sequence[Mapping[str, Any]]:
        rows, shown = beside.sessions(asked.connection, asked.scope, of.id, asked.moment.before, window)
        return [{**shown[row.stream], "called_at": row.occurred_at, "stream": row.stream} for row in rows]

    for found in paged(read, lambda row: (row["called_at"], row["stream"])):
        yield with_enterprises(view, ({**row, "session_state": row["state"]} for row in found))


def _completeness(view: View) -> Chunks:
    of, asked = view.of, view.asked

    def read(window: Window) -> Sequence[Mapping[str, Any]]:
        rows, shown = stepped(asked.connection, asked.scope, of.id, of.document, window, asked.moment)
        return [shown[row.case_id] for row in rows]

    yield from paged(read, lambda row: (UUID(row["case_id"]),))


def _programmes(view: View) -> Chunks:
    yield at_a_glance(view)


PROGRAMME: Mapping[str, Listing] = {
    "coverage": Listing(
        fixed("enterprise_id", "name", "tier", "industry", "township", "way", "registered_at", "synthetic"),
        _coverage,
        parameters=("way",),
    ),
    "teams": Listing(fixed("tier", "teams", "with_findings", "enterprises"), _teams),
    "sessions": Listing(
        fixed(
            *(
                "session",
                "called_at",
                "starts_at",
                "place",
                "enterprise",
                "units",
                "session_state",
                "present",
                "absent",
            ),
            *("held_at", "minutes", "reason"),
        ),
        _sessions,
    ),
    "completeness": Listing(fixed("case_id", "title", "lead", "has", "missing"), _completeness),
    "programmes": Listing(
        fixed("programme", "agency", "starts_on", "with_issues", "issues", "closed_out", "share_closed", "open"),
        _programmes,
        of_programme=False,
    ),
}
