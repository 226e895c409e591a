"""A case that was divided: how its parts stand, and when it ends with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from supervision.domain.calendar import Calendar
from supervision.domain.events import CaseClosedOut, PartClosed, PartGround, PartReopened, WatchEvent
from supervision.domain.facts import BY, learn
from supervision.domain.policy import Policy
from supervision.domain.watch import Watch


def part_told(case: str, whole: Watch, part: str, held: Watch) -> list[WatchEvent]:
    """How a part stands, if its case does not know: it has come to an end, or is worked on again."""
    known, end = whole.ends.get(part), held.end
    if end is not None:
        ground = cast(PartGround, end.ends)
        if known is not None and not known.undone and known.ground == ground:
            return []
        turn = 1 if known is None else known.turn + 1
        return [PartClosed(case, part, ground, turn, end.learnt_at, end.at)]
    if known is None or known.undone:
        return []
    again = next(fact for fact in reversed(held.facts) if fact.name == "unmerged")
    return [PartReopened(case, part, known.turn, again.learnt_at, again.at)]


def ended_with_parts(whole: Watch, parts: Sequence[Watch], policy: Policy, calendar: Calendar) -> list[WatchEvent]:
    """The close-out of a case whose parts have all come to their end, dated with the last of them or its own return.

    One of them at least was solved: a case all of whose parts were merged or withdrawn stays open for the office.
    """
    ends = [part.end for part in parts]
    known = [end for end in ends if end is not None]
    back = [fact for fact in whole.facts if fact.name == "unmerged"]
    if not whole.opened or whole.over or len(known) < len(ends) or whole.open_parts or not whole.solved_parts:
        return []
    at, learnt_at = (max(moments) for moments in zip(*((f.at, f.learnt_at) for f in (*known, *back)), strict=True))
    return learn(whole, CaseClosedOut(whole.case, whole.round, BY, None, learnt_at, at), policy, calendar)
