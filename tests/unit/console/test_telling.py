"""What an official reads of a refused form: which field, and what is asked for there."""

from __future__ import annotations

from console.actions import ACTIONS
from console.forms import names_of_fields
from console.services import Refused
from console.telling import Fault, tell
from eventkit.voice import ENGLISH

FIELDS = names_of_fields(ACTIONS["ask_extension"].fields, None, {})
RAW = 'the value does not match "^[1-9][0-9]*(wd|d|h)$"'


def fault(type: str, field: str, problem: str) -> Fault:
    told = {
        "type": f"urn:bugle:problem:{type}",
        "title": "x",
        "errors": [{"field": field, "problem": problem, "mend": ""}],
    }
    return tell(Refused(422, told), FIELDS, ENGLISH).faults[0]


def test_fault_of_form_is_told_by_the_hint() -> None:
    hint = "A number and wd (working days), d (days) or h (hours), such as 3wd."
    assert fault("invalid", "/limit", RAW) == Fault("limit", "How much longer", "this cannot be read", hint)


def test_refusal_keeps_its_own_words() -> None:
    told = fault("extension-too-long", "/limit", "The programme does not extend by so much.")
    assert (told.label, told.problem) == ("How much longer", "The programme does not extend by so much.")
    assert fault("invalid", "/limit", "this field is required").problem == "this field is required"
    assert fault("invalid", "/elsewhere", RAW).place is None
