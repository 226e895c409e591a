"""Suggestions, the policy library and duplicates through HTTP, on PostgreSQL."""

from __future__ import annotations

import copy
from typing import Any
from uuid import uuid4

import pytest

from contracts import DOCUMENTS
from tests.integration.intake.agency import ENTERPRISE, Agency, fault


@pytest.fixture
def hearing(agency: Agency) -> Agency:
    """The agency, whose programme hears suggestions."""
    document: dict[str, Any] = copy.deepcopy(DOCUMENTS["bugle.documents.programme.v3"].example)
    kept = ("suggestions", "zone", "starts_on", "duplicates")
    more = {key: document[key] for key in kept if key in document} | {"starts_on": "2020-01-01"}
    more |= {"suggestions": {"answer_within": "10wd"}, "duplicates": {"score": 80, "days": 365}}
    assert agency.publish({**agency.document(), **more, "version": 2}).status_code == 200
    return agency


def test_suggestion_from_record_to_answer(hearing: Agency) -> None:
    body = {"programme": hearing.name, "enterprise": ENTERPRISE, "title": "园区公交延时"}
    told = hearing.send("POST", "/suggestions", body, role="frontend").json()["id"]
    assert hearing.get(f"/suggestions/{told}").json()["answer"] is None
    answer = {"answer": "五月起延时"}
    fault(hearing.send("POST", f"/suggestions/{told}/answer", {**answer, "unit": "nobody"}), 422, "/unit")
    assert hearing.send("POST", f"/suggestions/{told}/answer", answer).json()["outcome"] == "amended"
    assert hearing.send("POST", f"/suggestions/{told}/answer", answer).json()["outcome"] == "unchanged"
    [listed] = hearing.get("/suggestions", programme=hearing.name, answered="true").json()["items"]
    assert (listed["suggestion"], listed["answer"], listed["unit"]) == (told, "五月起延时", None)
    assert hearing.get("/suggestions", answered="false").json()["items"] == []


def test_department_answers_for_itself_alone(hearing: Agency) -> None:
    body = {"programme": hearing.name, "title": "集中供热"}
    told = hearing.send("POST", "/suggestions", body).json()["id"]
    path = f"/v1/suggestions/{told}/answer"
    headers = hearing.issuer.headers("department", agency=hearing.name, department="dept-01")
    other = hearing.client.post(path, json={"answer": "已报", "unit": "power-company"}, headers=headers)
    assert (other.status_code, other.json()["errors"][0]["field"]) == (403, "/unit")
    assert hearing.client.post(path, json={"answer": "已报"}, headers=headers).status_code == 200
    assert hearing.get(f"/suggestions/{told}").json()["unit"] == "dept-01"


def test_suggestion_heard_on_a_visit_elsewhere_is_refused(hearing: Agency) -> None:
    hearing.register("另一企业")
    visit = hearing.send("POST", "/visits", {"programme": hearing.name, "enterprise": "另一企业"}).json()["id"]
    body = {"programme": hearing.name, "enterprise": ENTERPRISE, "title": "集中供热", "visit": visit}
    fault(hearing.send("POST", "/suggestions", body), 422, "/visit")
    fault(hearing.send("POST", "/suggestions", {**body, "visit": str(uuid4())}), 422, "/visit")
    del body["enterprise"]
    told = hearing.send("POST", "/suggestions", body).json()["id"]
    assert hearing.get(f"/suggestions/{told}").json()["visit"] == visit


def test_policy_is_published_and_put_right(hearing: Agency) -> None:
    body = {"title": "电费补贴", "kinds": ["power"], "valid_from": "2021-05-10", "ref": "2021-17"}
    policy = hearing.send("POST", "/policies", body).json()["id"]
    assert hearing.send("POST", "/policies", {**body, "title": "电费补贴办法"}).json()["outcome"] == "amended"
    assert hearing.get(f"/policies/{policy}").json()["title"] == "电费补贴办法"
    assert [row["policy"] for row in hearing.get("/policies").json()["items"]] == [policy]
    fault(hearing.send("POST", "/policies", {"title": "无", "valid_from": "2021-05-10"}), 422, "/kinds")


def test_duplicates_of_an_issue(hearing: Agency) -> None:
    first, second, third = (
        hearing.report(title=title, kind="power").json()["id"]
        for title in ("流动资金贷款难", "流动资金的贷款难办", "变压器容量不足")
    )
    [found] = hearing.get(f"/issues/{second}/duplicates").json()["items"]
    assert (found["issue"], found["score"] >= 80) == (first, True)
    assert hearing.get(f"/issues/{third}/duplicates").json()["items"] == []
    assert hearing.send("POST", f"/issues/{first}/withdrawal", {"reason": "误报"}).status_code == 200
    assert hearing.get(f"/issues/{second}/duplicates").json()["items"] == []
    assert hearing.get(f"/issues/{uuid4()}/duplicates").status_code == 404
