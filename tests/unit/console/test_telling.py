"""What an official reads of a refused form: which field, and what is asked for there."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from console.actions import ACTIONS
from console.forms import Field, names_of_fields
from console.services import Refused
from console.telling import Fault, tell
from eventkit.voice import ENGLISH

FIELDS = names_of_fields(ACTIONS["ask_extension"].fields, None, {})
PLAN = names_of_fields((), ACTIONS["plan"].rows, {})
RAW = 'the value does not match "^[1-9][0-9]*(wd|d|h)$"'


def fault(type: str, field: str, problem: str, fields: Mapping[str, Field] = FIELDS) -> Fault:
    told = {
        "type": f"urn:bugle:problem:{type}",
        "title": "x",
        "errors": [{"field": field, "problem": problem, "mend": ""}],
    }
    return tell(Refused(422, told), fields, ENGLISH).faults[0]


def test_fault_of_form_is_told_by_the_hint() -> None:
    hint = "A number and wd (working days), d (days) or h (hours), such as 3wd."
    assert fault("invalid", "/limit", RAW) == Fault("limit", "How much longer", "this cannot be read", hint)


def test_text_that_is_too_long_is_told_so() -> None:
    """What a field asks for is no mend of it."""
    fields = names_of_fields(ACTIONS["amend_issue"].fields, None, {})
    long = "the value is longer than 500 characters"
    assert fault("invalid", "/title", long, fields).problem == long


def test_refusal_keeps_its_own_words() -> None:
    told = fault("extension-too-long", "/limit", "The programme does not extend by so much.")
    assert (told.label, told.problem) == ("How much longer", "The programme does not extend by so much.")
    assert fault("invalid", "/limit", "this field is required").problem == "this field is required"
    assert fault("invalid", "/elsewhere", RAW).place is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("this field is required", "this field is required"),
        ("the value is not one of solved, explained", "this is not in the list"),
    ],
)
def test_choice_is_asked_for_by_its_list(said: str, told: str) -> None:
    fields = names_of_fields(ACTIONS["report_result"].fields, None, {})
    assert fault("invalid", "/outcome", said, fields) == Fault("outcome", "How it ended", told, "choose from the list")
    own = "The outcome is final."
    assert fault("final", "/outcome", own, fields) == Fault("outcome", "How it ended", own, "")


def test_fault_of_all_rows_names_them() -> None:
    few = "the list has less than 1 items"
    told = Fault("milestones", "Milestones", "there are too few or too many", "1 to 100 milestones.")
    assert fault("invalid", "/milestones", few, PLAN) == told
    assert fault("invalid", "/milestones/7/name", few, PLAN).place == "milestones"
    assert fault("invalid", "/milestones/0/name", few, PLAN).place == "milestones-0-name"
