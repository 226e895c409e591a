"""Servers away: nothing is lost, nothing happens twice, and no clock fires falsely. Every other fault: tests/faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic, sleep

import httpx
import pytest

from bugle.stack import Stack, System
from tests.support.backends import embedded_only
from tests.support.office import Office, new_agency, programme, until

POWER = {"role": "department", "department": "power"}


@contextmanager
def away(servers: Stack, server: str) -> Iterator[None]:
    """Stop a server for the block, and wait until it is back."""
    servers.supervisor.stop([server])
    try:
        yield
    finally:
        servers.supervisor.start([server])
        servers.postgres.wait()
        servers.kafka.wait()


@pytest.fixture
def office(servers: Stack, system: System) -> Iterator[Office]:
    with Office(servers, system, new_agency("fault")) as office:
        yield office


@embedded_only
@pytest.mark.timeout(240)
def test_broker_away_stops_no_intake_and_fires_no_clock(servers: Stack, office: Office) -> None:
    """Due 60 s after the letter's receipt; the contact in time is recorded while Kafka is away, past the due time."""
    clock = programme("", "")["clocks"][0] | {"limit": "4h", "remind": None}
    del clock["remind"]
    office.open(clocks=[clock])
    case = office.report(ago=timedelta(hours=4))
    until(lambda: office.call("routing", "GET", f"/cases/{case}", expect=(200, 404)).get("state"), what="the case")
    office.move(case, "assignment", ago=timedelta(hours=4))
    due = monotonic() + 60
    office.move(case, "receipt", ago=timedelta(hours=4, seconds=-60), **POWER)
    until(lambda: "clock_started" in office.happened(case), what="the clock")
    with away(servers, "kafka"):
        office.move(case, "acceptance", **POWER)
        office.move(case, "contact", **POWER)
        assert monotonic() < due, "the contact came too late to be in time"
        later = office.report("变压器容量不足")
        sleep(due + 2 - monotonic())
    until(lambda: "clock_stopped" in office.happened(case), 120, "the evidence")
    until(lambda: office.call("reporting", "GET", f"/ledger?programme={office.programme}")["items"], what="the ledger")
    until(lambda: office.happened(later), 60, "what was reported meanwhile")
    sleep(3)
    assert not {"deadline_missed", "card_issued", "case_escalated"} & set(office.happened(case))


@embedded_only
@pytest.mark.timeout(180)
def test_database_away_is_said_and_survived(servers: Stack, office: Office) -> None:
    office.open()
    body = {"programme": office.programme, "enterprise": "企业001", "title": "电压不稳"}
    headers = office.headers("office") | {"Idempotency-Key": new_agency("once")}
    url = f"{office.system.url('intake')}/v1/issues"
    with away(servers, "postgres"):
        answer = office.http.post(url, json=body, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert int(answer.headers["retry-after"]) > 0
        ready = f"{office.system.url('intake')}/ready"
        until(lambda: httpx.get(ready).status_code == 503, 10, "intake's not being ready")
        assert httpx.get(f"{office.system.url('intake')}/live").status_code == 200
    answer = until(
        lambda: (again := office.http.post(url, json=body, headers=headers)).status_code != 503 and again, 60, "201"
    )
    assert answer.status_code == 201
    repeated = office.http.post(url, json=body, headers=headers)
    assert repeated.json() == answer.json()
    assert repeated.headers["idempotency-replayed"] == "true"
    until(lambda: office.happened(answer.json()["id"]), 90, "the issue in the projection")
