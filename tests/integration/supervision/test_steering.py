"""What the office does over HTTP: days within reach, enterprises and evidence of its own, tokens that say whose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventkit.ids import uid
from tests.integration.supervision.place import Place
from tests.integration.supervision.test_http import OFFICE, Caller, slug
from tests.integration.supervision.test_owing import AGENCY, PROGRAMME, directory, sweep
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.supervision.made import CASE, ENTERPRISE, document, issue_reported, step, told

PLEDGES: dict[str, Any] = {"pledges": {"broken_after": "10wd"}, "dispatch": {"zh": "调度", "en": "Dispatch"}}
GROUNDS = [{"id": "slow", "zh": "拖", "en": "s", "measures": [{"id": "circular", "zh": "通", "en": "c"}]}]
PAUSE = {"max": "5wd", "reasons": [{"id": "enterprise", "zh": "等", "en": "w"}]}


@pytest.fixture
def caller(client: TestClient, issuer: Issuer) -> Caller:
    return Caller(client, issuer)


def opened(place: Place, **changes: Any) -> None:
    now = datetime.now(UTC) - timedelta(minutes=10)
    doc = document(**{"clocks": [], **changes})
    place.hear(
        told(
            "intake.programme_published",
            now,
            now,
            {"programme": PROGRAMME, "version": 1, "agency": AGENCY, "document": doc},
            key=PROGRAMME,
        )
    )
    place.hear(directory(1, now, a="paired_cadre"))


def test_department_token_without_department_is_refused(place: Place, caller: Caller) -> None:
    opened(place, **PLEDGES)
    person = {"id": "x", "name": "某", "title": None, "unit": None, "role": "paired_cadre", "synthetic": True}
    now = datetime.now(UTC)
    place.hear(
        told(
            "intake.directory_published",
            now,
            now,
            {"agency": AGENCY, "version": 2, "units": [], "people": [person]},
            key=AGENCY,
        )
    )
    day = (now + timedelta(days=9)).date().isoformat()
    made = caller.send("POST", "/pledges", OFFICE, {"programme": PROGRAMME, "text": "t", "due_on": day, "person": "x"})
    assert made.status_code == 201, made.text
    seen = caller.send("GET", "/duties", {"roles": ["department"], "agency": AGENCY})
    assert slug(seen) == (403, "forbidden"), seen.text


@pytest.mark.parametrize("day", ["9999-12-31", "9999-12-30", "9998-12-31"])
@pytest.mark.parametrize(("path", "field"), [("/pledges", "due_on"), ("/dispatches", "items/0/due_on")])
def test_day_at_the_end_of_time_is_refused_by_name(
    place: Place, caller: Caller, day: str, path: str, field: str
) -> None:
    opened(place, **PLEDGES)
    body: dict[str, Any] = {"programme": PROGRAMME, "text": "t", "due_on": day, "person": "a"}
    if path == "/dispatches":
        item = {"unit": "power", "task": "t", "due_on": day}
        body = {"programme": PROGRAMME, "scheduled": True, "title": "t", "minutes": "m", "items": [item]}
    answer = caller.send("POST", path, OFFICE, body)
    assert answer.status_code in (201, 422), answer.text


@pytest.mark.parametrize("until", ["9999-12-31", "9999-12-30", "2020-01-01"])
def test_pause_until_the_end_of_time_is_refused(place: Place, caller: Caller, until: str) -> None:
    opened(place, pause={"max": "5wd", "reasons": [{"id": "enterprise", "zh": "等", "en": "w"}]})
    now = datetime.now(UTC) - timedelta(minutes=5)
    place.hear(issue_reported(now, at=now))
    answer = caller.send("POST", f"/cases/{CASE}/pause", OFFICE, {"reason": "enterprise", "until": until})
    assert answer.status_code in (409, 422), answer.text


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_pause_before_the_case_was_reported_is_refused(place: Place, caller: Caller, at: str) -> None:
    opened(place, pause={"max": "5wd", "reasons": [{"id": "enterprise", "zh": "等", "en": "w"}]})
    now = datetime.now(UTC) - timedelta(minutes=5)
    place.hear(issue_reported(now, at=now))
    answer = caller.send("POST", f"/cases/{CASE}/pause", OFFICE, {"reason": "enterprise", "occurred_at": at})
    assert answer.status_code in (409, 422), answer.text


def test_pledge_to_an_enterprise_that_is_not_there_is_refused(place: Place, caller: Caller) -> None:
    opened(place, **PLEDGES)
    day = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    body = {"programme": PROGRAMME, "text": "t", "due_on": day, "person": "a", "enterprise": str(uid("nowhere"))}
    answer = caller.send("POST", "/pledges", OFFICE, body)
    assert answer.status_code == 422, answer.text


def test_evidence_of_another_agency_is_unknown(place: Place, caller: Caller) -> None:
    grounds = [{"id": "slow", "zh": "拖", "en": "s", "measures": [{"id": "circular", "zh": "通", "en": "c"}]}]
    opened(place, accountability=grounds)
    now = datetime.now(UTC) - timedelta(minutes=5)
    foreign = str(uid("foreign"))
    doc = {**document(clocks=[]), "agency": "daan"}
    place.hear(
        told(
            "intake.programme_published",
            now,
            now,
            {"programme": "daan", "version": 1, "agency": "daan", "document": doc},
            key="daan",
        )
    )
    told_of = {
        "issue": foreign,
        "programme": "daan",
        "programme_version": 1,
        "agency": "daan",
        "enterprise": str(uid("e")),
        "title": "t",
        "due_at": None,
        "synthetic": False,
    }
    place.hear(told("intake.issue_reported", now, now, told_of, key=foreign))
    event = next(str(row.event_id) for row in place.events() if row.stream == f"watch-{foreign}")
    body = {"programme": PROGRAMME, "ground": "slow", "measure": "circular", "unit": "power", "evidence": [event]}
    answer = caller.send("POST", "/accountability", OFFICE, body)
    assert answer.status_code == 422, answer.text


def missed(place: Place, case: str, unit: str) -> str:
    """The id of a miss of a unit."""
    at = datetime.now(UTC) - timedelta(days=30)
    place.hear(issue_reported(at, at=at, case=case), step("received", at, at, case=case, unit=unit))
    sweep(place, datetime.now(UTC))
    found = [row for row in place.events() if row.stream == f"watch-{case}" and "deadline_missed" in row.type]
    return str(found[0].event_id)


CLOCK = {"id": "contact", "starts": "received", "stops": ["contacted"], "limit": "3wd", "card": "yellow"}
ANOTHER = str(uid("another"))


@pytest.mark.parametrize(
    ("named", "status"),
    [
        ({"unit": "power"}, 201),
        ({"unit": "finance", "case": CASE}, 201),
        ({"person": "a", "case": CASE}, 201),
        ({"unit": "finance"}, 422),
        ({"unit": "finance", "case": ANOTHER}, 422),
        ({"person": "a"}, 422),
    ],
)
def test_evidence_is_about_whom_is_named(place: Place, caller: Caller, named: Mapping[str, str], status: int) -> None:
    opened(place, accountability=GROUNDS, clocks=[CLOCK])
    miss = missed(place, CASE, "power")
    missed(place, ANOTHER, "power")
    body = {"programme": PROGRAMME, "ground": "slow", "measure": "circular", "evidence": [miss], **named}
    answer = caller.send("POST", "/accountability", OFFICE, body)
    assert answer.status_code == status, answer.text


def test_withdrawn_miss_is_no_evidence(place: Place, caller: Caller) -> None:
    opened(place, accountability=GROUNDS, clocks=[CLOCK])
    miss = missed(place, CASE, "power")
    now = datetime.now(UTC)
    place.hear(step("contacted", now - timedelta(days=29), now))
    sweep(place, now + timedelta(minutes=5))
    assert place.kinds()["misses_rescinded"] == 1
    body = {"programme": PROGRAMME, "ground": "slow", "measure": "circular", "unit": "power", "evidence": [miss]}
    assert slug(caller.send("POST", "/accountability", OFFICE, body)) == (422, "unknown-evidence")


def test_pledge_to_an_enterprise_of_the_agency_is_taken(place: Place, caller: Caller) -> None:
    opened(place, **PLEDGES)
    now = datetime.now(UTC)
    data = {"enterprise": ENTERPRISE, "agency": AGENCY, "name": "e", "tier": "key", "synthetic": True}
    place.hear(told("intake.enterprise_registered", now, now, data, key=ENTERPRISE))
    day = (now + timedelta(days=9)).date().isoformat()
    body = {"programme": PROGRAMME, "text": "t", "due_on": day, "person": "a", "enterprise": ENTERPRISE}
    answer = caller.send("POST", "/pledges", OFFICE, body)
    assert answer.status_code == 201, answer.text
