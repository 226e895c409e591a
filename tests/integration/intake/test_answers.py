"""Intake follows supervision so that the frontend sees how its issue stands."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from eventkit.arrivals import read
from eventkit.envelope import Envelope, to_record
from eventkit.postgres import PostgresStore
from eventkit.processing import Processor
from intake.adapters.read_model import IssueNotes
from intake.application.reactions import reactions
from tests.integration.intake.agency import Agency


def arrive(agency: Agency, name: str, case: str, version: int, data: str) -> None:
    """Let the worker process one event of supervision."""
    now = datetime(2026, 1, 5, 3, 0, version, tzinfo=UTC)
    event = Envelope(
        uuid4(),
        f"bugle.supervision.{name}.v1",
        "/bugle/supervision",
        f"watch-{case}",
        version,
        case,
        now,
        now,
        data.encode(),
        now,
        version,
    )
    arrival = read("supervision.events", 0, version, *to_record(event))
    Processor(PostgresStore(agency.engine, "intake"), reactions(IssueNotes())).process([arrival])


def test_frontend_sees_close_out_and_reopening(agency: Agency) -> None:
    case = agency.report().json()["id"]
    arrive(agency, "watch_opened", case, 1, "{}")
    assert agency.get(f"/issues/{case}").json()["answer"] == "pending"
    arrive(agency, "case_closed_out", case, 2, f'{{"case":"{case}","round":1,"by":"o","new_field":1}}')
    assert agency.get("/issues", answer="closed_out").json()["items"][0]["issue"] == case
    arrive(agency, "reopening_ordered", case, 3, f'{{"case":"{case}","round":2,"reason":null,"by":"o"}}')
    found = agency.get(f"/issues/{case}").json()
    assert (found["answer"], found["answered_at"]) == ("reopened", "2026-01-05T03:00:03Z")
