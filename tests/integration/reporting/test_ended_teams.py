"""A team that was disbanded counts for every moment before its end, and for none from then on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from bugle.stack import Stack
from eventkit.ids import uid
from tests.integration.reporting.serving import holding, reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, enterprise_of, iso, programme

OLD, NEW, ENDED = (str(uid("team", name)) for name in ("old", "new", "ended"))
FIRST, SECOND = (str(uid("enterprise", name)) for name in ("first", "second"))
LISTS = [{"id": kind, "zh": kind, "en": kind, "of": kind} for kind in ("enterprises", "helpers")]


def replaced() -> Log:
    """The old team of the first enterprise gives way to a new one; that of the second ends for good."""
    log = Log()
    told = programme()
    roles = {"roles": [{"id": "leader", "zh": "队长", "en": "Leader"}], "service_card": {"roles": ["leader"]}}
    told["document"] |= {"lists": LISTS, "coverage": {"by": ["team"]}, **roles}
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **told)
    for enterprise in (FIRST, SECOND):
        said = enterprise_of(enterprise) | {"name": enterprise}
        log.add("intake", "enterprise_registered", f"enterprise-{enterprise}", enterprise, START, **said)
    leader = [{"role": "leader", "person": "p1", "unit": None}]
    log.team(OLD, START, [FIRST], ended_at=day(10), members=leader)
    log.team(NEW, day(10), [FIRST], members=leader)
    log.team(ENDED, day(1), [SECOND], ended_at=day(20), members=leader)
    return log


@pytest.fixture(scope="module")
def client(servers: Stack, issuer: Issuer) -> Iterator[TestClient]:
    with holding(servers, "reportingteams", replaced().events) as engine, reading(engine, issuer) as client:
        yield client


def read(client: TestClient, issuer: Issuer, path: str) -> Any:
    answer = client.get(f"/v1{path}", headers=issuer.headers("office"))
    assert answer.status_code == 200, answer.text
    return answer.json()


MOMENTS = [
    (day(9), 2, {FIRST, SECOND}),
    (day(10), 2, {FIRST, SECOND}),  # in the instant of the change one of the two counts
    (day(19), 2, {FIRST, SECOND}),
    (day(20), 1, {FIRST}),
    (None, 1, {FIRST}),
]


@pytest.mark.parametrize(("moment", "teams", "covered"), MOMENTS)
def test_only_standing_teams_count(
    client: TestClient, issuer: Issuer, moment: datetime | None, teams: int, covered: set[str]
) -> None:
    about = "programme=jinxian" + ("" if moment is None else f"&at={iso(moment)}")
    told = read(client, issuer, f"/coverage?{about}")
    assert (told["covered"], told["tiers"][0]["teams"]) == ({"team": len(covered)}, teams)
    assert {one["enterprise"] for one in told["uncovered"]} == {FIRST, SECOND} - covered
    assert read(client, issuer, f"/figures/teams?{about}")["value"] == teams
    assert read(client, issuer, f"/figures/team_enterprises?{about}")["value"] == len(covered)


def test_lists_have_standing_teams_alone(client: TestClient, issuer: Issuer) -> None:
    rows = read(client, issuer, "/lists/helpers?programme=jinxian")["items"]
    assert [row["team_id"] for row in rows] == [NEW]
    rows = read(client, issuer, "/lists/enterprises?programme=jinxian")["items"]
    assert {row["enterprise_id"]: row["teams"] for row in rows} == {FIRST: 1, SECOND: 0}
    card = read(client, issuer, f"/enterprises/{FIRST}/card?programme=jinxian")
    assert [member["team_id"] for member in card["members"]] == [NEW]


def card(client: TestClient, issuer: Issuer, about: str) -> list[str]:
    told = read(client, issuer, f"/enterprises/{FIRST}/card?programme=jinxian&{about}")
    return [member["team_id"] for member in told["members"]]


def test_card_names_who_served_then(client: TestClient, issuer: Issuer) -> None:
    """`at`: the teams that stood at the moment; `as_of`: those that the logs had told of."""
    for moment, teams in ((day(9), [OLD]), (day(10), [NEW]), (day(11), [NEW])):
        assert card(client, issuer, f"at={iso(moment)}") == teams, moment
    for moment, teams in ((day(9), [OLD]), (day(11), [NEW])):
        assert card(client, issuer, f"as_of={iso(moment)}") == teams, moment
    path = f"/v1/enterprises/{FIRST}/card?programme=jinxian&at=2021-02-01"
    answer = client.get(path, headers=issuer.headers("office"))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:bugle:problem:no-service-card")


def test_end_is_known_from_its_day_on(client: TestClient, issuer: Issuer) -> None:
    """As of an instant: what the logs had said of it by then."""
    for moment, teams in ((day(9), 2), (day(21), 1)):
        assert read(client, issuer, f"/figures/teams?programme=jinxian&as_of={iso(moment)}")["value"] == teams


def test_file_tells_when_a_team_ended(client: TestClient, issuer: Issuer) -> None:
    path = f"/v1/exports/counted.teams?programme=jinxian&format=csv&columns=team_id,ended_at&at={iso(day(19))}"
    answer = client.get(path, headers=issuer.headers("office"))
    assert answer.status_code == 200, answer.text
    told = dict(line.split(",") for line in answer.text.splitlines()[1:3])
    assert told == {ENDED: "2021-03-21 09:00:00", NEW: ""}
