"""Ledger rows as batches of CloudEvents."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from tests.integration.intake.agency import Agency, ago, fault

REPORTED = "2021-03-10T02:00:00Z"
ASSIGNED = {"fact": "assigned", "at": "2021-03-11T01:00:00Z", "unit": "power-company", "letter": "1号"}
RESULT = {"fact": "result", "at": "2021-03-25T08:00:00Z", "unit": "power-company", "outcome": "solved"}


def test_row_enters_with_its_history(agency: Agency) -> None:
    [answer] = agency.bring_in([("r1", agency.row(1, history=[RESULT, ASSIGNED]))], REPORTED)
    assert (answer["status"], answer["body"]["outcome"]) == (201, "created")
    reported, declared = agency.events(f"issue-{answer['body']['id']}")
    assert reported["data"]["reported_by"] == "ledger"
    assert [fact["fact"] for fact in declared["data"]["facts"]] == ["assigned", "result"]
    assert reported["occurred_at"] == declared["occurred_at"]
    assert agency.get(f"/issues/{answer['body']['id']}").json()["version"] == 2


def test_same_rows_again_add_nothing(agency: Agency) -> None:
    rows = [(f"r{n}", agency.row(n, history=[ASSIGNED])) for n in range(20)]
    agency.bring_in(rows, REPORTED)
    before = len(agency.events())
    replayed = agency.bring_in(rows, REPORTED)
    unchanged = agency.bring_in([(f"again-{id}", row) for id, row in rows], REPORTED)
    assert len(agency.events()) == before
    assert {answer["body"]["outcome"] for answer in replayed} == {"created"}
    assert {(answer["status"], answer["body"]["outcome"]) for answer in unchanged} == {(200, "unchanged")}


def test_changed_row_is_amended(agency: Agency) -> None:
    [first] = agency.bring_in([("r1", agency.row(1, history=[ASSIGNED]))], REPORTED)
    row = agency.row(1, kind="power", history=[ASSIGNED, RESULT])
    [second] = agency.bring_in([("r1-changed", row)], REPORTED)
    assert (second["status"], second["body"]["outcome"]) == (200, "amended")
    types = [e["type"] for e in agency.events(f"issue-{first['body']['id']}")]
    assert types == ["issue_reported.v1", "history_declared.v2", "issue_amended.v1", "history_declared.v2"]
    found = agency.get(f"/issues/{first['body']['id']}").json()
    assert (found["kind"], found["version"]) == ("power", 4)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"history": [{**ASSIGNED, "at": "2021-03-12T01:00:00Z"}]}, "/data/history/0/at"),
        ({"history": []}, "/data/history"),
        ({"history": [{**ASSIGNED, "at": "2021-03-01T01:00:00Z"}]}, "/data/history/0/at"),
        ({"history": [{**ASSIGNED, "at": "2099-03-01T01:00:00Z"}]}, "/data/history/0/at"),
        ({"history": [{**ASSIGNED, "unit": "dept-99"}]}, "/data/history/0/unit"),
        ({"history": [ASSIGNED], "due_at": "2021-05-01T00:00:00Z"}, "/data/due_at"),
    ],
)
def test_bad_row_is_refused_alone(agency: Agency, change: dict[str, Any], field: str) -> None:
    agency.bring_in([("r1", agency.row(1, history=[ASSIGNED]))], REPORTED)
    before = len(agency.events())
    rows = [("bad", agency.row(1, **change)), ("good", agency.row(2))]
    refused, good = agency.bring_in(rows, REPORTED)
    assert refused["status"] in (409, 422)
    assert refused["problem"]["errors"][0]["field"] == field
    assert refused["problem"]["errors"][0]["mend"]
    assert good["status"] == 201
    assert len(agency.events()) == before + 1


def test_row_dated_in_the_future_is_refused(agency: Agency) -> None:
    [answer] = agency.bring_in([("r1", agency.row(1))], "2099-01-01T00:00:00Z")
    assert answer["problem"]["errors"][0]["field"] == "/time"


def test_enterprise_and_its_issue_share_a_batch(agency: Agency) -> None:
    events = [
        ("e", "register_enterprise", {"agency": agency.name, "name": "新企业"}),
        ("i", "report_issue", {**agency.row(1), "enterprise": "新企业"}),
    ]
    body = [
        {"specversion": "1.0", "id": id, "source": "/s", "type": f"bugle.intake.{name}.v1", "time": ago(days=1)}
        | {"data": data}
        for id, name, data in events
    ]
    headers = {"Content-Type": "application/cloudevents-batch+json"}
    answers = agency.send("POST", "/events", body, headers=headers).json()
    assert [answer["status"] for answer in answers] == [201, 201]


def test_batch_costs_as_many_statements_as_one_row(agency: Agency) -> None:
    def statements(rows: list[tuple[str, dict[str, Any]]]) -> int:
        seen: list[str] = []

        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            seen.append(statement)

        event.listen(agency.engine, "before_cursor_execute", note)
        try:
            agency.bring_in(rows, REPORTED)
        finally:
            event.remove(agency.engine, "before_cursor_execute", note)
        return len(seen)

    one = statements([("one", agency.row(1, history=[ASSIGNED]))])
    many = statements([(f"many-{n}", agency.row(n, history=[ASSIGNED])) for n in range(2, 202)])
    assert many == one


def test_live_issue_has_no_history(agency: Agency) -> None:
    fault(agency.report(history=[{**ASSIGNED, "at": ago(minutes=-1)}]), 422, "/history")


def test_row_and_its_change_share_a_batch(agency: Agency) -> None:
    rows = [("r1", agency.row(1, kind="power")), ("r1-changed", agency.row(1, title="改后", history=[ASSIGNED]))]
    first, second = agency.bring_in(rows, REPORTED)
    assert (first["body"]["outcome"], second["body"]["outcome"]) == ("created", "amended")
    found = agency.get(f"/issues/{first['body']['id']}").json()
    assert (found["title"], found["kind"], found["version"]) == ("改后", None, 3)
