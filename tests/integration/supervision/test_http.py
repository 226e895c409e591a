"""Verification, close-out, calendars and reads over HTTP."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import orjson
import pytest

from supervision import bootstrap
from tests.integration.supervision.place import Place
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.supervision.made import (
    CASE,
    ENTERPRISE,
    ROOT,
    china,
    document,
    issue_reported,
    programme_published,
    step,
    told,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")

OFFICE: dict[str, Any] = {"roles": ["office"], "agency": "jinxian"}
OTHER: dict[str, Any] = {"roles": ["office"], "agency": "daan"}
OWNER: dict[str, Any] = {"roles": ["enterprise"], "enterprise": ENTERPRISE}
STRANGER: dict[str, Any] = {"roles": ["enterprise"], "enterprise": CASE}
OPERATOR: dict[str, Any] = {"roles": ["operator"]}


class Caller:
    """Calls supervision with tokens of the test's issuer."""

    def __init__(self, client: TestClient, issuer: Issuer) -> None:
        self._client = client
        self._issuer = issuer

    def send(self, method: str, path: str, who: dict[str, Any], body: Any = None, **headers: str) -> httpx.Response:
        """One request; `headers` with underscores for dashes."""
        claims = dict(who)
        token = self._issuer.token(*claims.pop("roles"), **claims)
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | {"Authorization": f"Bearer {token}"}
        answer: httpx.Response = self._client.request(method, f"/v1{path}", json=body, headers=sent)
        return answer

    def verify(self, who: dict[str, Any], satisfaction: str = "satisfied", **more: Any) -> httpx.Response:
        return self.send("POST", f"/cases/{CASE}/verification", who, {"satisfaction": satisfaction, **more})

    def close_out(self, who: dict[str, Any] = OFFICE, **more: Any) -> httpx.Response:
        return self.send("POST", f"/cases/{CASE}/close-out", who, more)


@pytest.fixture
def caller(client: TestClient, issuer: Issuer) -> Caller:
    return Caller(client, issuer)


def given_fed_back(place: Place, copied_to_office: bool = True) -> None:
    """A case of which the result has just been fed back."""
    now = datetime.now(UTC) - timedelta(minutes=10)
    place.hear(programme_published(document()))
    place.hear(issue_reported(now, at=now))
    place.hear(step("assigned", now, now), step("fed_back", now, now, copied_to_office=copied_to_office))


def slug(answer: httpx.Response) -> tuple[int, str]:
    """Status and slug of a problem."""
    return answer.status_code, answer.json()["type"].rsplit(":", 1)[1]


def test_satisfied_enterprise_lets_the_office_close_out(place: Place, caller: Caller) -> None:
    given_fed_back(place)
    assert caller.verify(OWNER).status_code == 201
    closed = caller.close_out()
    assert closed.status_code == 201, closed.text
    assert closed.json()["closed"] is True
    assert place.kinds()["case_closed_out"] == 1
    shown = caller.send("GET", f"/watches/{CASE}", OFFICE)
    assert shown.json()["closed"] is True
    assert shown.headers["ETag"] == closed.headers["ETag"]


def test_unsatisfied_enterprise_has_it_reopened(place: Place, caller: Caller) -> None:
    given_fed_back(place)
    assert caller.verify(OWNER, "unsatisfied", note="容量仍不足").json()["round"] == 2
    kinds = [row.type.split(".")[2] for row in place.events()][-2:]
    assert kinds == ["enterprise_verified", "reopening_ordered"]
    assert slug(caller.verify(OWNER)) == (409, "nothing-fed-back")


@pytest.mark.parametrize("who", [OTHER, STRANGER])
def test_stranger_learns_nothing_of_a_case(place: Place, caller: Caller, who: dict[str, Any]) -> None:
    given_fed_back(place)
    assert slug(caller.verify(who)) == (404, "unknown-case")
    assert slug(caller.send("GET", f"/watches/{CASE}", who)) == (404, "unknown-case")
    assert caller.send("GET", "/watches", who).json()["items"] == []


def test_refusals_name_what_is_missing(place: Place, caller: Caller) -> None:
    given_fed_back(place, copied_to_office=False)
    assert slug(caller.close_out()) == (409, "not-copied-to-office")
    assert slug(caller.close_out(OWNER)) == (403, "forbidden")
    assert slug(caller.verify(OWNER, "delighted")) == (422, "invalid")
    before = len(place.events())
    assert caller.verify(OFFICE, occurred_at="2099-01-01T00:00:00Z").status_code == 422
    assert caller.verify(OFFICE, occurred_at="2021-01-01T00:00:00Z").status_code == 422
    assert len(place.events()) == before


def test_close_out_needs_the_verification_of_its_round(place: Place, caller: Caller) -> None:
    given_fed_back(place)
    assert slug(caller.close_out()) == (409, "not-verified")
    caller.verify(OFFICE)
    assert slug(caller.verify(OFFICE)) == (409, "already-verified")
    assert caller.close_out().status_code == 201
    assert slug(caller.close_out()) == (409, "already-closed-out")


def test_stale_version_is_refused(place: Place, caller: Caller) -> None:
    given_fed_back(place)
    answer = caller.send("POST", f"/cases/{CASE}/verification", OFFICE, {"satisfaction": "satisfied"}, If_Match='"1"')
    assert answer.status_code == 412


def calendar(version: int, years: range) -> dict[str, Any]:
    """The repository's calendar, cut to some years, as a command's body."""
    text = (ROOT / "programmes/calendars/cn.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text)["years"]
    held = {str(y): {"notice": None, **known[str(y)]} for y in years}
    body: dict[str, Any] = orjson.loads(orjson.dumps({"version": version, "source": "notices", "years": held}))
    return body


def test_calendar_is_published_once_per_version(caller: Caller) -> None:
    assert slug(caller.send("GET", "/calendars/cn", OFFICE)) == (404, "unknown-calendar")
    body = calendar(1, range(2004, 2027))
    assert slug(caller.send("PUT", "/calendars/cn", OFFICE, body)) == (403, "forbidden")
    assert caller.send("PUT", "/calendars/cn", OPERATOR, body).status_code == 201
    assert caller.send("PUT", "/calendars/cn", OPERATOR, body).json()["outcome"] == "unchanged"
    assert slug(caller.send("PUT", "/calendars/cn", OPERATOR, calendar(1, range(2004, 2026)))) == (
        409,
        "stale-calendar",
    )
    shown = caller.send("GET", "/calendars/cn", OFFICE).json()
    assert "2026-02-14" in shown["years"]["2026"]["work"]


def test_provisional_deadline_is_recomputed_when_its_year_is_published(place: Place, caller: Caller) -> None:
    now = datetime.now(UTC)
    assert caller.send("PUT", "/calendars/cn", OPERATOR, calendar(1, range(2020, 2022))).status_code == 201
    place.hear(programme_published(document()))
    place.hear(issue_reported(now, at=china("2022-01-27T10:00")))
    place.hear(step("received", china("2022-01-28T09:00"), now))
    place.watermark(now + timedelta(hours=1))
    place.sweeper().sweep()
    before = place.kinds()
    assert before["deadline_missed"] == 1
    assert caller.send("PUT", "/calendars/cn", OPERATOR, calendar(2, range(2020, 2023))).json()["outcome"] == "amended"
    place.watermark(datetime.now(UTC) + timedelta(hours=2))
    place.sweeper().sweep()
    first, second = caller.send("GET", f"/cases/{CASE}/clocks", OFFICE).json()["items"]
    assert (first["status"], first["provisional"]) == ("cancelled", True)
    assert all(stage["withdrawn"] for stage in first["stages"] if stage["fired"])
    assert (second["generation"], second["provisional"], second["calendar_version"]) == (2, False, 2)
    assert second["due_at"] == "2022-02-07T16:00:00Z"
    assert place.kinds()["deadline_missed"] == 2


def ten_days_off(version: int, days: int) -> dict[str, Any]:
    """A calendar of this year and the next, with so many days off from tomorrow on."""
    today = datetime.now(SHANGHAI).date()
    years: dict[str, Any] = {str(today.year + n): {"off": [], "work": [], "notice": None} for n in range(2)}
    for day in (today + timedelta(days=n) for n in range(1, days + 1)):
        years[str(day.year)]["off"].append(day.isoformat())
    return {"version": version, "source": "notices", "years": years}


def test_reply_to_a_letter_is_due_by_the_amended_calendar(place: Place, caller: Caller) -> None:
    told_of = {"agency": "jinxian", "units": [{"id": "power"}], "people": []}
    cards, now = {"yellow_to_letter": 2, "per": "month", "reply_within": "1wd"}, datetime.now(UTC)
    caller.send("PUT", "/calendars/cn", OPERATOR, ten_days_off(1, 0))
    place.hear(programme_published(document(cards=cards)))
    place.hear(told("intake.directory_published", now, now, told_of, "agency"))
    issued = caller.send("POST", "/letters", OFFICE, {"programme": "jinxian", "unit": "power", "text": "Reply."})
    assert issued.status_code == 201, issued.text
    caller.send("PUT", "/calendars/cn", OPERATOR, ten_days_off(2, 10))
    place.watermark(datetime.now(UTC) + timedelta(minutes=1))
    for sweeper in bootstrap.sweepers(place.store):
        sweeper.sweep()
    [duty] = caller.send("GET", "/duties?programme=jinxian", OFFICE).json()["items"]
    first = datetime.fromisoformat(issued.json()["reply_due_at"])
    assert datetime.fromisoformat(duty["due_at"]) >= max(first, datetime.now(UTC) + timedelta(days=10))
    assert place.kinds()["duty_recounted"] == 1


def test_watches_are_paged(place: Place, caller: Caller) -> None:
    given_fed_back(place)
    listed = caller.send("GET", "/watches?limit=1&programme=jinxian", OFFICE).json()
    assert [item["case"] for item in listed["items"]] == [CASE]
    assert listed["next"] is None
