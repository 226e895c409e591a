"""What is offered is what would not be refused: every command on an issue, however it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from intake.application.book import commands
from intake.application.ports import Contacts, Lookups, Streams
from intake.domain import issue, relations
from intake.domain.commands import AmendIssue
from intake.domain.errors import Refusal
from intake.domain.issue import Event, Issue
from intake.domain.moves import GUARDS, moves
from intake.domain.programme import Programme
from tests.unit.intake.made import DIRECTORY, DOCUMENT, LIVE, PROGRAMME, REPORT, given

DIVIDING = Programme("jinxian", 1, "jinxian", {**DOCUMENT, "split": {"max": 2}})
OTHER = given(Issue(), issue.apply, issue.report(Issue(), replace(REPORT, issue="i9"), PROGRAMME, DIRECTORY))
FRESH = given(Issue(), issue.apply, issue.report(Issue(), REPORT, PROGRAMME, DIRECTORY))
STANDS = {
    "reported": FRESH,
    "merged": given(FRESH, issue.apply, relations.merge(FRESH, "i9", OTHER, None, "office", LIVE)),
    "withdrawn": given(FRESH, issue.apply, relations.withdraw(FRESH, "settled", "office", LIVE)),
    "part": replace(FRESH, links=frozenset({("part_of", "i9")})),
}


def decided(name: str, state: Issue, programme: Programme, struck_off: bool) -> Sequence[Event]:
    """The decision of a command with a form filled in rightly."""
    over = {"i1"} if struck_off else set()
    match name:
        case "amend_issue":
            return issue.amend(state, AmendIssue({"title": "other"}, "office", LIVE), programme)
        case "divide_issue":
            return relations.divide(state, ["p1"], programme, "office", LIVE, struck_off=struck_off)
        case "merge_issue":
            return relations.merge(state, "i9", OTHER, None, "office", LIVE, struck_off=over)
        case "undo_merge":
            return relations.undo_merge(state, "two matters", "office", LIVE)
        case "withdraw_issue":
            return relations.withdraw(state, "settled", "office", LIVE, struck_off=struck_off)
    raise AssertionError(name)


@pytest.mark.parametrize("struck_off", [False, True])
@pytest.mark.parametrize("programme", [PROGRAMME, DIVIDING], ids=["whole", "dividing"])
@pytest.mark.parametrize("stands", STANDS)
def test_offered_is_what_is_accepted(stands: str, programme: Programme, struck_off: bool) -> None:
    def accepted(name: str) -> bool:
        try:
            return bool(decided(name, STANDS[stands], programme, struck_off))
        except Refusal:
            return False

    assert moves(STANDS[stands], programme, struck_off=struck_off) == list(filter(accepted, GUARDS))


def test_each_has_a_command_of_its_name() -> None:
    nobody: Any = None
    book = commands(Streams(cast(Any, None)), cast(Contacts, nobody), cast(Lookups, nobody))
    assert GUARDS.keys() <= {command.name for command in book}
