"""Programmes, directories and enterprises over HTTP."""

from __future__ import annotations

import pytest

from tests.integration.intake.agency import Agency, fault


def test_published_programme_is_read_whole(agency: Agency) -> None:
    found = agency.get(f"/programmes/{agency.name}").json()
    assert found["document"] == agency.document()
    [listed] = agency.get("/programmes").json()["items"]
    assert (listed["programme"], "document" in listed) == (agency.name, False)


def test_published_directory_is_read_whole(agency: Agency) -> None:
    found = agency.get(f"/directories/{agency.name}").json()
    assert [unit["id"] for unit in found["units"]] == ["power-company", "dept-01"]


def test_same_programme_again_is_no_event(agency: Agency) -> None:
    before = len(agency.events())
    answer = agency.publish(agency.document())
    assert (answer.status_code, answer.json()["outcome"]) == (200, "unchanged")
    assert len(agency.events()) == before


def test_published_version_is_fixed(agency: Agency) -> None:
    fault(agency.publish(agency.document(backdating_days=8)), 409, "/version")


def test_programme_keeps_its_zone(agency: Agency) -> None:
    """What was counted by day and month, and known as of a day, would be another."""
    answer = agency.publish(agency.document(version=2, zone="America/New_York"))
    fault(answer, 409, "/document/zone")
    assert answer.json()["type"].endswith(":zone-kept") and "Asia/Shanghai" in answer.json()["errors"][0]["mend"]
    assert agency.publish(agency.document(version=2)).status_code == 200


def test_document_is_checked_by_its_schema(agency: Agency) -> None:
    fault(agency.publish(agency.document(version=2, zone=8)), 422, "/document/zone")


def test_document_is_checked_by_its_references(agency: Agency) -> None:
    rules = [{"id": "r", "kind": "power", "lead": "dept-99"}]
    fault(agency.publish(agency.document(version=2, rules=rules)), 422, "/document/rules/0/lead")


def test_path_and_document_name_one_programme(agency: Agency) -> None:
    fault(agency.publish(agency.document(version=2, id="other")), 422, "/document/id")


def test_agency_publishes_for_itself_only(agency: Agency, stranger: Agency) -> None:
    document = agency.document(version=2)
    body = {"version": 2, "document": document}
    path = f"/programmes/{agency.name}"
    fault(stranger.send("PUT", path, body), 403, "/document/agency")
    assert stranger.send("PUT", path, body, role="operator").status_code == 200
    fault(stranger.send("PUT", f"/directories/{agency.name}", {"units": []}), 403, "/agency")


def test_frontend_publishes_nothing(agency: Agency) -> None:
    assert agency.publish(agency.document(version=2), role="frontend").status_code == 403


def test_changed_directory_is_the_next_version(agency: Agency) -> None:
    units = [{"id": "power-company", "name": "供电公司"}]
    agency.send("PUT", f"/directories/{agency.name}", {"units": units})
    assert agency.get(f"/directories/{agency.name}").json()["version"] == 2


def test_registered_name_is_unique(agency: Agency) -> None:
    assert agency.register().json()["outcome"] == "unchanged"
    fault(agency.register(industry="制造业"), 409, "/industry")


def test_enterprise_is_registered_for_own_agency(agency: Agency) -> None:
    body = {"agency": "elsewhere-2", "name": "某企业"}
    fault(agency.send("POST", "/enterprises", body), 403, "/agency")


def test_lists_are_paged_by_key(agency: Agency) -> None:
    for number in range(1, 5):
        agency.register(f"企业{number}")
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = agency.get("/enterprises", limit=2, **after).json()
        seen += [item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == sorted(seen)
    assert len(seen) == 5


def test_team_answers_with_its_findings(agency: Agency) -> None:
    teams = {"key": {"members": [{"role": "county_leader", "min": 1}]}}
    agency.publish(agency.document(version=2, teams=teams))
    body = {"programme": agency.name, "name": "专班01", "tier": "key", "members": [], "enterprises": ["荣鑫实业"]}
    answer = agency.send("POST", "/teams", body)
    assert [finding["code"] for finding in answer.json()["findings"]] == ["too-few-members"]
    [listed] = agency.get("/teams").json()["items"]
    assert listed["findings"] == answer.json()["findings"]


def test_leader_of_several_teams_is_found(agency: Agency) -> None:
    """The other teams may have been formed before, or in the same batch."""
    pattern = {"enterprises": {"max": 1}, "members": [{"role": "county_leader", "max": 1}]}
    agency.publish(agency.document(version=2, teams={"key": pattern}))
    for number in range(3):
        agency.register(f"企业{number}")
    member = {"role": "county_leader", "person": "p1"}
    body = {"programme": agency.name, "tier": "key", "members": [member]}
    teams = [{**body, "name": f"专班{n}", "enterprises": [f"企业{n}"]} for n in range(3)]
    assert agency.send("POST", "/teams", teams[0]).json()["findings"] == []
    batch = [
        {"specversion": "1.0", "id": str(n), "source": "/x", "type": "bugle.intake.form_team.v2", "data": team}
        for n, team in enumerate(teams[1:])
    ]
    headers = {"Content-Type": "application/cloudevents-batch+json"}
    answers = agency.send("POST", "/events", batch, headers=headers).json()
    details = [answer["body"]["findings"][0]["detail"].split(": ")[1] for answer in answers]
    assert details == [f"{n} of at most 1 enterprises in all teams" for n in (2, 3)]


def test_programme_of_a_zone_that_nobody_knows_is_refused(agency: Agency) -> None:
    fault(agency.publish(agency.document(version=2, zone="Asia/Nowhere")), 422, "/document/zone")


def test_visits_are_listed_by_enterprise(agency: Agency) -> None:
    body = {"programme": agency.name, "enterprise": "荣鑫实业", "mode": "call"}
    visit = agency.send("POST", "/visits", body).json()["id"]
    enterprise = agency.register().json()["id"]
    assert [item["visit"] for item in agency.get("/visits", enterprise=enterprise).json()["items"]] == [visit]


def test_service_is_recorded_once(agency: Agency) -> None:
    body = {"programme": agency.name, "kind": "policy", "count": 160, "ref": "1", "enterprise": None}
    assert agency.send("POST", "/services", body).status_code == 201
    assert agency.send("POST", "/services", body).json()["outcome"] == "unchanged"
    fault(agency.send("POST", "/services", {**body, "count": 161}), 409, "/ref")


def test_nobody_can_be_told_of_an_unknown_event(agency: Agency) -> None:
    notify = [{"on": name, "to": ["unit"], "channels": ["inbox"]} for name in ("card_issued", "card_lost")]
    fault(agency.publish(agency.document(version=2, notify=notify)), 422, "/document/notify/1/on")


def test_enterprise_is_found_by_part_of_its_name(agency: Agency, stranger: Agency) -> None:
    for name in ("荣鑫实业二厂", "100%物流"):
        agency.send("POST", "/enterprises", {"agency": agency.name, "name": name})
    named = [row["name"] for row in agency.get("/enterprises", name="荣鑫").json()["items"]]
    assert named == sorted(named) and set(named) == {"荣鑫实业", "荣鑫实业二厂"}
    assert [row["name"] for row in agency.get("/enterprises", name="%").json()["items"]] == ["100%物流"]
    [one] = agency.get("/enterprises", name="二厂").json()["items"]
    assert agency.get(f"/enterprises/{one['enterprise']}", role="leader").json() == one
    assert stranger.get(f"/enterprises/{one['enterprise']}").status_code == 404
    assert stranger.get("/enterprises", name="荣鑫实业二厂").json()["items"] == []


def test_team_ends_and_another_takes_its_place(agency: Agency) -> None:
    """Its leader no longer has its enterprises, it goes on no visit, and its end is told with its list."""
    pattern = {"enterprises": {"max": 1}, "members": [{"role": "county_leader", "max": 1}]}
    agency.publish(agency.document(version=2, teams={"key": pattern}))
    agency.register("企业2")
    member = {"role": "county_leader", "person": "p1"}
    body = {"programme": agency.name, "tier": "key", "members": [member], "name": "专班", "ref": "t/1"}
    old = agency.send("POST", "/teams", {**body, "enterprises": ["荣鑫实业"]}).json()["id"]
    visit = {"programme": agency.name, "enterprise": "荣鑫实业", "mode": "visit", "team": "t/1", "purposes": []}
    assert agency.send("POST", "/visits", visit).status_code == 201

    ended = agency.send("POST", f"/teams/{old}/disband", {"reason": "组长调离"})
    assert (ended.status_code, ended.json()["outcome"]) == (200, "amended")
    assert agency.send("POST", f"/teams/{old}/disband", {}).json()["outcome"] == "unchanged"
    assert agency.get("/teams").json()["items"][0]["disbanded_at"] is not None
    answer = agency.send("POST", "/visits", visit)
    assert answer.json()["type"] == "urn:bugle:problem:team-disbanded"
    fault(answer, 422, "/team")
    new = agency.send("POST", "/teams", {**body, "ref": "t/2", "enterprises": ["企业2"]})
    assert new.json()["findings"] == []


def test_team_ends_and_is_replaced_in_one_batch(agency: Agency) -> None:
    """The command may name the team by the ref it was formed under; what is just told counts already."""
    pattern = {"enterprises": {"max": 1}, "members": [{"role": "county_leader", "max": 1}]}
    agency.publish(agency.document(version=2, teams={"key": pattern}))
    agency.register("企业2")
    body = {"programme": agency.name, "tier": "key", "members": [{"role": "county_leader", "person": "p1"}]}
    first = {**body, "name": "专班1", "ref": "t/1", "enterprises": ["荣鑫实业"]}
    commands = [
        ("form_team.v2", first),
        ("disband_team.v1", {"team": "t/1"}),
        ("form_team.v2", {**body, "name": "专班2", "ref": "t/2", "enterprises": ["企业2"]}),
    ]
    batch = [
        {"specversion": "1.0", "id": str(n), "source": "/x", "type": f"bugle.intake.{type}", "data": data}
        for n, (type, data) in enumerate(commands)
    ]
    headers = {"Content-Type": "application/cloudevents-batch+json"}
    answers = agency.send("POST", "/events", batch, headers=headers).json()
    assert [answer["status"] for answer in answers] == [201, 200, 201]
    assert answers[2]["body"]["findings"] == []


@pytest.mark.parametrize("other", [True, False])
def test_unknown_team_cannot_end(agency: Agency, other: bool) -> None:
    """Another agency's is as unknown as none."""
    headers = agency.issuer.headers("office", agency="elsewhere") if other else {}
    team = {"programme": agency.name, "tier": "key", "members": [], "name": "专班", "enterprises": []}
    id = agency.send("POST", "/teams", team).json()["id"] if other else "nowhere"
    answer = agency.send("POST", f"/teams/{id}/disband", {}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:bugle:problem:not-found")
