"""What is typed becomes a command's data, and a problem's pointer the field it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from console.actions import ACTIONS, Action
from console.forms import DATED, Field, data_of, gathered, names_of_fields, placed, rows_of
from console.reporting_forms import ISSUE, ISSUES, REGISTERING, VISIT
from contracts import COMMANDS
from eventkit.text import Text

CHINA = ZoneInfo("Asia/Shanghai")
PLAN = ACTIONS["plan"]


def test_empty_fields_are_left_out() -> None:
    typed = {"note": ["  "], "lead": [" power "], "supporting": ["roads", "bank"]}
    fields = [*ACTIONS["transfer"].fields]
    assert data_of(fields, typed, CHINA) == {"lead": "power", "supporting": ["roads", "bank"]}
    assert data_of(ACTIONS["feed_back"].fields, {}, CHINA) == {}
    assert data_of(ACTIONS["feed_back"].fields, {"copied_to_office": ["yes"]}, CHINA) == {"copied_to_office": True}


def test_moment_has_the_programmes_offset() -> None:
    typed = {"occurred_at": ["2021-03-10T09:30"], "reason": ["补记"]}
    assert data_of(DATED, typed, CHINA) == {"occurred_at": "2021-03-10T09:30:00+08:00", "reason": "补记"}
    assert data_of(DATED, {"occurred_at": ["gestern"]}, CHINA) == {"occurred_at": "gestern"}


def test_lines_end_as_they_did_before_a_browser_had_them() -> None:
    assert gathered([("text", "一\r\n二"), ("text", "三\n")]) == {"text": ["一\n二", "三\n"]}


def test_rows_close_up() -> None:
    typed = gathered([("milestones-4-name", "b"), ("milestones-1-name", "a"), ("milestones-2-name", " ")])
    assert PLAN.rows is not None
    assert rows_of(PLAN.rows, typed) == [{"name": ["a"]}, {"name": ["b"]}]
    assert [*names_of_fields((), PLAN.rows, typed)][-1] == "milestones-2-due_on"


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("/issues/1/title", "issues-1-title"),
        ("issues/1/title", "issues-1-title"),
        ("/supporting/0", "supporting"),
        ("/occurred_at", "occurred_at"),
        ("/nowhere", None),
        ("", None),
        ("Idempotency-Key", None),
    ],
)
def test_pointer_finds_its_field(pointer: str, place: str | None) -> None:
    assert placed(pointer, ["issues-1-title", "supporting", "occurred_at"]) == place


def fields_of(name: str) -> set[str]:
    action = ACTIONS[name]
    return {field.name for field in action.asked} | ({action.rows.name} if action.rows else set())


@pytest.mark.parametrize("name", ACTIONS)
def test_form_asks_what_the_contract_takes(name: str) -> None:
    """A field that the command does not have would be refused, one that it needs could never be given."""
    action = ACTIONS[name]
    schema = COMMANDS[f"bugle.{action.service}.{name}.v1"].schema
    beside = {"occurred_at"}  # of the request, not of the command's data
    assert fields_of(name) - beside <= schema["properties"].keys()
    asked = {field.name for field in action.asked if field.needed} | ({action.rows.name} if action.rows else set())
    of_command = set(schema["required"]) - {"case", "issue"}
    assert of_command <= asked if action.amends else of_command == asked
    if action.rows is not None:
        listed = schema["properties"][action.rows.name]
        assert action.rows.hint is not None
        assert action.rows.hint.startswith(f"{listed['minItems']} to {listed['maxItems']} ")
        row = listed["items"]
        assert set(row["required"]) == {field.name for field in action.rows.fields if field.needed}
        assert {field.name for field in action.rows.fields} == row["properties"].keys()


def test_forms_of_new_things_fit_their_contracts() -> None:
    for fields, command in ((ISSUE, "report_issue"), (VISIT, "record_visit"), (ISSUES.fields, "report_bundle")):
        schema = COMMANDS[f"bugle.intake.{command}.v1"].schema
        of = schema["properties"]["issues"]["items"] if command == "report_bundle" else schema
        assert {field.name for field in fields} - {"occurred_at"} <= of["properties"].keys()
        assert set(of["required"]) == {field.name for field in fields if field.needed}
    schema = COMMANDS["bugle.intake.register_enterprise.v1"].schema
    assert {field.name for field in REGISTERING} <= schema["properties"].keys()
    assert set(schema["required"]) - {"agency"} == {field.name for field in REGISTERING if field.needed}


def test_field_beyond_the_contract_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = replace(ACTIONS["accept"], fields=(Field("colour", Text("Colour")),))
    monkeypatch.setitem(cast("dict[str, Action]", ACTIONS), "accept", planted)
    with pytest.raises(AssertionError):
        test_form_asks_what_the_contract_takes("accept")
