"""Evidence of figures over HTTP: every figure has it, its pages join up, and nobody sees more."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from eventkit.envelope import Envelope
from pagekit.session import COOKIE
from reporting.queries.named import FIGURES
from tests.integration.reporting.serving import reading
from tests.integration.reporting.test_reads import client as client
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import Log

RATIOS = sorted(name for name, measure in FIGURES.items() if measure.numerator is not None)
SUMS = ("service_count", "service_amount")


def evidence(client: TestClient, headers: dict[str, str], figure: str, query: str = "") -> dict[str, Any]:
    """All pages of it, each of seven rows."""
    told: dict[str, Any] = {"items": [], "next": ""}
    while told["next"] is not None:
        after = f"&after={told['next']}" if told["next"] else ""
        answer = client.get(f"/v1/figures/{figure}/evidence?limit=7{query}{after}", headers=headers)
        assert answer.status_code == 200, answer.text
        told = answer.json() | {"items": told["items"] + answer.json()["items"]}
    return told


@pytest.mark.parametrize("figure", sorted(FIGURES))
@pytest.mark.parametrize("query", ["", "&at=2021-03-12", "&as_of=2021-03-15"])
def test_every_figure_has_evidence(client: TestClient, issuer: Issuer, history: Log, figure: str, query: str) -> None:
    headers, known = issuer.headers("office"), {str(event.id): event for event in history.events}
    number = client.get(f"/v1/figures/{figure}?{query[1:]}", headers=headers).json()
    parts = ["", "&part=numerator", "&part=excluded"] if figure in RATIOS else [""]
    for part in parts:
        told = evidence(client, headers, figure, query + part)
        assert {name: told[name] for name in ("value", "formula", "synthetic")} == {
            name: number[name] for name in ("value", "formula", "synthetic")
        }
        assert told["rows"] == len(told["items"])
        assert all(item["events"] for item in told["items"])
        assert all(event["event_id"] in known for item in told["items"] for event in item["events"])
        if "as_of" in query:
            assert all(early(known[e["event_id"]]) for item in told["items"] for e in item["events"])
        if figure in RATIOS:
            assert told["rows"] == number[told["part"]]
        elif FIGURES[figure].value is FIGURES["issues"].value:
            assert told["rows"] == number["value"]


def early(event: Envelope) -> bool:
    return event.sequenced_at is not None and event.sequenced_at.isoformat() < "2021-03-15T16:00:01"


def test_filters_bring_their_events(client: TestClient, issuer: Issuer) -> None:
    told = evidence(client, issuer.headers("office"), "issues_closed", "&department=bank&kind=law")
    assert told["items"]
    for item in told["items"]:
        named = {event["type"] for event in item["events"]}
        assert {"issue_reported", "case_assigned", "case_closed_out", "issue_amended"} <= named


@pytest.mark.parametrize("amended", ["batch=9", "jurisdiction=passed_on"])
def test_filters_bring_amendments(client: TestClient, issuer: Issuer, amended: str) -> None:
    told = evidence(client, issuer.headers("office"), "issues", f"&{amended}")
    assert told["items"]
    assert all("issue_amended" in {event["type"] for event in item["events"]} for item in told["items"])


def test_clocks_tell_their_versions(client: TestClient, issuer: Issuer) -> None:
    told = evidence(client, issuer.headers("office"), "on_time", "&part=numerator")
    [one] = told["basis"]["clocks"]
    assert (one["rows"], one["programme"], one["calendar"]) == (told["numerator"], "jinxian", None)
    [programme] = told["basis"]["programmes"]
    assert (programme["programme"], programme["version"]) == ("jinxian", 1)
    assert evidence(client, issuer.headers("office"), "issues")["basis"]["clocks"] == []


def test_department_sees_its_own(client: TestClient, issuer: Issuer) -> None:
    bank = issuer.headers("department", department="bank")
    told = evidence(client, bank, "issues")
    assert 0 < told["rows"] < evidence(client, issuer.headers("office"), "issues")["rows"]
    assert all(item["lead"] == "bank" or "bank" in item["supporting"] for item in told["items"])
    assert evidence(client, issuer.headers("office", agency="elsewhere"), "issues")["items"] == []
    assert client.get("/v1/figures/issues/evidence", headers=issuer.headers("frontend")).status_code == 403


@pytest.mark.parametrize("figure", sorted(FIGURES))
def test_no_figure_shows_a_foreign_issue(client: TestClient, issuer: Issuer, figure: str) -> None:
    office, bank = issuer.headers("office"), issuer.headers("department", department="bank")
    every, own = ({row["case_id"] for row in evidence(client, of, "issues")["items"]} for of in (office, bank))
    told = repr(evidence(client, bank, figure)["items"])
    assert every > own and not [case for case in every - own if case in told]


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("luck/evidence", 404, "unknown-measure"),
        ("resolution/evidence?part=most", 422, "part"),
        ("issues/evidence?colour=red", 422, "colour"),
        ("deadlines/evidence?due=soon", 422, "due"),
        ("deadlines/evidence?due=9999-12-31", 422, "due"),
        ("composite/evidence", 422, "programme"),
        ("score/evidence?programme=jinxian&unit=bank", 422, "month"),
        ("score/evidence?programme=jinxian&unit=bank&month=x", 422, "month"),
        ("issues/evidence?after=x", 400, "after"),
    ],
)
def test_what_cannot_be_asked(client: TestClient, issuer: Issuer, query: str, status: int, word: str) -> None:
    answer = client.get(f"/v1/figures/{query}", headers=issuer.headers("office"))
    assert (answer.status_code, word in answer.text) == (status, True), answer.text


def test_kept_event_has_a_page(filled: Engine, issuer: Issuer) -> None:
    with reading(filled, issuer, headers={"accept": "text/html"}) as browser:
        browser.cookies.set(COOKIE, issuer.token("office"))
        told = browser.get("/v1/figures/teams/evidence", headers=issuer.headers("office")).json()
        [event] = told["items"][0]["events"]
        page = browser.get(f"/events/{event['event_id']}?programme=jinxian")
        assert page.status_code == 200 and "bugle.intake.team_formed.v1" in page.text
        assert f"/events/{event['event_id']}" in browser.get("/counted/teams?programme=jinxian").text
        browser.cookies.set(COOKIE, issuer.token("office", agency="elsewhere"))
        assert browser.get(f"/events/{event['event_id']}").status_code == 404
