"""An issue as a story: what happened, who did it and what they said, with its clocks and everything behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, or_, select

from eventkit.envelope import parse_instant
from eventkit.errors import Problem
from reporting.projections.case_event import short_type
from reporting.queries.cases import cases
from reporting.queries.fired import types_of
from reporting.queries.issues import ledger_of, timeline_of
from reporting.queries.moments import Moment
from reporting.read_model.tables import ledger, timeline
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
    """The issue has no such event, or it was not known by then."""

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
    """One event of the issue, whole, whatever moment is looked at: evidence may be of later, as a cancelled clock's."""
    told = timeline_of(view.connection, view.asked.scope, case, view.asked.moment, whole=True)
    found = next((event for event in told["items"] if event["event_id"] == id), None)
    if found is None:
        raise UnknownEvent
    return {"issue": told["issue"], **found}


def withdrawn(events: Iterable[Mapping[str, Any]]) -> set[str]:
    """Ids of events that a rescission of the case withdraws."""
    gone = (event["data"]["withdrawn"] for event in events if short_type(event["type"]) == "misses_rescinded")
    return {one["event"] for listed in gone for one in listed}


def entry(event: Mapping[str, Any], gone: Iterable[str] = (), beside: bool = False) -> Entry:
    """How an event reads in the story; `beside`: it is no issue's, and of its fields only those are told that mean the
    same everywhere."""
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
        [told for told in _said(data, _TOLD_BESIDE if beside else _TOLD) if (name, told[0]) != _OF_ITSELF],
        id in gone,
        data,
    )


_TOLD_BESIDE = ("unit", "count", "amount", "mode", "purposes", "text", "note", "reason")
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
        "policy",
        "milestones",
    ),
    *("relation", "text", "note", "reason", "problem", "backdating_reason"),
)
"""Fields of events that the story tells, in this order; the others stand in the event itself."""


_OF_ITSELF = ("reminder_sent", "due_at")
"""Says when the reminder was due, not the deadline: that stands with the clock."""


def _said(data: Mapping[str, Any], names: Iterable[str]) -> Iterator[tuple[str, Any]]:
    for name in names:
        value = data.get(name)
        if value not in (None, [], ""):
            yield name, parse_instant(value) if name.endswith("_at") or name == "until" else value


_LINKS = ("parent", "recurrence_of", "merged_into")
"""Columns in which an issue names another."""
_LINKING = ("issue_linked", "case_merged")
"""Events by which it does."""


def _related(view: View, issue: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Issues that this one is a part of, repeats or was merged into, and those that say so of it; as they stood."""
    id, moment = issue["case_id"], view.asked.moment
    named = [issue[column] for column in _LINKS if issue[column] is not None]
    stood = ledger_of(view.connection, [*named, *_naming(view.connection, id, moment)], moment)
    found: list[tuple[str, str]] = []
    for column in _LINKS:
        found += [
            (column, issue[column]),
            *((f"{column}_of", one) for one in sorted(stood) if stood[one][column] == id),
        ]
    of = cases(moment)
    wanted = select(of.c.case_id).where(of.c.case_id.in_([*stood]), view.asked.scope.cases(of))
    seen = set(view.connection.scalars(wanted)) if stood else set()
    return [{"how": how, **stood[one]} for how, one in found if one in seen]


def _naming(connection: Connection, case: str, moment: Moment) -> Sequence[str]:
    """Cases that name this one; for a moment that is past those that had by then, whether they still did or not."""
    if moment.before is None:
        return connection.scalars(select(ledger.c.case_id).where(or_(*(ledger.c[n] == case for n in _LINKS)))).all()
    of = timeline.c
    names = or_(*(of.data[field].astext == case for field in ("to", "into")))
    told = select(of.case_id).where(of.type.in_(types_of(_LINKING)), of.occurred_at < moment.before, names).distinct()
    return connection.scalars(told).all()
