"""A request with countless faults is answered with the first ones and how many more there are."""

from __future__ import annotations

from contracts import COMMANDS
from contracts.loader import MANY
from eventkit.http.mends import MOST, field_problems


def test_faults_are_told_up_to_a_number() -> None:
    contract = COMMANDS["bugle.intake.report_issue.v2"]
    faults = contract.validate({"nothing": 1}) * 1000
    told = field_problems(faults, contract.schema, "/data")
    assert len(told) == MOST + 1
    assert told[-1].problem == f"{len(faults) - MOST} more faults are not listed"
    assert len(field_problems(faults[:3], contract.schema)) == 3


def test_countless_values_are_told_their_first_fault() -> None:
    """To tell all would take hundreds of times the memory of the request."""
    contract = COMMANDS["bugle.intake.form_team.v2"]
    assert len(contract.validate({"members": [[]] * (MANY - 10)})) > MANY - 10
    assert len(contract.validate({"members": [[]] * MANY})) == 1
    assert len(contract.validate(contract.example["data"] | {f"unknown{n}": [] for n in range(MANY)})) == 1
