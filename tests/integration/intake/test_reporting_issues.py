"""Issues over HTTP: what is recorded, what is refused, and that a refusal leaves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.intake.agency import ENTERPRISE, Agency, ago, fault


def test_reported_issue_is_an_event_and_a_row(agency: Agency) -> None:
    answer = agency.report(kind="power")
    assert answer.status_code == 201
    id = answer.json()["id"]
    [event] = agency.events(f"issue-{id}")
    assert (event["type"], event["key"], event["version"]) == ("issue_reported.v1", id, 1)
    found = agency.get(f"/issues/{id}")
    assert (found.headers["ETag"], found.json()["answer"]) == ('"1"', "pending")
    assert answer.headers["Location"] == f"/v1/issues/{id}"


def test_enterprise_goes_by_id_too(agency: Agency) -> None:
    id = agency.register().json()["id"]
    assert agency.report(enterprise=id).status_code == 201


def test_same_key_gives_the_first_answer(agency: Agency) -> None:
    first = agency.report(key="k1")
    again = agency.report(key="k1")
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(agency.events(f"issue-{first.json()['id']}")) == 1


def test_same_key_with_another_body_is_refused(agency: Agency) -> None:
    agency.report(key="k2")
    assert agency.report(key="k2", title="另一件").status_code == 422


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"enterprise": "无此企业"}, 422, "/enterprise"),
        ({"programme": "nowhere"}, 422, "/programme"),
        ({"kind": "water"}, 422, "/kind"),
        ({"visit": "no-such-visit"}, 422, "/visit"),
        ({"title": ""}, 422, "/title"),
        ({"colour": "red"}, 422, "/colour"),
        ({"occurred_at": "2099-01-01T00:00:00Z"}, 422, "/occurred_at"),
        ({"occurred_at": "2099-01-01"}, 400, "/occurred_at"),
        ({"occurred_at": ago(days=3)}, 422, "/reason"),
        ({"occurred_at": ago(days=30), "reason": "纸质登记"}, 422, "/occurred_at"),
    ],
)
def test_bad_input_names_its_field(agency: Agency, change: dict[str, Any], status: int, field: str) -> None:
    before = len(agency.events())
    fault(agency.report(**change), status, field)
    assert len(agency.events()) == before


def test_office_dates_back_beyond_the_limit(agency: Agency) -> None:
    answer = agency.report(role="office", occurred_at=ago(days=30), reason="纸质登记")
    assert answer.status_code == 201
    [event] = agency.events(f"issue-{answer.json()['id']}")
    assert event["data"]["backdating_reason"] == "纸质登记"


@pytest.mark.parametrize("role", ["department", "leader", "enterprise", "analyst", "operator"])
def test_other_roles_report_nothing(agency: Agency, role: str) -> None:
    assert agency.report(role=role).status_code == 403


def test_foreign_programme_and_enterprise_are_unknown(agency: Agency, stranger: Agency) -> None:
    fault(stranger.report(programme=agency.name), 422, "/programme")
    enterprise = agency.register().json()["id"]
    stranger.set_up()
    fault(stranger.report(enterprise=enterprise), 422, "/enterprise")


def test_foreign_issue_is_not_there(agency: Agency, stranger: Agency) -> None:
    id = agency.report().json()["id"]
    assert stranger.get(f"/issues/{id}").status_code == 404
    assert stranger.send("POST", f"/issues/{id}/amendments", {"kind": "power"}).status_code == 404
    assert stranger.get("/issues").json()["items"] == []


def test_amendment_asks_for_the_version(agency: Agency) -> None:
    id = agency.report().json()["id"]
    path, match = f"/issues/{id}/amendments", {"If-Match": '"1"'}
    assert agency.send("POST", path, {"kind": "power"}, headers=match).status_code == 200
    assert agency.send("POST", path, {"kind": "traffic"}, headers=match).status_code == 412
    found = agency.get(f"/issues/{id}")
    assert (found.headers["ETag"], found.json()["kind"]) == ('"2"', "power")


def test_issue_keeps_its_visit(agency: Agency) -> None:
    body = {"programme": agency.name, "enterprise": ENTERPRISE, "purposes": ["走访问实情"], "ref": "1"}
    visit = agency.send("POST", "/visits", body).json()["id"]
    issue = agency.report(visit="1").json()["id"]
    assert agency.get(f"/issues/{issue}").json()["visit"] == visit


@pytest.mark.parametrize(
    ("role", "status"), [("leader", 200), ("operator", 200), ("department", 403), ("enterprise", 403)]
)
def test_issues_are_read_by_the_agencys_staff(agency: Agency, role: str, status: int) -> None:
    id = agency.report().json()["id"]
    assert agency.get(f"/issues/{id}", role=role).status_code == status
    assert agency.get("/issues", role=role).status_code == status


def test_issues_are_listed_from_either_end(agency: Agency) -> None:
    for number in range(5):
        assert agency.report(title=f"第{number}件").status_code == 201
    oldest = [row["issue"] for row in agency.get("/issues").json()["items"]]
    newest: list[str] = []
    page = agency.get("/issues", order="newest", limit=2).json()
    while newest := newest + [row["issue"] for row in page["items"]]:
        if page["next"] is None:
            break
        page = agency.get("/issues", order="newest", limit=2, after=page["next"]).json()
    assert newest == oldest[::-1] and len(oldest) == 5
