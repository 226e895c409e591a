"""Intake follows supervision and routing so that the frontend sees how its issue stands, and may act on it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import orjson

from eventkit.arrivals import read
from eventkit.envelope import Envelope, parse_instant, partition_of, to_record
from eventkit.postgres import PostgresStore
from intake.bootstrap import processor
from tests.integration.intake.agency import Agency, fault

SPLIT = {"max": 5}
_OFFSETS = count()


def arrive(agency: Agency, name: str, case: str, at: datetime, **data: Any) -> None:
    """Let the worker process one event of supervision or routing, as "routing.case_merged"."""
    service, offset = name.split(".")[0], next(_OFFSETS)
    said = orjson.dumps({"case": case, "round": 1, "by": "o", "new_field": 1, **data})
    type, source, stream = f"bugle.{name}.v1", f"/bugle/{service}", f"watch-{case}"
    event = Envelope(uuid4(), type, source, stream, offset + 1, case, at, at, said, at, offset + 1)
    arrival = read(f"{service}.events", partition_of(case), offset, *to_record(event))
    processor(PostgresStore(agency.engine, "intake")).process([arrival])


def second(n: int) -> datetime:
    return datetime(2026, 1, 5, 3, 0, n, tzinfo=UTC)


def requested(agency: Agency, case: str, name: str) -> datetime:
    """When that was asked for last: routing dates its answer so."""
    [*_, last] = [event for event in agency.events(f"issue-{case}") if event["type"] == f"{name}.v1"]
    found: datetime = last["occurred_at"]
    return found


def test_frontend_sees_close_out_and_reopening(agency: Agency) -> None:
    case = agency.report().json()["id"]
    arrive(agency, "supervision.watch_opened", case, second(1))
    assert agency.get(f"/issues/{case}").json()["answer"] == "pending"
    arrive(agency, "supervision.case_closed_out", case, second(2))
    assert agency.get("/issues", answer="closed_out").json()["items"][0]["issue"] == case
    arrive(agency, "supervision.reopening_ordered", case, second(3), round=2, reason=None)
    found = agency.get(f"/issues/{case}").json()
    assert (found["answer"], parse_instant(found["answered_at"])) == ("reopened", second(3))


def test_withdrawal_that_was_refused_may_be_asked_for_again(agency: Agency) -> None:
    case = agency.report().json()["id"]
    asked = agency.send("POST", f"/issues/{case}/withdrawal", {"reason": "x"})
    assert asked.status_code == 200, asked.text
    fault(agency.send("POST", f"/issues/{case}/withdrawal", {"reason": "y"}), 409, "")
    arrive(
        agency, "routing.withdrawal_refused", case, requested(agency, case, "withdrawal_requested"), reason="concluded"
    )
    seen = agency.get(f"/issues/{case}")
    assert (seen.json()["withdrawal"], seen.json()["version"]) == ("refused", 3)
    headers = {"If-Match": seen.headers["ETag"]}
    again = agency.send("POST", f"/issues/{case}/withdrawal", {"reason": "given back meanwhile"}, headers=headers)
    assert again.status_code == 200, again.text
    assert agency.get(f"/issues/{case}").json()["withdrawal"] == "pending"


def test_merger_that_was_refused_may_be_asked_for_again(agency: Agency) -> None:
    case, other, third = (agency.report(title=title).json()["id"] for title in ("一", "二", "三"))
    assert agency.send("POST", f"/issues/{case}/merger", {"into": other}).status_code == 200
    at = requested(agency, case, "merger_requested")
    arrive(agency, "routing.merger_refused", case, at, into=other, reason="result_reported")
    assert agency.get(f"/issues/{case}").json()["merger"] == "refused"
    assert agency.send("POST", f"/issues/{third}/merger", {"into": case}).status_code == 200
    assert agency.send("POST", f"/issues/{case}/merger", {"into": other}).status_code == 200
    assert agency.get(f"/issues/{case}").json()["merger"] == "pending"


def test_issue_that_was_struck_off_is_not_divided(agency: Agency) -> None:
    assert agency.publish(agency.document(version=2, split=SPLIT)).status_code == 200
    case, parts = agency.report().json()["id"], {"parts": [{"title": "一"}, {"title": "二"}]}
    arrive(agency, "supervision.case_closed_out", case, second(1))
    answer = agency.send("POST", f"/issues/{case}/parts", parts)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:bugle:problem:struck-off")
    arrive(agency, "supervision.reopening_ordered", case, second(2), round=2, reason=None)
    assert agency.send("POST", f"/issues/{case}/parts", parts).status_code == 200


def test_nothing_is_merged_into_what_was_struck_off(agency: Agency) -> None:
    case, other = (agency.report(title=title).json()["id"] for title in ("一", "二"))
    arrive(agency, "supervision.case_closed_out", case, second(1))
    answer = agency.send("POST", f"/issues/{other}/merger", {"into": case})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:bugle:problem:struck-off")
    assert answer.json()["errors"][0]["field"] == "/into"
    arrive(agency, "supervision.reopening_ordered", case, second(2), round=2, reason=None)
    assert agency.send("POST", f"/issues/{other}/merger", {"into": case}).status_code == 200
