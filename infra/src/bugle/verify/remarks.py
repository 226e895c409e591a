"""What is said of a case beside its course, from docs/projections.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bugle.verify.event import Event

_LASTING = {
    "grade": ("case_graded", "grade"),
    "passed_to": ("case_passed_on", "body"),
    "cause": ("cause_named", "cause"),
}
"""Columns that bear a field of the last event of a type."""


def remarks(timeline: Sequence[Event]) -> dict[str, Any]:
    """The columns of `ledger` that neither the course nor the clocks decide."""
    row: dict[str, Any] = {column: _last(timeline, (name,), part) for column, (name, part) in _LASTING.items()}
    row["owner"] = _until(timeline, "owner_named", "unit", lambda event, _: event.short_type == "case_accepted")
    row["merged_into"] = _until(timeline, "case_merged", "into", lambda event, _: event.short_type == "case_unmerged")
    row["parent"], row["recurrence_of"] = (_linked(timeline, relation) for relation in ("part_of", "recurrence"))
    row["withdrawn"] = any(event.short_type == "case_withdrawn" for event in timeline)
    row["transfers"] = _last(timeline, ("case_returned", "case_transferred"), "transfers") or 0
    return row


def _last(timeline: Sequence[Event], names: Sequence[str], part: str) -> Any:
    return next((event.body[part] for event in reversed(timeline) if event.short_type in names), None)


def _linked(timeline: Sequence[Event], relation: str) -> Any:
    links = [e for e in timeline if e.short_type != "issue_linked" or e.body["relation"] == relation]

    def taken_back(event: Event, linked: Event) -> bool:
        ends = (event.body.get("relation"), event.body.get("to"))
        return event.short_type == "issue_unlinked" and ends == (relation, linked.body["to"])

    return _until(links, "issue_linked", "to", taken_back)


def _until(timeline: Sequence[Event], name: str, part: str, undoes: Callable[[Event, Event], bool]) -> Any:
    """A field of the last event of a type, unless a later event undoes it."""
    places = [place for place, event in enumerate(timeline) if event.short_type == name]
    if not places:
        return None
    said = timeline[places[-1]]
    undone = any(undoes(event, said) for event in timeline[places[-1] + 1 :])
    return None if undone else said.body[part]
