"""Every schema file: well-formed, named by its place, closed, and with an example that is true."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from jsonschema_rs import meta

from contracts import COMMANDS, DOCUMENTS, EVENTS, ROOT, Contract, Fault
from eventkit.envelope import from_record, to_record
from tests.contract.examples import PRODUCERS, envelope

KINDS = {"event": EVENTS, "command": COMMANDS, "document": DOCUMENTS}
ALL = [pytest.param(kind, contract, id=type) for kind, held in KINDS.items() for type, contract in held.items()]
MESSAGES = [param for param in ALL if param.values[0] != "document"]
EVENT_LIST = [pytest.param(contract, id=type) for type, contract in EVENTS.items()]


def test_every_file_is_a_contract_or_its_example() -> None:
    files = {path for folder in ("events", "commands", "documents") for path in (ROOT / folder).rglob("*.*")}
    known = {contract.path for held in KINDS.values() for contract in held.values()}
    assert files == known | {path.with_suffix(".example.json") for path in known}
    assert {contract.service for contract in EVENTS.values()} == set(PRODUCERS)


@pytest.mark.parametrize(("kind", "contract"), ALL)
def test_schema_is_named_by_its_place(kind: str, contract: Contract) -> None:
    meta.validate(contract.schema)
    place = [contract.name] if kind == "document" else [contract.service, contract.name]
    assert contract.schema["$id"] == ":".join(["urn:bugle", kind, *place, f"v{contract.version}"])
    assert contract.schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert contract.schema["title"]
    assert contract.schema["description"]


@pytest.mark.parametrize(("kind", "contract"), ALL)
def test_schema_refuses_unknown_fields(kind: str, contract: Contract) -> None:
    data = contract.example if kind == "document" else contract.example["data"]
    assert Fault("/never_heard_of", "this field is unknown") in contract.validate({**data, "never_heard_of": 1})


@pytest.mark.parametrize(("kind", "contract"), MESSAGES)
def test_example_is_a_valid_message(kind: str, contract: Contract) -> None:
    example = contract.example
    assert contract.validate(example["data"]) == []
    assert (example["specversion"], example["type"]) == ("1.0", contract.type)
    assert example["datacontenttype"] == "application/json"
    assert example["source"].startswith("/")
    assert example["id"]


@pytest.mark.parametrize("contract", [pytest.param(contract, id=type) for type, contract in DOCUMENTS.items()])
def test_example_is_a_valid_document(contract: Contract) -> None:
    assert contract.validate(contract.example) == []


@pytest.mark.parametrize("contract", EVENT_LIST)
def test_example_has_every_attribute(contract: Contract) -> None:
    example = contract.example
    assert set(example) == {
        *("specversion", "id", "type", "source", "subject", "time", "datacontenttype", "dataschema"),
        *("recordedat", "sequencedat", "logseq", "streamversion", "partitionkey", "data"),
    }
    assert example["source"] == f"/bugle/{contract.service}"
    assert example["dataschema"] == contract.schema["$id"]
    assert str(UUID(example["id"])) == example["id"]
    assert example["subject"].split("-", 1)[1] in example["data"].values()
    assert example["partitionkey"] in example["data"].values()


@pytest.mark.parametrize("contract", EVENT_LIST)
def test_example_travels_as_a_record(contract: Contract) -> None:
    event = envelope(contract)
    key, value, headers = to_record(event)
    assert from_record(key, value, headers) == event
    assert dict(headers)["ce_dataschema"].decode() == contract.schema["$id"]


@pytest.mark.parametrize("contract", EVENT_LIST)
def test_event_has_no_place_for_a_contact(contract: Contract) -> None:
    def names(schema: Any) -> set[str]:
        if isinstance(schema, dict):
            own = set(schema.get("properties", ())) if isinstance(schema.get("properties"), dict) else set()
            return own.union(*map(names, schema.values()))
        return set().union(*map(names, schema)) if isinstance(schema, list) else set()

    assert not names(contract.schema) & {"phone", "telephone", "mobile", "contact", "contact_name", "email"}


def test_fault_names_the_field_and_hides_the_value() -> None:
    command = COMMANDS["bugle.intake.record_contact.v1"]
    faults = command.validate({"enterprise": "no-uuid", "name": "某", "phone": "13800000000!", "more": 1})
    assert {fault.pointer for fault in faults} == {"/enterprise", "/phone", "/more"}
    assert not any("13800000000" in fault.message for fault in faults)


def test_missing_field_is_named_itself() -> None:
    assert Fault("/title", "this field is required") in COMMANDS["bugle.intake.report_issue.v1"].validate({})


def _integers(schema: Any, at: str = "") -> dict[str, dict[str, Any]]:
    """Every subschema that allows an integer, by its place in the schema."""
    if isinstance(schema, list):
        parts = [(str(place), part) for place, part in enumerate(schema)]
    else:
        parts = list(schema.items()) if isinstance(schema, dict) else []
    found = {place: held for name, part in parts for place, held in _integers(part, f"{at}/{name}").items()}
    own = isinstance(schema, dict) and isinstance(schema.get("type"), str | list) and "integer" in schema["type"]
    return {at: schema, **found} if own else found


@pytest.mark.parametrize(("kind", "contract"), ALL)
def test_integer_has_both_bounds(kind: str, contract: Contract) -> None:
    """Without a maximum a caller may send what no column of a projection can hold."""
    assert not [place for place, one in _integers(contract.schema).items() if not {"minimum", "maximum"} <= one.keys()]
    assert all(abs(one["maximum"]) <= 2**53 - 1 for one in _integers(contract.schema).values())


@pytest.mark.parametrize(("field", "most"), [("count", 10**9), ("amount", 2**53 - 1)])
def test_services_are_counted_within_bounds(field: str, most: int) -> None:
    command = COMMANDS["bugle.intake.record_service.v1"]
    given = {"programme": "jinxian", "kind": "loan"}
    assert command.validate({**given, field: most}) == []
    for more in (most + 1, 2**63, 1e30):
        assert [fault.pointer for fault in command.validate({**given, field: more})] == [f"/{field}"]


_UNKEPT = ("2026-12-31T23:59:60Z", "9999-12-31T23:59:59-10:00", "0001-01-01T00:00:00+14:00")


@pytest.mark.parametrize("text", _UNKEPT)
def test_instant_that_no_service_can_keep_is_a_fault(text: str) -> None:
    """JSON Schema allows leap seconds and years that end in UTC; Python and PostgreSQL do not."""
    command = COMMANDS["bugle.intake.report_issue.v1"]
    data = {**command.example["data"], "due_at": text, "history": [{"fact": "received", "at": text}]}
    assert {fault.pointer for fault in command.validate(data)} == {"/due_at", "/history/0/at"}


def test_small_letters_of_an_instant_are_taken() -> None:
    command = COMMANDS["bugle.intake.report_issue.v1"]
    assert command.validate({**command.example["data"], "due_at": "2026-12-31t23:59:59z"}) == []


def test_day_of_the_year_zero_is_a_fault() -> None:
    command = COMMANDS["bugle.routing.plan.v1"]
    data = {**command.example["data"], "milestones": [{"name": "x", "due_on": "0000-01-01"}]}
    assert [fault.pointer for fault in command.validate(data)] == ["/milestones/0/due_on"]


def test_examples_have_ids_of_their_own() -> None:
    """All of them happen in one system when verification is tested."""
    ids = [contract.example["id"] for contract in EVENTS.values()]
    assert len(ids) == len(set(ids))
