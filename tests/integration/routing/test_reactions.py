"""What routing makes of intake's and supervision's events, on a real database and without Kafka."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event as listeners

from eventkit.envelope import Envelope
from tests.integration.routing.desk import REPORTED, Desk, directory, issue, programme, told
from tests.unit.routing.made import LEAD, OTHER, SUPPORT

ROW = {"name": "issues", "row": "12"}


def at(hours: float) -> str:
    return (REPORTED + timedelta(hours=hours)).isoformat()


def history(case: str, *facts: dict[str, Any], version: int = 1) -> Envelope:
    type = f"intake.history_declared.v{version}"
    return told(type, case, issue=case, programme="any", ledger=ROW, facts=list(facts))


ASSIGNED = {"fact": "assigned", "at": at(2), "unit": LEAD, "supporting": [SUPPORT], "letter": None}
RECEIVED = {"fact": "received", "at": at(3), "unit": None}
RESULT = {"fact": "result", "at": at(5), "unit": LEAD, "outcome": "solved", "policy": None}


def test_issue_opens_classified_case(routing_desk: Desk, programme_id: str) -> None:
    case = routing_desk.open(programme_id)
    opened, classified = routing_desk.events(case)
    assert opened.json()["title"] == "变压器容量不足"
    assert classified.json() == {
        "case": case,
        "kind": "power",
        "rule": "power",
        "rules_version": 1,
        "by": "rule",
        "backdating_reason": None,
    }
    assert {event.occurred_at for event in (opened, classified)} == {REPORTED}
    assert {event.key for event in (opened, classified)} == {case}


def test_redelivery_adds_nothing(routing_desk: Desk, programme_id: str) -> None:
    event = issue(programme_id)
    routing_desk.hear(event, event)
    routing_desk.hear(event)
    assert routing_desk.names(event.key) == ["case_opened", "case_classified"]


def test_automatic_programme_assigns(routing_desk: Desk) -> None:
    routing_desk.hear(programme("automatic", assignment="automatic"))
    cases = [issue("automatic") for _ in range(3)]
    imported = issue("automatic", ledger=ROW)
    routing_desk.hear(*cases, imported)
    assert routing_desk.letters("automatic") == ["1", "2", "3"]
    assert routing_desk.events(cases[0].key)[-1].json()["rule"] == "power"
    assert routing_desk.names(imported.key) == ["case_opened", "case_classified"]


def test_rule_with_a_unit_of_yesterday_is_told(routing_desk: Desk) -> None:
    """A later directory drops the unit: the case is not lost with it, and the office assigns."""
    id, agency = "outdated", "shangrao"
    routing_desk.hear(directory(agency), programme(id, agency=agency, assignment="automatic"))
    routing_desk.hear(directory(agency, 2, [SUPPORT, OTHER]))
    case = routing_desk.open(id, agency=agency)
    failed = routing_desk.events(case)[-1]
    assert routing_desk.names(case) == ["case_opened", "case_classified", "assignment_failed"]
    assert (failed.json()["rule"], failed.json()["unit"], failed.json()["problem"]) == ("power", LEAD, "unknown_unit")
    refused = routing_desk.post(case, "assignment", {}, routing_desk.office(agency=agency))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/lead")
    by_hand = routing_desk.post(case, "assignment", {"lead": OTHER}, routing_desk.office(agency=agency))
    assert (by_hand.status_code, by_hand.json()["letter"].split("〕")[1]) == (201, "1号")


def test_rule_waits_for_a_unit_on_its_way(routing_desk: Desk) -> None:
    """The programme came before the directory that has its units: another partition carries that."""
    id, agency = "early", "yujiang"
    event = issue(id, agency=agency)
    routing_desk.hear(programme(id, agency=agency, assignment="automatic"), event)
    assert routing_desk.names(event.key) == []
    routing_desk.hear(directory(agency))
    assert routing_desk.names(event.key)[-1] == "case_assigned"


def test_row_and_history_in_one_batch(routing_desk: Desk, programme_id: str) -> None:
    event = issue(programme_id, ledger=ROW, kind="power", reported_by="ledger")
    routing_desk.hear(event, history(event.key, RESULT, ASSIGNED, RECEIVED))
    stored = routing_desk.events(event.key)
    assert routing_desk.names(event.key)[2:] == ["case_assigned", "letter_received", "result_reported"]
    assert [e.occurred_at for e in stored[2:]] == [REPORTED + timedelta(hours=n) for n in (2, 3, 5)]
    assert {e.json()["by"] for e in stored[1:]} == {"ledger"}
    assert (stored[2].json()["letter"], stored[3].json()["unit"]) == (None, LEAD)
    routing_desk.hear(history(event.key, ASSIGNED, {"fact": "fed_back", "at": at(6), "unit": LEAD}))
    assert routing_desk.names(event.key)[-1] == "result_fed_back"
    assert len(routing_desk.events(event.key)) == 6
    assert routing_desk.letters(programme_id) == []


def test_issue_waits_for_programme(routing_desk: Desk) -> None:
    first, second = issue("late", programme_version=2), issue("late", programme_version=2)
    routing_desk.hear(first, history(first.key, ASSIGNED), second)
    assert routing_desk.names(first.key) == routing_desk.names(second.key) == []
    assert "programme:late:2" in routing_desk.column("SELECT token FROM waiting WHERE key = :key", key=first.key)
    routing_desk.hear(programme("late", 1))
    assert routing_desk.names(first.key) == []
    routing_desk.hear(programme("late", 2))
    assert routing_desk.names(first.key) == ["case_opened", "case_classified", "case_assigned"]
    assert len(routing_desk.names(second.key)) == 2
    assert routing_desk.column("SELECT key FROM waiting WHERE key = :key", key=first.key) == []


def test_case_keeps_its_rules(routing_desk: Desk) -> None:
    routing_desk.hear(programme("versioned", 1), programme("versioned", 2, rules=[{"id": "all", "lead": OTHER}]))
    before, after = issue("versioned", kind="power"), issue("versioned", kind="power", programme_version=2)
    routing_desk.hear(before, after)
    answers = [routing_desk.post(e.key, "assignment", {}, routing_desk.office()).json() for e in (before, after)]
    assert [answer["lead"] for answer in answers] == [LEAD, OTHER]


def test_history_waits_for_directory(routing_desk: Desk, programme_id: str) -> None:
    event = issue(programme_id, agency="far", ledger=ROW)
    routing_desk.hear(event, history(event.key, ASSIGNED))
    assert routing_desk.column("SELECT token FROM waiting WHERE key = :key", key=event.key) == ["directory:far"]
    routing_desk.hear(directory("far", 1, [LEAD]))
    assert routing_desk.column("SELECT token FROM waiting WHERE key = :key", key=event.key) == [f"unit:far:{SUPPORT}"]
    routing_desk.hear(directory("far", 2, [SUPPORT]))
    assert routing_desk.names(event.key)[-1] == "case_assigned"


def test_supervision_waits_for_case(routing_desk: Desk, programme_id: str) -> None:
    event = issue(programme_id, ledger=ROW)
    closed = told("supervision.case_closed_out.v1", event.key, case=event.key, round=1, by="ledger")
    routing_desk.hear(closed)
    assert routing_desk.column("SELECT token FROM waiting WHERE key = :key", key=event.key) == [f"case:{event.key}"]
    routing_desk.hear(event)
    assert routing_desk.names(event.key) == ["case_opened", "case_classified", "case_concluded"]


def test_reopening_starts_new_round(routing_desk: Desk, programme_id: str) -> None:
    case = routing_desk.open(programme_id)
    assert routing_desk.post(case, "assignment", {}, routing_desk.office()).status_code == 201
    when = datetime.now(UTC)
    order = {"case": case, "round": 2, "reason": "容量仍不足", "by": "enterprise-1"}
    routing_desk.hear(told("supervision.reopening_ordered.v1", case, at=when, **order))
    reopened, assigned = routing_desk.events(case)[-2:]
    assert (reopened.json()["round"], reopened.json()["reason"]) == (2, "容量仍不足")
    assert (assigned.json()["lead"], assigned.json()["supporting"]) == (LEAD, [SUPPORT])
    assert assigned.json()["letter"] == f"{programme_id}-交办〔{when.year}〕2号"
    assert routing_desk.post(case, "receipt").status_code == 201


@pytest.mark.parametrize("first", ["intake", "supervision"])
def test_ledger_reopening_is_told_by_its_history(routing_desk: Desk, programme_id: str, first: str) -> None:
    """Supervision orders it, too, from the same row; no letter is numbered, and nobody is assigned of itself."""
    event = issue(programme_id, ledger=ROW)
    reopened = {"fact": "reopened", "at": at(6), "reason": "容量仍不足"}
    row = history(event.key, ASSIGNED, RESULT, reopened, {**ASSIGNED, "at": at(7), "round": 2}, version=2)
    order = {"case": event.key, "round": 2, "reason": "容量仍不足", "by": "ledger"}
    ordered = told("supervision.reopening_ordered.v1", event.key, at=REPORTED + timedelta(hours=6), **order)
    closed = told("supervision.case_closed_out.v1", event.key, case=event.key, round=2, by="ledger")
    routing_desk.hear(event, *((row, ordered, closed) if first == "intake" else (ordered, closed, row)))
    names = ["case_assigned", "result_reported", "case_reopened", "case_assigned", "case_concluded"]
    assert routing_desk.names(event.key)[2:] == names
    recorded = routing_desk.events(event.key)
    assert [one.json()["letter"] for one in recorded if one.type.endswith("case_assigned.v1")] == [None, None]
    assert recorded[-1].json()["round"] == 2
    assert routing_desk.letters(programme_id) == []


def test_close_out_ends_all_moves(routing_desk: Desk, programme_id: str) -> None:
    case = routing_desk.open(programme_id)
    routing_desk.hear(told("supervision.case_closed_out.v1", case, case=case, round=1, by="office"))
    refused = routing_desk.post(case, "assignment", {}, routing_desk.office())
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:bugle:problem:case-concluded")


def test_unreadable_event_parks_its_key(routing_desk: Desk, programme_id: str) -> None:
    good, bad = issue(programme_id), issue(programme_id, jurisdiction="elsewhere")
    routing_desk.hear(bad, good, history(bad.key, ASSIGNED))
    assert len(routing_desk.column("SELECT error FROM parked WHERE key = :key", key=bad.key)) == 2
    assert routing_desk.names(good.key) == ["case_opened", "case_classified"]


@pytest.mark.timeout(60)
def test_batch_needs_few_queries(routing_desk: Desk) -> None:
    routing_desk.hear(programme("busy", assignment="automatic"))
    counts = []
    for size in (5, 250):
        issues = [issue("busy", case=str(uuid4())) for _ in range(size)]
        rows = [issue("busy", ledger=ROW) for _ in range(size)]
        batch = [e for row in rows for e in (row, history(row.key, ASSIGNED, RECEIVED))]
        with _counted(routing_desk) as statements:
            routing_desk.hear(*issues, *batch)
        counts.append(len(statements))
    assert counts[1] <= counts[0] < 25
    assert routing_desk.letters("busy") == [str(n) for n in range(1, 256)]


class _counted:
    """The statements that the desk's engine runs inside the block."""

    def __init__(self, desk: Desk) -> None:
        self._engine, self._statements = desk.engine, list[str]()

    def __enter__(self) -> list[str]:
        listeners.listen(self._engine, "before_cursor_execute", self._note)
        return self._statements

    def __exit__(self, *_: object) -> None:
        listeners.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, *about: Any) -> None:
        self._statements.append(about[2])
