"""Which events a play brought about, as far as public reads show them: of every case, and of what is kept beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bugle.scenarios.matching import short
from bugle.scenarios.settling import Read, everything

Item = Mapping[str, Any]


def seen(read: Read, programme: str) -> list[str]:
    """Short types, each once: of the cases of the programme in timeline order, then of the rest list by list."""
    found = [*_of_cases(read, programme), *_beside(read, programme)]
    return list(dict.fromkeys(found))


def _of_cases(read: Read, programme: str) -> Iterator[str]:
    for case in everything(read, f"reporting:/ledger?programme={programme}&limit=100") or ():
        answer = read(f"reporting:/issues/{case['case_id']}/timeline")
        for event in answer.json()["items"] if answer.is_success else ():
            yield short(event)


def _beside(read: Read, programme: str) -> Iterator[str]:
    for address, told in _LISTS:
        for item in everything(read, f"{address}?programme={programme}&limit=100") or ():
            yield from told(item)
    counted = read(f"reporting:/figures/service_count?programme={programme}")
    if counted.is_success and counted.json()["value"]:
        yield "service_recorded"


def _always(*names: str) -> Callable[[Item], list[str]]:
    return lambda item: [*names]


def _team(item: Item) -> list[str]:
    return ["team_formed", *(["team_disbanded"] if item["disbanded_at"] else [])]


def _suggestion(item: Item) -> list[str]:
    return ["suggestion_recorded", *(["suggestion_answered"] if item["answered_at"] else [])]


def _session(item: Item) -> list[str]:
    reported = ["unit_reported_in"] if item["present"] else []
    return ["session_called", *reported, *([] if item["state"] == "called" else [f"session_{item['state']}"])]


def _letter(item: Item) -> list[str]:
    answered = ["supervision_letter_answered"] if item.get("reply") else []
    return ["supervision_letter_issued", *answered]


_OUTCOMES = {
    "fulfilled": ["duty_fulfilled"],
    "kept": ["duty_fulfilled"],
    "late": ["duty_missed", "duty_fulfilled"],
    "missed": ["duty_missed"],
    "broken": ["duty_missed", "duty_broken"],
}


def _duty(item: Item) -> list[str]:
    periods = item.get("periods", [item])
    reminded = ["duty_reminded"] if any(period["reminded"] for period in periods) else []
    came = [name for period in periods for name in _OUTCOMES.get(period["status"], ())]
    return ["duty_opened", *reminded, *came, *(["duty_ended"] if item["ended"] else [])]


_LISTS: tuple[tuple[str, Callable[[Item], list[str]]], ...] = (
    ("intake:/teams", _team),
    ("intake:/visits", _always("visit_recorded")),
    ("intake:/suggestions", _suggestion),
    ("intake:/policies", _always("policy_published")),
    ("reporting:/sessions", _session),
    ("supervision:/duties", _duty),
    ("supervision:/dispatches", _always("dispatch_held")),
    ("supervision:/letters", _letter),
    ("supervision:/accountability", _always("accountability_recorded")),
    ("supervision:/reports", _always("report_published")),
)
"""A public list, and the events that an item of it comes from."""
