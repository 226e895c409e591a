"""Which commands a caller may give on a watched case now; each guard is what the decision itself begins with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventkit.caller import Caller
from supervision.application.commands import ACTING, ANSWERING, DECIDING, OFFICE, WORKING
from supervision.application.views import extension_view
from supervision.domain import decisions, leave
from supervision.domain.calendar import Calendar
from supervision.domain.commands import Act
from supervision.domain.errors import Refusal
from supervision.domain.policy import Policy
from supervision.domain.watch import Watch


@dataclass(frozen=True, slots=True)
class Mover:
    """Who asks, when, under which policy and calendar."""

    caller: Caller
    policy: Policy
    calendar: Calendar
    act: Act

    @property
    def unit(self) -> str | None:
        """The unit that acts; None for the office."""
        return None if "office" in self.caller.roles else self.caller.department

    @classmethod
    def of(cls, caller: Caller, policy: Policy, calendar: Calendar, now: datetime) -> Mover:
        """A caller who acts now."""
        return cls(caller, policy, calendar, Act(caller.sub, now, now))


def _extendable(watch: Watch, mover: Mover) -> list[str]:
    names = dict.fromkeys(clock.name for clock in watch.clocks)
    about = (mover.unit, mover.act, mover.policy, mover.calendar)
    return [name for name in names if _passes(leave.extendable, watch, name, *about)]


def _decidable(watch: Watch, mover: Mover) -> list[int]:
    if mover.caller.roles.isdisjoint(ROLES["decide_extension"]):
        return []
    about = (mover.caller.roles, mover.act, mover.policy)
    numbers = (extension.number for extension in watch.extensions)
    return [number for number in numbers if _passes(leave.decidable, watch, number, *about)]


SIMPLE: Mapping[str, Callable[[Watch, Mover], object]] = {
    "verify": lambda watch, mover: decisions.verifiable(watch, mover.act),
    "close_out": lambda watch, mover: decisions.closable(watch, mover.act, mover.policy),
    "pause_case": lambda watch, mover: leave.pausable(watch, mover.act, mover.policy),
    "resume_case": lambda watch, mover: leave.paused(watch, mover.act),
    "raise_case": lambda watch, mover: leave.raisable(watch, mover.act, mover.policy),
}


ROLES: Mapping[str, Collection[str]] = {
    "verify": ANSWERING,
    "close_out": OFFICE,
    "pause_case": OFFICE,
    "resume_case": OFFICE,
    "raise_case": WORKING | OFFICE,
    "ask_extension": ACTING,
    "decide_extension": DECIDING,
}
"""Who may give each command, as the book says."""


AWAITED = ("close_out",)
"""Commands that a case's course leads to: of these it is told what is still missing."""


def moves_view(watch: Watch, mover: Mover) -> dict[str, Any]:
    """`moves`: names of commands; `extendable`: clocks whose extension may be asked for; `decidable`: extensions."""
    allowed = {name for name, wanted in ROLES.items() if not mover.caller.roles.isdisjoint(wanted)}
    extendable = _extendable(watch, mover) if "ask_extension" in allowed else []
    decidable = _decidable(watch, mover)
    simple = [name for name, guard in SIMPLE.items() if name in allowed and _passes(guard, watch, mover)]
    more = [*(["ask_extension"] if extendable else []), *(["decide_extension"] if decidable else [])]
    return {"moves": [*simple, *more], "extendable": extendable, "decidable": decidable}


def extensions_view(watch: Watch, mover: Mover) -> list[dict[str, Any]]:
    """The extensions of a watch. `reason`, why one was asked for, and `due_if_granted`, when its deadline would be with
    it, are for whoever may decide on it; for others null, the latter too where that cannot be counted.
    """
    decidable = _decidable(watch, mover)
    return [
        extension_view(one)
        | {
            "reason": one.reason if one.number in decidable else None,
            "due_if_granted": _if_granted(watch, one.number, mover) if one.number in decidable else None,
        }
        for one in watch.extensions
    ]


def _if_granted(watch: Watch, number: int, mover: Mover) -> datetime | None:
    try:
        return leave.if_granted(watch, number, mover.caller.roles, mover.act, mover.policy, mover.calendar)
    except Refusal:  # granting it would be refused for this reason, which whoever tries is told
        return None


def blocked(watch: Watch, mover: Mover) -> dict[str, Refusal]:
    """Why a command that the caller will be able to give is not possible yet; none of a case that is done with."""
    if watch.closed or watch.gone is not None:
        return {}
    asked = [name for name in AWAITED if not mover.caller.roles.isdisjoint(ROLES[name])]
    refusals = {name: _refusal(SIMPLE[name], watch, mover) for name in asked}
    return {name: refusal for name, refusal in refusals.items() if refusal is not None}


def _passes(guard: Callable[..., object], *about: object) -> bool:
    return _refusal(guard, *about) is None


def _refusal(guard: Callable[..., object], *about: object) -> Refusal | None:
    try:
        guard(*about)
    except Refusal as refusal:
        return refusal
    return None
