"""What was known of a case when: its rows after each instant at which one of its events entered a log.

"Known at T" is the fold of the events sequenced by T. The logs' order need not be the order of arrival, so whoever
brings a case up to date begins again at the earliest instant of what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from reporting.projections.case_event import CaseEvent
from reporting.projections.case_fold import CaseRows, Row, fold_case

KEYS = {"ledger": 1, "spans": 2, "traits": 2, "clocks": 3}
"""How many leading columns are the key of each table's rows."""

Key = tuple[Any, ...]


class Version(NamedTuple):
    """A row, and from when until when it was what was known; `known_to` is None while it still is."""

    row: Row
    known_from: datetime
    known_to: datetime | None


class Changes(NamedTuple):
    """How one table's rows of a case changed from an instant on.

    `ended`: for each row that stood before, its key and when it ceased to hold, None if it holds still. `begun`: the
    versions that began since.
    """

    ended: list[tuple[Key, datetime | None]]
    begun: list[Version]


def changes(case: str, events: Iterable[CaseEvent], since: datetime) -> tuple[CaseRows, dict[str, Changes]]:
    """The case's rows by now, and by table how they came about since an instant."""
    states = list(_states(case, events, since))
    of = {name: [(at, getattr(rows, name)) for at, rows in states] for name in KEYS}
    return states[-1][1], {name: _changes(of[name], KEYS[name]) for name in KEYS}


def _states(case: str, events: Iterable[CaseEvent], since: datetime) -> Iterator[tuple[datetime, CaseRows]]:
    """What was known before `since` (under its name), then after each later instant."""
    known = sorted(events, key=lambda event: event.sequenced_at)
    instants = sorted({event.sequenced_at for event in known if event.sequenced_at >= since})
    yield since, fold_case(case, (event for event in known if event.sequenced_at < since))
    for instant in instants:
        yield instant, fold_case(case, (event for event in known if event.sequenced_at <= instant))


def _changes(states: list[tuple[datetime, list[Row]]], width: int) -> Changes:
    ended: list[tuple[Key, datetime | None]] = []
    begun: list[Version] = []
    held: dict[Key, tuple[Row, datetime | None]] = {row[:width]: (row, None) for row in states[0][1]}

    def end(key: Key, at: datetime | None) -> None:
        row, known_from = held.pop(key)
        if known_from is None:
            ended.append((key, at))
        else:
            begun.append(Version(row, known_from, at))

    for instant, rows in states[1:]:
        now = {row[:width]: row for row in rows}
        for key in [key for key, (row, _) in held.items() if now.get(key) != row]:
            end(key, instant)
        held |= {key: (row, instant) for key, row in now.items() if key not in held}
    for key in list(held):
        end(key, None)
    return Changes(ended, begun)
