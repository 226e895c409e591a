"""What is owed by and to a team that was disbanded, on PostgreSQL: until its last day, and no more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from eventkit.envelope import Envelope
from eventkit.ids import uid
from supervision.adapters.register import register
from tests.integration.supervision.place import Place
from tests.integration.supervision.test_owing import (
    AGENCY,
    JUDGE,
    PAIRING,
    PROGRAMME,
    VISITS,
    directory,
    published,
    standing,
    sweep,
    team,
    visit,
)
from tests.unit.supervision.made import ENTERPRISE, china, told

TEAMS: dict[str, Any] = {**VISITS, "id": "team_visit", "subject": "team", "role": None}
TEAM = str(uid("team"))
NEW = str(uid("team", "new"))


def disbanded(at: datetime, learnt_at: datetime | None = None) -> Envelope:
    """The end of the team."""
    data = {"team": TEAM, "programme": PROGRAMME, "agency": AGENCY, "reason": None, "by": "office"}
    return told("intake.team_disbanded", at, learnt_at or at, data, key=TEAM)


def successor(formed_at: datetime, learnt_at: datetime | None = None, /, **members: str) -> Envelope:
    """Another team for the same enterprise."""
    told_of = {"team": NEW, "programme": PROGRAMME, "agency": AGENCY, "tier": "key", "enterprises": [ENTERPRISE]}
    people = [{"role": role, "person": person, "unit": None} for role, person in members.items()]
    return told("intake.team_formed", formed_at, learnt_at or formed_at, {**told_of, "members": people}, key=NEW)


def begin(place: Place, *duties: dict[str, Any]) -> None:
    """A programme with a team of a cadre and a judge."""
    people = {"a": "paired_cadre", "b": "paired_cadre", "j": "resident_judge"}
    place.hear(published(duties=list(duties), teams=PAIRING), directory(**people))
    place.hear(team(paired_cadre="a", resident_judge="j"))


@pytest.mark.parametrize(
    ("ended_at", "visited_at", "came"),
    [
        ("2021-04-20T10:30", "2021-04-20T10:00", ["duty_fulfilled 2021-04"]),
        ("2021-04-20T10:30", "2021-04-21T00:00", []),
        ("2021-04-20T00:00", "2021-04-19T23:59", ["duty_fulfilled 2021-04"]),
        ("2021-04-20T00:00", "2021-04-20T00:00", []),
    ],
)
def test_visit_counts_until_the_last_day(place: Place, ended_at: str, visited_at: str, came: list[str]) -> None:
    """A team that ends in the course of a day pairs on that day, one that ends as it begins does not."""
    begin(place, VISITS)
    place.hear(visit(visited_at, "a"), disbanded(china(ended_at)))
    sweep(place, china("2021-07-02T00:00"))
    assert standing(place, "monthly_visit")["a"] == ["duty_opened", *came]


def test_quota_is_owed_for_the_months_before(place: Place) -> None:
    """Until June 10: April and May were owed, June and what follows are not."""
    begin(place, VISITS)
    place.hear(disbanded(china("2021-06-10T09:00")))
    sweep(place, china("2021-09-02T00:00"))
    assert standing(place, "monthly_visit")["a"] == ["duty_opened", "duty_missed 2021-04", "duty_missed 2021-05"]


def test_successor_goes_on_without_a_gap(place: Place) -> None:
    """Who is in the new team from the day on owes the month of the change too; the new member from the next one."""
    begin(place, VISITS)
    change = china("2021-05-10T09:00")
    place.hear(disbanded(change), successor(change, paired_cadre="a", resident_judge="b"))
    sweep(place, china("2021-07-02T00:00"))
    missed = [f"duty_missed 2021-0{month}" for month in (4, 5, 6)]
    assert standing(place, "monthly_visit") == {"a": ["duty_opened", *missed], "b": ["duty_opened", missed[-1]]}


CHANGE, SWEPT, LEARNT_AT = china("2021-05-15T00:00"), china("2021-06-02T00:00"), china("2021-06-03T09:00:10")
MISSED = ["duty_opened", "duty_missed 2021-04", "duty_missed 2021-05"]


@pytest.mark.parametrize("formed_after", [-10, 10, 100])
@pytest.mark.parametrize("formed_heard_first", [True, False])
def test_order_of_arrival_decides_nothing(place: Place, formed_heard_first: bool, formed_after: int) -> None:
    """May was missed; then the office tells, within the grace, of a change in May. Partitions keep no order: either

    event may be heard first, and sweeps come when they like."""
    begin(place, VISITS, JUDGE)
    sweep(place, SWEPT)
    formed_at = LEARNT_AT + timedelta(seconds=formed_after)
    formed = successor(CHANGE, formed_at, paired_cadre="a", resident_judge="b")
    ended = disbanded(CHANGE, LEARNT_AT)
    for event in (formed, ended) if formed_heard_first else (ended, formed):
        place.hear(event)
        sweep(place, min(formed_at, LEARNT_AT) - timedelta(seconds=1))
    sweep(place, china("2021-06-04T00:00"))
    assert standing(place, "monthly_visit")["a"] == MISSED
    assert standing(place, "judge_visit") == {ENTERPRISE: MISSED}


def test_successor_told_of_after_the_grace_begins_anew(place: Place) -> None:
    """The end has been followed up by then: nobody is found at fault twice for the month of the change."""
    begin(place, VISITS, JUDGE)
    sweep(place, SWEPT)
    place.hear(disbanded(CHANGE, LEARNT_AT))
    sweep(place, LEARNT_AT + timedelta(hours=1))
    formed_at = LEARNT_AT + timedelta(hours=2)
    place.hear(successor(CHANGE, formed_at, paired_cadre="a", resident_judge="b"))
    sweep(place, china("2021-07-02T00:00"))
    assert standing(place, "monthly_visit")["a"] == [*MISSED, "duty_rescinded 2021-05", "duty_missed 2021-06"]
    [events] = standing(place, "judge_visit").values()
    assert sorted(events) == sorted(
        [*MISSED, "duty_ended", "duty_rescinded 2021-05", "duty_opened", "duty_missed 2021-06"]
    )


def test_end_is_followed_up_when_all_was_heard(place: Place) -> None:
    """Neither a new directory nor a sweep ends anything before the watermarks have passed the end and the grace."""
    begin(place, TEAMS, JUDGE)
    sweep(place, SWEPT)
    place.hear(disbanded(CHANGE, LEARNT_AT))
    place.hear(directory(2, LEARNT_AT, a="paired_cadre", b="paired_cadre", j="resident_judge"))
    sweep(place, LEARNT_AT + timedelta(seconds=119))
    assert place.kinds()["duty_ended"] == 0
    sweep(place, LEARNT_AT + timedelta(seconds=121))
    assert place.kinds()["duty_ended"] == 2


def test_duties_of_team_and_enterprise_end_with_it(place: Place) -> None:
    begin(place, TEAMS, JUDGE)
    place.hear(disbanded(china("2021-05-10T09:00")))
    sweep(place, china("2021-07-02T00:00"))
    for rule, subject in (("team_visit", TEAM), ("judge_visit", ENTERPRISE)):
        assert standing(place, rule) == {subject: ["duty_opened", "duty_ended", "duty_missed 2021-04"]}


def test_end_told_late_takes_misses_back(place: Place) -> None:
    """Told in July that it ended in May: what was missed of May and June is withdrawn, of April not."""
    begin(place, TEAMS, VISITS)
    sweep(place, china("2021-07-02T00:00"))
    place.hear(disbanded(china("2021-05-10T09:00"), learnt_at=china("2021-07-03T09:00")))
    sweep(place, china("2021-09-02T00:00"))
    for rule, subject in (("team_visit", TEAM), ("monthly_visit", "a")):
        events = standing(place, rule)[subject]
        assert [line for line in events if "rescinded" in line] == ["duty_rescinded 2021-05", "duty_rescinded 2021-06"]
        assert [line for line in events if "missed" in line] == [f"duty_missed 2021-0{n}" for n in (4, 5, 6)]


def test_end_may_be_heard_first(place: Place) -> None:
    """Its partition keeps the order; were it to come first all the same, the pairing has its two days."""
    place.hear(published(duties=[VISITS], teams=PAIRING), directory(a="paired_cadre"))
    place.hear(disbanded(china("2021-05-10T09:00")))
    place.hear(team(paired_cadre="a"))
    sweep(place, china("2021-07-02T00:00"))
    assert standing(place, "monthly_visit") == {"a": ["duty_opened", "duty_missed 2021-04"]}


def test_nobody_of_an_ended_team_is_told(place: Place) -> None:
    """Members of the enterprise's teams are notified: those of the teams that stand."""
    begin(place, VISITS)
    change = china("2021-05-10T09:00")
    place.hear(disbanded(change), successor(change, paired_cadre="b"))
    sweep(place, change + timedelta(days=1))
    with place.store.transaction() as tx:
        known = register(tx)
        assert known.paired(PROGRAMME, ENTERPRISE) == {"b"}
        assert [one.id for one in known.teams(PROGRAMME)] == [NEW]
        [enterprise] = known.enterprises(AGENCY, PROGRAMME)
        assert enterprise.roles == {"paired_cadre"}
