"""Which clocks have made way for a further generation, by what their starts and cancellations say.

Services share no code: this is reporting's own reading, and a test holds it against supervision's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Said = Mapping[str, Any]
Key = tuple[str, str, int]
"""A clock of a case: its case, its id and its generation."""

REPLACING = frozenset({"recomputed", "paused", "extended", "policy"})
"""Grounds on which a clock is cancelled because its next generation is counted anew."""
_ANSWERING = ("result", "fed_back", "verified")
"""Facts that come anew with each answer of a round, so that a clock of each may run."""


def key(said: Said) -> Key:
    """Of the clock that a start or a cancellation is about."""
    return said["case"], said["clock"], said["generation"]


def replaced(starts: Iterable[Said], cancellations: Iterable[Said]) -> set[Key]:
    """Those of the clocks started whose place another has taken; nobody is held to them.

    Besides those cancelled for that, what ended otherwise and was begun once more: as after a merger that was undone.
    """
    told = sorted(starts, key=key)
    last = {_place(said): said["generation"] for said in told}
    ground = {key(said): said["reason"] for said in cancellations}
    ended = (said for said in told if key(said) in ground)
    return {key(one) for one in ended if ground[key(one)] in REPLACING or one["generation"] < last[_place(one)]}


def _place(start: Said) -> tuple[str, str, int, str | None]:
    """What of a case the clock holds a unit to. Answers of one round are told apart by when their clocks began."""
    began = start["started_at"] if start["fact"] in _ANSWERING else None
    return start["case"], start["clock"], start["round"], began
