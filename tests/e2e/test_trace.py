"""One request's trace through every process, as the logs tell it: one JSON object a line, nothing personal in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import psycopg
import pytest

from bugle.stack import Stack, System
from bugle.stack.databases import plain
from bugle.stack.system import PROCESSES
from tests.support.office import Office, new_agency, until

pytestmark = pytest.mark.timeout(120)

NAMED = {"time", "level", "service", "process", "logger", "message"}
ISSUE = {"event_id", "key"}
WAY = (
    *("intake-relay", "routing-worker", "routing-relay", "supervision-worker", "supervision-relay", "reporting-worker"),
)
PHONE = "13800001111"


@pytest.fixture
def office(servers: Stack, system: System) -> Iterator[Office]:
    with Office(servers, system, new_agency("trace")) as office:
        office.open()
        yield office


def lines(system: System, process: str) -> list[dict[str, Any]]:
    """The log of a process; a line that is no JSON object fails the test."""
    file = system.home.path / "logs" / f"{system.name}.{process}.log"
    told = []
    for line in file.read_text().splitlines():
        assert line.startswith("{"), (process, line)
        told.append(json.loads(line))
    return told


def of_trace(system: System, process: str, trace: str) -> list[dict[str, Any]]:
    return [line for line in lines(system, process) if line.get("trace_id") == trace]


def report(office: Office, trace: str) -> str:
    """An issue, reported by a caller that traces."""
    body = {"programme": office.programme, "enterprise": "企业001", "title": "电压不稳"}
    headers = {"traceparent": f"00-{trace}-{token_hex(8)}-01"}
    return str(office.call("intake", "POST", "/issues", body, headers=headers)["id"])


def test_one_trace_reaches_every_process(office: Office) -> None:
    system, trace = office.system, token_hex(16)
    case = report(office, trace)
    until(lambda: "watch_opened" in office.happened(case), what="the watch in the projection")
    [request] = of_trace(system, "intake-http", trace)
    assert (request["message"], request["status"]) == ("POST /v1/issues", 201)
    for process in WAY:
        found = until(lambda: of_trace(system, process, trace), what=f"the trace at {process}")  # noqa: B023
        assert all({*NAMED, *ISSUE} <= line.keys() and line["process"] == process for line in found)
        assert case in {line["key"] for line in found}, process
    assert stored_traces(system, case) == {trace}


def stored_traces(system: System, case: str) -> set[str]:
    """The traces of all events of the case, in the three services' stores."""
    found = set()
    for service in ("intake", "routing", "supervision"):
        with psycopg.connect(plain(system.database(service).url)) as connection:
            rows = connection.execute("SELECT traceparent FROM events WHERE key = %s", [case]).fetchall()
        assert rows, service
        found |= {(row[0] or "none")[3:35] for row in rows}
    return found


def test_logs_hold_nothing_personal(office: Office) -> None:
    contacts = f"/enterprises/{office.register('企业002')}/contacts"
    office.call("intake", "POST", contacts, {"name": "no such person", "phone": PHONE})
    refused = {"name": "no such person", "phone": PHONE, "colour": "red"}
    office.call("intake", "POST", contacts, refused, expect=422)
    case = report(office, token_hex(16))
    until(lambda: office.happened(case), what="the case in the projection")
    for process in PROCESSES:
        text = json.dumps(lines(office.system, process), ensure_ascii=False)
        assert not re.search(rf"{PHONE}|no such person|SELECT |INSERT |postgresql\+psycopg://\w+:[^*]", text), process
