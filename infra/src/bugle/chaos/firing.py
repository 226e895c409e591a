"""I7: every stage of every clock against what supervision recorded, reckoned from its events alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bugle.verify.event import Event, moment
from bugle.verify.report import Invariant

KINDS = {"reminder_sent": "reminder", "deadline_missed": "miss", "card_issued": "card", "case_escalated": "escalation"}
Clock = tuple[str, str, int]
Name = tuple[int, str]


def check_clocks(events: Iterable[Event], upto: datetime, grace: timedelta, found: Invariant) -> None:
    """Each stage that was due, and known for the `grace`, before `upto` fired once, unless evidence came before it;
    nothing fired twice, and nothing that was not due. A miss brings the card that its clock names.

    `events`: supervision's, in the order of its log. `upto`: the instant that the watermarks of all partitions passed.
    """
    clocks: defaultdict[Clock, list[Event]] = defaultdict(list)
    for event in events:
        body = event.body
        if "clock" in body and "generation" in body:
            clocks[body["case"], body["clock"], body["generation"]].append(event)
    for clock, told in clocks.items():
        for wrong in _faults(told, upto, grace):
            found.fault(f"clock {clock[1]} {clock[2]} of case {clock[0]}: {wrong}")
        found.checked += 1


def _faults(told: Sequence[Event], upto: datetime, grace: timedelta) -> Iterator[str]:
    fired: defaultdict[Name, list[Event]] = defaultdict(list)
    for event in told:
        if event.short_type in KINDS:
            fired[event.body["stage"], KINDS[event.short_type]].append(event)
    yield from (f"{_of(name)} came {len(came)} times" for name, came in fired.items() if len(came) > 1)
    started = [event for event in told if event.short_type == "clock_started"]
    if len(started) != 1:
        yield f"was started {len(started)} times"
        return
    known = moment(started[0].body["known_at"]) + grace
    due = _schedule(started[0].body)
    for name, came in fired.items():
        yield from _early(name, came, due.get(name), known)
    yield from _untrue(told, due, known, upto, fired)


def _schedule(clock: Mapping[str, Any]) -> dict[Name, datetime]:
    """What fires when; the card comes with the miss."""
    due = {(stage["stage"], stage["kind"]): moment(stage["due_at"]) for stage in clock["stages"]}
    cards = {(stage, "card"): at for (stage, kind), at in due.items() if kind == "miss"}
    return due | cards if clock["card"] else due


def _early(name: Name, came: Sequence[Event], due: datetime | None, known: datetime) -> Iterator[str]:
    """What is dated otherwise than it was due, or recorded while nobody could know that it would be."""
    for event in came:
        if due is None:
            yield f"{_of(name)} fired, which the clock does not have"
        elif event.occurred_at != due or moment(event.body.get("due_at", due.isoformat())) != due:
            yield f"{_of(name)} is dated {event.occurred_at}, it was due {due}"
        elif event.recorded_at < max(due, known):
            yield f"{_of(name)} was recorded {event.recorded_at}, before it could fire {max(due, known)}"


def _untrue(
    told: Sequence[Event], schedule: Mapping[Name, datetime], known: datetime, upto: datetime, fired: Iterable[Name]
) -> Iterator[str]:
    """What fired although the clock stood still, or did not although it ran."""
    rescissions = [event.body["withdrawn"] for event in told if event.short_type == "misses_rescinded"]
    withdrawn = {(one["stage"], one["kind"]) for gone in rescissions for one in gone}
    end = min(_ends(told), default=None)
    for name, due in schedule.items():
        if max(due, known) < upto and (end is None or due < end) and name not in fired:
            yield f"{_of(name)} was due {due} and did not fire"
        if name in fired and due >= upto:
            yield f"{_of(name)} fired before it was due"
        if name in fired and end is not None and due > end and name not in withdrawn:
            yield f"{_of(name)} fired after the clock's end and was not withdrawn"


def _of(name: Name) -> str:
    return f"{name[1]} of stage {name[0]}"


def _ends(told: Sequence[Event]) -> Iterator[datetime]:
    """When the clock stood still for good, as far as that is known."""
    for event in told:
        if event.short_type == "clock_stopped":
            yield moment(event.body["stopped_at"])
        elif event.short_type in ("clock_cancelled", "clock_unobserved"):
            yield event.occurred_at
