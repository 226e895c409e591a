"""Late evidence: a fact that was shown after it happened is sent after the rest of its row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bugle.importing.rounds import mark
from bugle.importing.rows import Row
from eventkit.text import Text

Told = dict[str, Any]
"""A fact as the command has it."""

ENDS = ("returned", "reopened")
"""With these a round is over."""


def in_time(told: list[Told]) -> list[Told] | None:
    """The facts but those shown late, up to the end of the first round with such; None when none was shown late.

    The end itself is left out: of a round that is over intake takes nothing new. What came after the evidence is told
    with the rest, or its deadlines would be missed as well.
    """
    late = [_round_of(fact) for fact in told if _is_late(fact)]
    if not late:
        return None
    end = (min(late), True)
    return [fact for fact in told if not _is_late(fact) and (_round_of(fact), fact["fact"] in ENDS) < end]


def check_late(row: Row, told: Sequence[Told]) -> None:
    """What is shown after its round is over would be told of the next one."""
    ends = {_round_of(fact): _at(fact, "at") for fact in told if fact["fact"] in ENDS}
    for fact in filter(_is_late, told):
        round, shown_at = _round_of(fact), _at(fact, "evidence_at")
        if ends.get(round, shown_at) < shown_at:
            name = mark(f"{fact['fact']}_evidence_at", round)
            row.fault(name, Text("lies after its round was over"), Text("empty it, or say it in the note"))


def _round_of(fact: Told) -> int:
    return int(fact.get("round", 1))


def _is_late(fact: Told) -> bool:
    return "evidence_at" in fact and _at(fact, "evidence_at") > _at(fact, "at")


def _at(fact: Told, name: str) -> datetime:
    return datetime.fromisoformat(fact[name])
