"""I7: every stage of every clock against what supervision recorded, reckoned from its events alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from bugle.verify.event import Event, moment
from bugle.verify.report import Invariant

_KINDS = {"reminder_sent": "reminder", "deadline_missed": "miss", "card_issued": "card", "case_escalated": "escalation"}
Clock = tuple[str, str, int]


def check_clocks(events: Iterable[Event], upto: datetime, grace: timedelta, found: Invariant) -> None:
    """Each stage that was due, and known for the `grace`, before `upto` fired once, unless evidence came before it;
    nothing fired twice, and nothing that was not due.

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
    fired = Counter((e.body["stage"], _KINDS[e.short_type]) for e in told if e.short_type in _KINDS)
    yield from (f"{kind} of stage {stage} came {n} times" for (stage, kind), n in fired.items() if n > 1)
    started = [event for event in told if event.short_type == "clock_started"]
    if len(started) != 1:
        yield f"was started {len(started)} times"
        return
    withdrawn = {
        (w["stage"], w["kind"]) for e in told if e.short_type == "misses_rescinded" for w in e.body["withdrawn"]
    }
    end = min(_ends(told), default=None)
    known = moment(started[0].body["known_at"]) + grace
    for stage in started[0].body["stages"]:
        name, due = (stage["stage"], stage["kind"]), moment(stage["due_at"])
        if max(due, known) < upto and (end is None or due < end) and not fired[name]:
            yield f"{name[1]} of stage {name[0]} was due {due} and did not fire"
        if fired[name] and due >= upto:
            yield f"{name[1]} of stage {name[0]} fired before it was due"
        if fired[name] and end is not None and due > end and name not in withdrawn:
            yield f"{name[1]} of stage {name[0]} fired after the clock's end and was not withdrawn"


def _ends(told: Sequence[Event]) -> Iterator[datetime]:
    """When the clock stood still for good, as far as that is known."""
    for event in told:
        if event.short_type == "clock_stopped":
            yield moment(event.body["stopped_at"])
        elif event.short_type in ("clock_cancelled", "clock_unobserved"):
            yield event.occurred_at
