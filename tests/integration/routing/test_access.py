"""Who sees and moves a case: role × agency × department."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.routing.desk import Desk
from tests.unit.routing.made import LEAD, OTHER, SUPPORT

# caller → GET, progress (as supporter too), receipt (lead only), classification (office only), in the list
MATRIX: list[tuple[str, dict[str, Any], tuple[int, int, int, int, bool]]] = [
    ("department", {"department": LEAD}, (200, 201, 409, 403, True)),
    ("department", {"department": SUPPORT}, (200, 201, 403, 403, True)),
    ("department", {"department": OTHER}, (404, 404, 404, 403, False)),
    ("department", {"department": None}, (403, 403, 403, 403, False)),
    ("department", {"department": LEAD, "agency": "anyi"}, (404, 404, 404, 403, False)),
    ("office", {}, (200, 403, 403, 409, True)),
    ("office", {"agency": "anyi"}, (404, 403, 403, 404, False)),
    ("leader", {}, (200, 403, 403, 403, True)),
    ("operator", {"agency": None}, (200, 403, 403, 403, True)),
    ("frontend", {}, (403, 403, 403, 403, False)),
    ("enterprise", {}, (403, 403, 403, 403, False)),
    ("analyst", {}, (403, 403, 403, 403, False)),
]


@pytest.mark.parametrize(("role", "claims", "expected"), MATRIX)
def test_role_by_agency_by_case(
    routing_desk: Desk, programme_id: str, role: str, claims: dict[str, Any], expected: tuple[int, int, int, int, bool]
) -> None:
    case = routing_desk.open(programme_id)
    assert routing_desk.post(case, "assignment", {}, routing_desk.office()).status_code == 201
    assert routing_desk.post(case, "receipt").status_code == 201
    assert routing_desk.post(case, "acceptance").status_code == 201
    headers = routing_desk.issuer.headers(role, **claims)
    found = (
        routing_desk.http.get(f"/v1/cases/{case}", headers=headers).status_code,
        routing_desk.post(case, "progress", {"note": "在途"}, headers).status_code,
        routing_desk.post(case, "receipt", {}, headers).status_code,
        routing_desk.post(case, "classification", {"kind": "land"}, headers).status_code,
        case in _listed(routing_desk, headers, programme=programme_id),
    )
    assert found == expected
    progressed = 1 if expected[1] == 201 else 0
    assert len(routing_desk.events(case)) == 5 + progressed


def test_no_token_no_answer(routing_desk: Desk, programme_id: str) -> None:
    case = routing_desk.open(programme_id)
    assert routing_desk.http.get(f"/v1/cases/{case}").status_code == 401
    assert routing_desk.http.get("/v1/cases", headers={"Authorization": "Bearer forged"}).status_code == 401


def test_unknown_case_looks_like_foreign(routing_desk: Desk, programme_id: str) -> None:
    case = routing_desk.open(programme_id)
    foreign = routing_desk.post(case, "assignment", {}, routing_desk.office(agency="anyi"))
    unknown = routing_desk.post("00000000-0000-5000-8000-000000000000", "assignment", {}, routing_desk.office())
    assert foreign.json() == unknown.json()


def test_list_is_paged_and_filtered(routing_desk: Desk, programme_id: str) -> None:
    cases = sorted(routing_desk.open(programme_id) for _ in range(5))
    assert routing_desk.post(cases[3], "assignment", {}, routing_desk.office()).status_code == 201
    office = routing_desk.office()
    found, after = [], None
    while True:
        page = _page(routing_desk, office, programme=programme_id, limit=2, **({"after": after} if after else {}))
        found += [item["case"] for item in page["items"]]
        if (after := page["next"]) is None:
            break
    assert found == cases
    assert _listed(routing_desk, office, programme=programme_id, state="assigned") == [cases[3]]
    assert _listed(routing_desk, office, programme=programme_id, department=SUPPORT) == [cases[3]]
    assert _listed(routing_desk, office, programme=programme_id, department=OTHER) == []
    assert _listed(routing_desk, office, programme=programme_id, kind="land") == []
    refused = routing_desk.http.get("/v1/cases", params={"state": "lost"}, headers=office)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "state")


def _page(desk: Desk, headers: dict[str, str], **parameters: Any) -> Any:
    return desk.http.get("/v1/cases", params=parameters, headers=headers).json()


def _listed(desk: Desk, headers: dict[str, str], **parameters: Any) -> list[str]:
    return [item["case"] for item in _page(desk, headers, **parameters).get("items", ())]
