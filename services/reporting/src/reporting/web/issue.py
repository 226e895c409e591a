"""An issue as a story: what happened, who did it and what they said, with its clocks and everything behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select

from eventkit.envelope import parse_instant
from eventkit.errors import Problem
from reporting.projections.case_event import short_type
from reporting.queries.issues import timeline_of
from reporting.queries.past import ledger_at
from reporting.read_model.tables import ledger
from reporting.web.issue_clocks import Clock, clocks_of
from reporting.web.opening import View

SILENT = frozenset(
    {
        "fact_learnt",
        "case_opened",
        "watch_opened",
        "case_concluded",
        "history_declared",
        "parent_learnt",
        "parts_learnt",
    }
)
"""What services tell each other: behind the story, not in it. The list of all events has them."""
ALARMS = frozenset({"deadline_missed", "card_issued", "case_escalated", "case_raised"})
QUIET = frozenset({"clock_started", "clock_stopped", "clock_cancelled", "clock_unobserved", "reminder_sent"})


class UnknownEvent(Problem):
    """The issue has no such event, or it had not occurred by then."""

    slug = "unknown-event"
    status = 404


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the story. `said`: field and value, as they are told; `withdrawn`: it counts no more."""

    id: str
    name: str
    at: datetime
    by: str | None
    tone: str
    said: Sequence[tuple[str, Any]]
    withdrawn: bool
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """All that the page shows."""

    issue: Mapping[str, Any]
    days: Sequence[tuple[date, Sequence[Entry]]]
    silent: int
    events: Sequence[Mapping[str, Any]]
    clocks: Sequence[Clock]
    related: Sequence[Mapping[str, Any]]


def story_of(view: View, case: str) -> Story:
    """The issue as of the view's moment; UnknownIssue when there is none for this caller."""
    told = timeline_of(view.connection, view.asked.scope, case, view.asked.moment)
    events: list[dict[str, Any]] = told["items"]
    gone = withdrawn(events)
    spoken = [event for event in events if short_type(event["type"]) not in SILENT]
    entries = [entry(event, gone) for event in spoken]
    days = [(day, list(run)) for day, run in groupby(entries, key=lambda one: one.at.astimezone(view.zone).date())]
    return Story(
        told["issue"],
        days,
        len(events) - len(spoken),
        events,
        list(clocks_of(view, told["issue"]["case_id"], events)),
        _related(view, told["issue"]),
    )


def event_of(view: View, case: str, id: str) -> Mapping[str, Any]:
    """One event of the issue, whole."""
    told = timeline_of(view.connection, view.asked.scope, case, view.asked.moment)
    found = next((event for event in told["items"] if event["event_id"] == id), None)
    if found is None:
        raise UnknownEvent
    return {"issue": told["issue"], **found}


def withdrawn(events: Iterable[Mapping[str, Any]]) -> set[str]:
    """Ids of events that a rescission of the case withdraws."""
    gone = (event["data"]["withdrawn"] for event in events if short_type(event["type"]) == "misses_rescinded")
    return {one["event"] for listed in gone for one in listed}


def entry(event: Mapping[str, Any], gone: Iterable[str] = ()) -> Entry:
    """How an event reads in the story."""
    name, data = short_type(event["type"]), event["data"]
    tone = "alarm" if name in ALARMS else "quiet" if name in QUIET else "plain"
    if name == "card_issued":
        tone = data.get("colour") or tone
    id = str(event["event_id"])
    return Entry(
        id,
        name,
        event["occurred_at"],
        data.get("by") or data.get("reported_by"),
        tone,
        list(_said(data)),
        id in gone,
        data,
    )


_TOLD = (
    *(
        "lead",
        "supporting",
        "unit",
        "to",
        "body",
        "kind",
        "letter",
        "clock",
        "limit",
        "due_at",
        "until",
        "level",
        "role",
    ),
    *(
        "colour",
        "outcome",
        "satisfaction",
        "grade",
        "cause",
        "decision",
        "in_time",
        "copied_to_office",
        "into",
        "milestones",
    ),
    *("relation", "text", "note", "reason", "problem", "backdating_reason"),
)
"""Fields of events that the story tells, in this order; the others stand in the event itself."""


def _said(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in _TOLD:
        value = data.get(name)
        if value not in (None, [], ""):
            yield name, parse_instant(value) if name.endswith("_at") or name == "until" else value


def _related(view: View, issue: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Issues that this one is a part of, repeats or was merged into, and those that say so of it; as they stood."""
    of, id = ledger.c, issue["case_id"]
    found: list[tuple[str, str]] = []
    for column in ("parent", "recurrence_of", "merged_into"):
        for how, where in ((column, of.case_id == issue[column]), (f"{column}_of", of[column] == id)):
            found += [(how, case) for case in view.connection.scalars(select(of.case_id).where(where))]
    stood = ledger_at(view.asked.moment)
    wanted = select(stood.c.case_id, stood.c.title, stood.c.state, stood.c.merged_into).where(
        stood.c.case_id.in_({case for _, case in found}), view.asked.scope.cases(stood)
    )
    held = {row["case_id"]: row for row in view.connection.execute(wanted).mappings()} if found else {}
    return [
        {"how": how, **held[case]}
        for how, case in found
        if case in held and (how != "merged_into_of" or held[case]["merged_into"] == id)
    ]
