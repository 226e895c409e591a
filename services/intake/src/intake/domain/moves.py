"""What may be done with an issue next: the moves that a form filled in rightly would not be refused.

Each guard is what the decision of that name begins with, so the two cannot differ; a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from intake.domain import relations
from intake.domain.errors import Refusal
from intake.domain.issue import Issue
from intake.domain.programme import Programme

Guard = Callable[[Issue, Programme, bool], object]
"""Of the issue, its programme, and whether the issue is struck off."""

GUARDS: Mapping[str, Guard] = {
    "amend_issue": lambda issue, programme, struck_off: None,
    "divide_issue": lambda issue, programme, struck_off: relations.divisible(issue, programme, struck_off=struck_off),
    "merge_issue": lambda issue, programme, struck_off: relations.check_alive(issue, "issue", struck_off=struck_off),
    "undo_merge": lambda issue, programme, struck_off: relations.merged(issue),
    "withdraw_issue": lambda issue, programme, struck_off: relations.withdrawable(issue, struck_off=struck_off),
}
"""By the name of the command."""


def moves(issue: Issue, programme: Programme, *, struck_off: bool) -> list[str]:
    """The names of the moves that are open."""
    return [name for name in GUARDS if _possible(name, issue, programme, struck_off)]


def _possible(name: str, issue: Issue, programme: Programme, struck_off: bool) -> bool:
    try:
        GUARDS[name](issue, programme, struck_off)
    except Refusal:
        return False
    return True
