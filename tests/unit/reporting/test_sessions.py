"""A joint session as it is shown: before it is held by who has reported in, afterwards as its minutes say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from reporting.queries.beside import session_of
from tests.unit.reporting.made import day

CALLED = {
    "session": "s",
    "programme": "jinxian",
    "agency": "jinxian",
    "enterprise": "e",
    "cases": [],
    "place": None,
    "units": ["bank", "education"],
    "starts_at": day(3),
}


def event(name: str, at: float, **data: Any) -> Any:
    return SimpleNamespace(type=f"bugle.routing.{name}.v1", occurred_at=day(at), data=data)


REPORTED = [
    event("session_called", 2, **CALLED),
    event("unit_reported_in", 3, unit="bank"),
    event("unit_reported_in", 3.4, unit="education"),
]


def test_before_minutes_who_reported_is_present() -> None:
    shown = session_of(REPORTED)
    assert (shown["state"], shown["present"], shown["absent"]) == ("called", ["bank", "education"], [])


def test_minutes_say_who_was_present() -> None:
    """The second unit came after the hour of the minutes."""
    minutes = {"minutes": "逐项研究", "present": ["bank"], "absent": ["education"]}
    shown = session_of([*REPORTED, event("session_held", 3.2, **minutes)])
    assert {name: shown[name] for name in minutes} == minutes
    assert (shown["state"], shown["held_at"]) == ("held", day(3.2))
