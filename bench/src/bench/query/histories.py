"""Made-up courses as the events that the services would have recorded of them while they ran."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from bench.query.saying import Case
from bugle.generating.courses import Course, Round
from bugle.generating.world import World
from bugle.importing.folder import Folder
from eventkit.envelope import Envelope
from eventkit.ids import uid

_NAMES = {
    "assigned": "case_assigned", "received": "letter_received", "accepted": "case_accepted",
    "contacted": "enterprise_contacted", "planned": "case_planned", "progressed": "progress_reported",
    "result": "result_reported", "fed_back": "result_fed_back",
}  # fmt: skip
_DAY = timedelta(days=1)


def enterprise_id(number: int) -> str:
    """Of a made-up enterprise."""
    return str(uid("bench", "enterprise", number))


def case_id(seed: int, number: int) -> str:
    """Of a made-up issue."""
    return str(uid("bench", "issue", seed, number))


def history(course: Course, folder: Folder, world: World, seed: int) -> Iterator[Envelope]:
    """All events of the course's case, each stream in its order."""
    about: dict[str, Any] = {
        "programme": folder.id,
        "agency": folder.agency,
        "enterprise": enterprise_id(course.enterprise),
    }
    about |= {"kind": course.kind, "due_at": None, "batch": None, "synthetic": True, "title": f"{course.kind} 生成示例"}
    case = Case(case_id(seed, course.number), about)
    ledger = {"name": "generated", "row": str(course.number)}
    case.say("intake", "issue_reported", course.reported_at, ledger=ledger)
    case.say("routing", "case_opened", course.reported_at)
    case.say("routing", "case_classified", course.reported_at)
    case.say("supervision", "watch_opened", course.reported_at)
    if course.merged:
        case.say("routing", "case_merged", course.reported_at + _DAY, into=case_id(seed, course.number - 1))
    elif course.withdrawn:
        case.say("routing", "case_withdrawn", course.reported_at + _DAY)
    else:
        for number, held in enumerate(course.rounds, start=1):
            _round(case, course, held, number, world.end)
    return case.events()


def _round(case: Case, course: Course, held: Round, number: int, end: datetime) -> None:
    late = _late(course, held)
    for fact, name in _NAMES.items():
        if fact in held.facts:
            _fact(case, held, number, fact, name, late if fact == "contacted" else None)
    if held.returned_at is not None:
        case.say("routing", "case_returned", held.returned_at, unit=held.lead, round=number + 1)
        return
    if "received" in held.facts:
        _contact_clock(case, held, number, late, end)
    if course.due_at is not None:
        _settle_clock(case, course, held, number, end)
    _end(case, held, number)


def _fact(case: Case, held: Round, number: int, fact: str, name: str, late: datetime | None) -> None:
    more: dict[str, Any] = {}
    if fact == "assigned":
        more = {"lead": held.lead, "supporting": list(held.supporting), "round": number}
    elif fact == "result":
        more = {"outcome": held.outcome}
    case.say("routing", name, held.facts[fact], late, **({"unit": held.lead} if fact != "assigned" else {}), **more)


def _end(case: Case, held: Round, number: int) -> None:
    if held.satisfaction is not None:
        at = held.facts["verified"]
        case.say("supervision", "enterprise_verified", at, satisfaction=held.satisfaction, round=number)
        if held.satisfaction == "unsatisfied":
            case.say("supervision", "reopening_ordered", at, round=number + 1)
            case.say("routing", "case_reopened", at, at + timedelta(minutes=10), round=number + 1)
    if "closed" in held.facts:
        case.say("supervision", "case_closed_out", held.facts["closed"], round=number)
        case.say("routing", "case_concluded", held.facts["closed"], round=number)


def _due(held: Round) -> datetime:
    """The end of the third working day after the letter."""
    at = held.facts["received"]
    day, left = at.date(), 3
    while left:
        day += _DAY
        left -= day.weekday() < 5
    return datetime.combine(day + _DAY, time(), at.tzinfo)


def _late(course: Course, held: Round) -> datetime | None:
    """When a contact within its deadline became known, where that was after it."""
    if not course.late_evidence or "contacted" not in held.facts or "received" not in held.facts:
        return None
    return _due(held) + 2 * _DAY if held.facts["contacted"] < _due(held) else None


def _contact_clock(case: Case, held: Round, number: int, late: datetime | None, end: datetime) -> None:
    due, stopped = _due(held), held.facts.get("contacted")
    clock: dict[str, Any] = {"clock": "contact", "generation": number}
    case.say(
        *("supervision", "clock_started", held.facts["received"]),
        **clock, started_at=held.facts["received"], due_at=due, unit=held.lead, round=number,
    )  # fmt: skip
    in_time = stopped is not None and stopped < due
    if due < end and (late is not None or not in_time):
        _miss(case, clock, due, held.lead, until=late or stopped or end)
    if stopped is not None:
        case.say("supervision", "clock_stopped", stopped, late, **clock, stopped_at=stopped, in_time=in_time)
    if late is not None and due < end:
        _rescind(case, clock, late)


def _miss(case: Case, clock: dict[str, Any], due: datetime, unit: str, until: datetime) -> None:
    case.say("supervision", "deadline_missed", due, **clock, due_at=due, unit=unit)
    case.say("supervision", "card_issued", due, **clock, unit=unit)
    if until >= due + _DAY:
        case.say("supervision", "case_escalated", due + _DAY, **clock)


def _rescind(case: Case, clock: dict[str, Any], at: datetime) -> None:
    kinds = {"deadline_missed": "miss", "card_issued": "card", "case_escalated": "escalation"}
    withdrawn = [
        {"event": case.event_id("supervision", place), "kind": kinds[name], "stage": 1}
        for name, place in case.places(*kinds)
    ]
    case.say("supervision", "misses_rescinded", at, **clock, withdrawn=withdrawn)


def _settle_clock(case: Case, course: Course, held: Round, number: int, end: datetime) -> None:
    """A date set elsewhere; one that was moved has a clock before it that is cancelled."""
    assert course.due_at is not None
    since, stopped = held.facts["assigned"], held.facts.get("result")
    about: dict[str, Any] = {"started_at": since, "unit": held.lead, "round": number}
    clock: dict[str, Any] = {"clock": "settle", "generation": 2 * number}
    if course.extended:
        first = clock | {"generation": 2 * number - 1}
        moved_at = since + timedelta(hours=2)
        case.say("supervision", "clock_started", since, **first, due_at=course.due_at - 10 * _DAY, **about)
        case.say("supervision", "clock_cancelled", moved_at, **first, reason="recomputed")
        since = moved_at
    case.say("supervision", "clock_started", since, **clock, due_at=course.due_at, **about)
    if course.due_at < min(end, stopped or end):
        case.say("supervision", "deadline_missed", course.due_at, **clock, due_at=course.due_at, unit=held.lead)
    if stopped is not None:
        in_time = stopped < course.due_at
        case.say("supervision", "clock_stopped", stopped, **clock, stopped_at=stopped, in_time=in_time)
