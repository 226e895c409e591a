"""Which commands a caller may give on a case now: by each one's roles, the caller's part in the case, and its state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from eventkit.caller import Caller
from routing.application import access
from routing.application.book import COMMANDS
from routing.domain.case import Case
from routing.domain.errors import Refusal
from routing.domain.moves import Mover, possible
from routing.domain.programme import Programme

Part = Callable[[Case, Caller], str | None]
"""The unit that acts, None for the office; raises a refusal for whoever has no part, or not enough of one."""


def _any_part(case: Case, caller: Caller) -> str | None:
    return None if "office" in caller.roles else caller.department


PARTS: Mapping[str, Part] = {
    **dict.fromkeys(("receive", "accept", "plan", "return_case"), access.acting_unit),
    **dict.fromkeys(("report_result", "feed_back"), access.answering_unit),
    "contact": partial(access.acting_unit, owner=True),
    "report_progress": partial(access.acting_unit, supporting=True, owner=True),
    "report_support": partial(access.acting_unit, supporting=True),
}
"""Whose part is asked for, as the handlers ask; the other commands are the office's, or anybody's of the case."""


def moves(case: Case, programme: Programme, caller: Caller, now: datetime) -> list[str]:
    """The names of these commands, in the order of the book."""
    return [
        name
        for name, _, roles, _ in COMMANDS
        if not caller.roles.isdisjoint(roles) and _open(name, case, programme, caller, now)
    ]


def _open(name: str, case: Case, programme: Programme, caller: Caller, now: datetime) -> bool:
    try:
        unit = PARTS.get(name, _any_part)(case, caller)
    except Refusal:
        return False
    return possible(name, case, Mover(unit, programme, now))
