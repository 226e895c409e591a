"""A case's life over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.routing.desk import Desk
from tests.unit.routing.made import LEAD, SUPPORT

NEXT_YEAR = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()

MOVES: list[tuple[str, dict[str, Any]]] = [
    ("receipt", {}),
    ("acceptance", {}),
    ("contact", {"note": "到厂"}),
    ("plan", {"milestones": [{"name": "通电", "due_on": NEXT_YEAR}]}),
    ("progress", {"milestone": "通电"}),
    ("result", {"outcome": "solved"}),
    ("feedback", {"copied_to_office": True}),
]


def test_case_walks_to_feedback(routing_desk: Desk, programme_id: str) -> None:
    case = routing_desk.open(programme_id)
    assigned = routing_desk.post(case, "assignment", headers=routing_desk.office())
    assert assigned.status_code == 201
    assert assigned.json()["letter"] == f"{programme_id}-交办〔{datetime.now(UTC).year}〕1号"
    assert (assigned.json()["lead"], assigned.json()["supporting"]) == (LEAD, [SUPPORT])
    for move, body in MOVES:
        assert routing_desk.post(case, move, body).status_code == 201, move
    assert routing_desk.names(case) == [
        "case_opened",
        "case_classified",
        "case_assigned",
        "letter_received",
        "case_accepted",
        "enterprise_contacted",
        "case_planned",
        "progress_reported",
        "result_reported",
        "result_fed_back",
    ]
    shown = routing_desk.http.get(f"/v1/cases/{case}", headers=routing_desk.officer())
    assert shown.headers["ETag"] == '"10"'
    assert (shown.json()["state"], shown.json()["version"], shown.json()["outcome"]) == ("fed_back", 10, "solved")
    assert shown.json()["milestones"] == [{"name": "通电", "due_on": NEXT_YEAR}]
    assert list(shown.json()["steps"])[-1] == "fed_back"
    assert routing_desk.column("SELECT state FROM cases WHERE case_id = :id", id=case) == ["fed_back"]


def test_office_names_units_itself(routing_desk: Desk, programme_id: str) -> None:
    case = routing_desk.open(programme_id, title="招工难")
    office = routing_desk.office()
    refused = routing_desk.post(case, "assignment", {"lead": SUPPORT}, office)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:bugle:problem:not-classified")
    assert routing_desk.post(case, "classification", {"kind": "land"}, office).status_code == 201
    assert routing_desk.post(case, "classification", {"kind": "land"}, office).status_code == 200
    nobody = routing_desk.post(case, "assignment", {}, office)
    assert (nobody.status_code, nobody.json()["type"]) == (409, "urn:bugle:problem:no-rule-matches")
    unknown = routing_desk.post(case, "assignment", {"lead": "nobody"}, office)
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "/lead")
    body = {"lead": SUPPORT, "supporting": [LEAD], "meeting": "2026-04-22"}
    assert routing_desk.post(case, "assignment", body, office).status_code == 201
    assert routing_desk.letters(programme_id) == ["1"]


def test_illegal_move_leaves_no_event(routing_desk: Desk, programme_id: str) -> None:
    case = routing_desk.open(programme_id)
    assert routing_desk.post(case, "assignment", headers=routing_desk.office()).status_code == 201
    known = routing_desk.names(case)
    for move, body in MOVES:
        if move in ("receipt", "contact"):
            continue  # a letter may be received, and an enterprise met before that
        refused = routing_desk.post(case, move, body)
        assert refused.status_code == 409, move
        assert refused.json()["errors"][0]["mend"]
    assert routing_desk.names(case) == known


def test_case_without_a_department_is_nobodys(routing_desk: Desk, programme_id: str) -> None:
    case = routing_desk.open(programme_id)
    for move, body in MOVES:
        assert routing_desk.post(case, move, body).status_code == 404, move
    assert routing_desk.names(case) == ["case_opened", "case_classified"]


@pytest.mark.parametrize(
    ("move", "body", "field"),
    [
        ("receipt", {"surprise": 1}, "/surprise"),
        ("plan", {"milestones": []}, "/milestones"),
        ("result", {"outcome": "forgotten"}, "/outcome"),
        ("result", {}, "/outcome"),
        ("contact", {"note": ""}, "/note"),
        ("plan", {"milestones": [{"name": "通电", "due_on": "2026-02-30"}]}, "/milestones/0/due_on"),
    ],
)
def test_bad_form_names_field(
    routing_desk: Desk, programme_id: str, move: str, body: dict[str, Any], field: str
) -> None:
    case = routing_desk.open(programme_id)
    refused = routing_desk.post(case, move, body)
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json()["errors"]] == [field]


def test_stale_version_is_refused(routing_desk: Desk, programme_id: str) -> None:
    case, office = routing_desk.open(programme_id), routing_desk.office()
    stale = routing_desk.post(case, "assignment", {}, office | {"If-Match": '"1"'})
    assert (stale.status_code, routing_desk.names(case)) == (412, ["case_opened", "case_classified"])
    fresh = routing_desk.post(case, "assignment", {}, office | {"If-Match": '"2"'})
    assert (fresh.status_code, fresh.headers["ETag"]) == (201, '"3"')
    assert routing_desk.letters(programme_id) == ["1"]


def test_key_repeats_first_answer(routing_desk: Desk, programme_id: str) -> None:
    case, office = routing_desk.open(programme_id), routing_desk.office() | {"Idempotency-Key": f"key-{programme_id}"}
    first, again = (routing_desk.post(case, "assignment", {}, office) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert routing_desk.post(case, "assignment", {"lead": SUPPORT}, office).status_code == 422
    assert routing_desk.names(case).count("case_assigned") == 1


def test_dates_are_judged(routing_desk: Desk, programme_id: str) -> None:
    now, office = datetime.now(UTC), routing_desk.office()
    days = {name: f"{now + timedelta(days=n):%Y-%m-%dT%H:%M:%SZ}" for name, n in (("ahead", 1), ("2", -2), ("20", -20))}
    case = routing_desk.open(programme_id)
    assert (
        routing_desk.post(case, "assignment", {"occurred_at": days["20"]}, office)
        .json()["type"]
        .endswith("reason-missing")
    )
    body = {"occurred_at": days["20"], "reason": "the meeting was held then"}
    assert routing_desk.post(case, "assignment", body, office).status_code == 201
    for body, slug in (
        ({"occurred_at": days["ahead"]}, "future-date"),
        ({"occurred_at": days["2"]}, "reason-missing"),
        ({"occurred_at": days["20"], "reason": "found the letter"}, "too-far-back"),
    ):
        refused = routing_desk.post(case, "receipt", body)
        assert (refused.status_code, refused.json()["type"]) == (422, f"urn:bugle:problem:{slug}")
    body = {"occurred_at": days["2"], "reason": "found the letter"}
    assert routing_desk.post(case, "receipt", body).status_code == 201
    assert routing_desk.events(case)[-1].json()["backdating_reason"] == "found the letter"
    earlier = {"occurred_at": f"{now - timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}", "reason": "really"}
    assert routing_desk.post(case, "acceptance", earlier).json()["type"].endswith("back-in-time")


def test_batch_of_assignments(routing_desk: Desk, programme_id: str) -> None:
    cases = [routing_desk.open(programme_id) for _ in range(3)]
    wanted = [cases[0], cases[0], cases[1], cases[2]]
    events = [
        {
            "specversion": "1.0",
            "id": f"{programme_id}-{n}",
            "source": "/meeting/2026-04-22",
            "type": "bugle.routing.assign.v1",
            "data": {"case": case, "meeting": "2026-04-22"},
        }
        for n, case in enumerate(wanted)
    ]
    answers = routing_desk.batch(events, routing_desk.office())
    assert [answer["status"] for answer in answers] == [201, 409, 201, 201]
    assert routing_desk.letters(programme_id) == ["1", "2", "3"]
    assert [answer["status"] for answer in routing_desk.batch(events, routing_desk.office())] == [201, 409, 201, 201]
    assert routing_desk.letters(programme_id) == ["1", "2", "3"]
