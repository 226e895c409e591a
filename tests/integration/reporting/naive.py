"""The answers once more, by folding everything that had occurred before a moment and counting in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from eventkit.envelope import Envelope
from reporting.projections.case_event import from_envelope, is_case_event
from reporting.projections.case_fold import fold_case
from reporting.read_model.tables import clocks, ledger

Row = dict[str, Any]


@dataclass(frozen=True)
class Past:
    """The events that occurred before a moment, and those of deadlines that ran out with it."""

    events: tuple[Envelope, ...]
    ran_out: tuple[Envelope, ...]

    @cached_property
    def issues(self) -> list[Row]:
        """Ledger rows."""
        return _folded(self.events)[0]

    @cached_property
    def clocks(self) -> list[Row]:
        """Clock rows with their case's ledger row."""
        return _folded(self.events + self.ran_out)[1]

    def letters(self) -> list[Row]:
        """One ledger row per assignment with a letter."""
        held = {row["case_id"]: row for row in self.issues}
        named = (e for e in self.events if e.type.endswith("case_assigned.v1") and e.json()["letter"] is not None)
        return [held[event.key] for event in named]


def past(events: Iterable[Envelope], before: datetime | None) -> Past:
    """What had occurred before the moment; None: everything."""
    known, ran_out = list[Envelope](), list[Envelope]()
    for event in events:
        if before is None or event.occurred_at < before:
            known.append(event)
        elif event.occurred_at == before and event.type.split(".")[2] in ("deadline_missed", "clock_unobserved"):
            ran_out.append(event)
    return Past(tuple(known), tuple(ran_out))


def _folded(events: Iterable[Envelope]) -> tuple[list[Row], list[Row]]:
    cases: defaultdict[str, list[Envelope]] = defaultdict(list)
    for event in events:
        if is_case_event(event.stream):
            cases[event.key].append(event)
    issues, running = [], []
    for case, events_of_case in cases.items():
        folded = fold_case(case, map(from_envelope, events_of_case))
        for row in folded.ledger:
            issues.append(dict(zip(ledger.columns.keys(), row, strict=True)))
            running += [issues[-1] | dict(zip(clocks.columns.keys(), c, strict=True)) for c in folded.clocks]
    return issues, running


COUNTS: dict[str, Callable[[Past], list[Row]]] = {
    "issues": lambda past: past.issues,
    "issues_closed": lambda past: [row for row in past.issues if row["closed_at"]],
    "issues_open": lambda past: [
        row for row in past.issues if not (row["closed_at"] or row["merged_into"] or row["withdrawn"])
    ],
    "letters": Past.letters,
}
"""Measures that count rows of cases."""


def _is_in(name: str, *values: str) -> Callable[[Row], bool]:
    return lambda row: row[name] in values


RATIOS: dict[str, tuple[Callable[[Past], list[Row]], Callable[[Row], bool], Callable[[Row], bool]]] = {
    "on_time": (lambda past: past.clocks, _is_in("status", "met"), _is_in("status", "met", "late", "missed")),
    "contact_in_time": (lambda past: past.clocks, _is_in("status", "met"), _is_in("status", "met", "late", "missed")),
    "resolution": (
        lambda past: past.issues,
        _is_in("outcome", "solved", "explained"),
        lambda row: (
            not (
                row["merged_into"]
                or row["withdrawn"]
                or row["outcome"] == "long_term"
                or (row["closed_at"] and row["outcome"] is None)
            )
        ),
    ),
    "satisfaction": (
        lambda past: past.issues,
        _is_in("satisfaction", "satisfied", "basically_satisfied"),
        lambda row: row["satisfaction"] is not None,
    ),
}
"""Rates: rows, numerator, denominator. Every made clock is one of contact."""
