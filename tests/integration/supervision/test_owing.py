"""Duties on PostgreSQL: who owes what, what counts, and what comes of it; policies that come; cards that add up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from eventkit.envelope import Envelope
from eventkit.ids import uid
from supervision import bootstrap
from tests.integration.supervision.place import Place
from tests.unit.supervision.made import CASE, ENTERPRISE, LEARNT, china, document, issue_reported, step, told

AGENCY = PROGRAMME = "jinxian"
WHEN = china("2021-04-01T09:00")
LATER = LEARNT + timedelta(days=1)

VISITS: dict[str, Any] = {
    "id": "monthly_visit",
    "zh": "每月走访",
    "en": "Monthly visit",
    "subject": "person",
    "role": "paired_cadre",
    "every": "month",
    "from": "2021-04-01",
    "needs": [{"id": "visit", "zh": "走访", "en": "Visit", "counts": "visit"}],
}
JUDGE: dict[str, Any] = {
    **VISITS,
    "id": "judge_visit",
    "subject": "enterprise",
    "role": "resident_judge",
    "needs": [{"id": "visit", "zh": "走访", "en": "Visit", "counts": "visit", "role": "resident_judge"}],
}
RETURNS: dict[str, Any] = {
    **VISITS,
    "id": "monthly_return",
    "subject": "case",
    "role": None,
    "needs": [{"id": "return", "zh": "月报", "en": "Return", "counts": "progress"}],
}
PERSON = {"name": "某", "title": None, "unit": "power", "synthetic": True}


def published(version: int = 1, at: datetime = WHEN, **changes: Any) -> Envelope:
    """The programme, without clocks unless said."""
    told_of = {**document(**{"clocks": [], **changes}), "version": version}
    data = {"programme": PROGRAMME, "version": version, "agency": AGENCY, "document": told_of}
    return told("intake.programme_published", at, at, data, key=PROGRAMME)


def directory(version: int = 1, at: datetime = WHEN, **people: str) -> Envelope:
    """The agency's directory: roles by person."""
    listed = [{**PERSON, "id": id, "role": role} for id, role in people.items()]
    units = [{"id": id, "name": id, "kind": "department", "synthetic": True} for id in ("power", "finance")]
    data = {"agency": AGENCY, "version": version, "units": units, "people": listed}
    return told("intake.directory_published", at, at, data, key=AGENCY)


def visit(
    at: str, *people: str, team: str | None = None, learnt_at: datetime = LEARNT, enterprise: str = ENTERPRISE
) -> Envelope:
    """A visit, to the enterprise unless said."""
    data = {
        "visit": str(uid("visit", at)),
        "programme": PROGRAMME,
        "agency": AGENCY,
        "enterprise": enterprise,
        "mode": "visit",
        "team": team,
        "people": list(people),
    }
    return told("intake.visit_recorded", china(at), learnt_at, data, key=str(uid("visit", at)))


def team(formed_at: datetime = WHEN, /, **members: str) -> Envelope:
    """A team for the enterprise: people by role."""
    data = {
        "team": str(uid("team")),
        "programme": PROGRAMME,
        "agency": AGENCY,
        "tier": "key",
        "enterprises": [ENTERPRISE],
        "members": [{"role": role, "person": person, "unit": None} for role, person in members.items()],
    }
    return told("intake.team_formed", formed_at, WHEN, data, key=str(uid("team")))


def sweep(place: Place, upto: datetime) -> None:
    """Everything that is due, as the process does it."""
    place.watermark(upto)
    for sweeper in bootstrap.sweepers(place.store):
        sweeper.sweep()


def standing(place: Place, rule: str) -> dict[str, list[str]]:
    """What was told of each subject's duty, in order: the period and what became of it."""
    with place.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT d.subject, split_part(e.type, '.', 3) AS name, e.data::jsonb->>'period' AS period FROM duties d"
                " JOIN events e ON e.stream = 'duty-' || d.duty WHERE d.rule = :rule ORDER BY d.subject, e.version"
            ),
            {"rule": rule},
        ).all()
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.subject, []).append(row.name if row.period is None else f"{row.name} {row.period}")
    return found


def test_officials_owe_a_visit_each_month(place: Place) -> None:
    place.hear(published(duties=[VISITS]), directory(a="paired_cadre", b="paired_cadre", c="county_leader"))
    place.hear(visit("2021-04-20T10:00", "a"))
    sweep(place, china("2021-05-03T00:00"))
    assert standing(place, "monthly_visit") == {
        "a": ["duty_opened", "duty_fulfilled 2021-04"],
        "b": ["duty_opened", "duty_missed 2021-04"],
    }
    sweep(place, china("2021-05-03T00:01"))
    assert place.kinds()["duty_missed"] == 1


PAIRING = {"key": {"members": [{"role": "paired_cadre", "min": 1}, {"role": "county_leader", "min": 1}]}}
"""Teams in which the role of the duty is paired with enterprises."""
OTHER = str(uid("enterprise", "other"))


def test_visit_counts_for_the_paired_enterprise_alone(place: Place) -> None:
    """Two cadres who both went out: one to an enterprise of his team, one to somebody else's."""
    place.hear(published(duties=[VISITS], teams=PAIRING), directory(a="paired_cadre", b="paired_cadre"))
    place.hear(team(paired_cadre="a", county_leader="b"))
    place.hear(visit("2021-04-20T10:00", "a"), visit("2021-04-21T10:00", "b", enterprise=OTHER))
    sweep(place, china("2021-05-03T00:00"))
    assert standing(place, "monthly_visit") == {
        "a": ["duty_opened", "duty_fulfilled 2021-04"],
        "b": ["duty_opened", "duty_missed 2021-04"],
    }


@pytest.mark.parametrize(
    ("formed_at", "came"),
    [("2021-04-20T23:00", ["duty_fulfilled 2021-04"]), ("2021-04-21T09:00", [])],
    ids=["that-day", "day-after"],
)
def test_pairing_of_the_day_counts(place: Place, formed_at: str, came: list[str]) -> None:
    """A month that had begun before the team was formed is not missed."""
    place.hear(published(duties=[VISITS], teams=PAIRING), directory(a="paired_cadre"))
    place.hear(visit("2021-04-20T10:00", "a"), team(china(formed_at), paired_cadre="a"))
    sweep(place, china("2021-05-03T00:00"))
    assert standing(place, "monthly_visit") == {"a": ["duty_opened", *came]}


@pytest.mark.parametrize(
    ("day", "came"), [("2021-04-20T10:00", "duty_fulfilled 2021-04"), ("2021-03-20T10:00", "duty_missed 2021-04")]
)
def test_pairing_told_late_is_owed_from_then(place: Place, day: str, came: str) -> None:
    """Who is in no team owes nothing; when the team is told that was formed before, its month is judged."""
    place.hear(published(duties=[VISITS], teams=PAIRING), directory(a="paired_cadre"))
    place.hear(visit(day, "a"))
    sweep(place, china("2021-05-03T00:00"))
    assert standing(place, "monthly_visit")["a"] == ["duty_opened"]
    place.hear(team(paired_cadre="a"))
    sweep(place, china("2021-05-04T00:00"))
    assert standing(place, "monthly_visit")["a"] == ["duty_opened", came]


def test_role_that_no_team_pairs_visits_anybody(place: Place) -> None:
    """Experts who serve the whole district."""
    experts = {**VISITS, "role": "expert"}
    place.hear(published(duties=[experts], teams=PAIRING), directory(a="expert"))
    place.hear(visit("2021-04-21T10:00", "a", enterprise=OTHER))
    sweep(place, china("2021-05-03T00:00"))
    assert standing(place, "monthly_visit") == {"a": ["duty_opened", "duty_fulfilled 2021-04"]}


@pytest.mark.parametrize("first", ["directory", "programme", "visit"])
def test_order_of_arrival_does_not_matter(place: Place, first: str) -> None:
    """Whatever comes first of directory, programme and visit: they lie in different partitions."""
    events = {
        "directory": directory(a="paired_cadre"),
        "programme": published(duties=[VISITS]),
        "visit": visit("2021-04-20T10:00", "a"),
    }
    for name in (first, *(name for name in events if name != first)):
        place.hear(events[name])
    sweep(place, china("2021-05-03T00:00"))
    assert standing(place, "monthly_visit") == {"a": ["duty_opened", "duty_fulfilled 2021-04"]}


def test_who_joins_later_owes_from_then_on_and_who_leaves_no_more(place: Place) -> None:
    place.hear(published(duties=[VISITS]), directory(a="paired_cadre"))
    at = china("2021-05-10T09:00")
    place.hear(directory(2, at, b="paired_cadre"))
    sweep(place, china("2021-07-02T00:00"))
    assert standing(place, "monthly_visit") == {
        "a": ["duty_opened", "duty_ended", "duty_missed 2021-04"],
        "b": ["duty_opened", "duty_missed 2021-06"],
    }


def test_newer_version_that_asks_for_something_else_begins_with_the_next_period(place: Place) -> None:
    place.hear(published(duties=[VISITS]), directory(a="paired_cadre"))
    twice = {**VISITS, "needs": [{**VISITS["needs"][0], "min": 2}]}
    place.hear(published(2, china("2021-05-10T09:00"), duties=[twice]))
    place.hear(visit("2021-04-20T10:00", "a"), visit("2021-06-01T10:00", "a"))
    sweep(place, china("2021-07-02T00:00"))
    told_of = standing(place, "monthly_visit")["a"]
    assert sorted(told_of) == [
        "duty_ended",
        "duty_fulfilled 2021-04",
        "duty_missed 2021-05",
        "duty_missed 2021-06",
        "duty_opened",
        "duty_opened",
    ]
    place.hear(published(3, china("2021-07-03T09:00"), duties=[twice], title={"zh": "新", "en": "new"}))
    assert place.kinds()["duty_opened"] == 2


def test_duty_that_a_newer_version_drops_ends_and_may_come_back(place: Place) -> None:
    place.hear(published(duties=[VISITS]), directory(a="paired_cadre"))
    place.hear(published(2, china("2021-05-10T09:00")))
    place.hear(published(3, china("2021-07-10T09:00"), duties=[VISITS]))
    sweep(place, china("2021-09-02T00:00"))
    told_of = standing(place, "monthly_visit")["a"]
    fired = ["duty_missed 2021-04", "duty_missed 2021-08"]
    assert sorted(told_of) == ["duty_ended", *fired, "duty_opened", "duty_opened"]


def test_visit_counts_for_an_enterprise_if_the_role_was_there(place: Place) -> None:
    place.hear(published(duties=[JUDGE]), directory(j="resident_judge", l="team_leader"))
    place.hear(team(team_leader="l", resident_judge="j"))
    place.hear(visit("2021-04-10T10:00", "l"), visit("2021-05-10T10:00", "l", "j"))
    place.hear(visit("2021-06-10T10:00", team=str(uid("team"))))
    sweep(place, china("2021-07-02T00:00"))
    [told_of] = standing(place, "judge_visit").values()
    assert [line for line in told_of if "opened" not in line] == [
        "duty_missed 2021-04",
        "duty_fulfilled 2021-05",
        "duty_fulfilled 2021-06",
    ]


def test_department_owes_a_return_until_the_result(place: Place) -> None:
    place.hear(published(duties=[RETURNS]), directory(), issue_reported(LEARNT))
    place.hear(step("accepted", china("2021-03-12T10:00"), LEARNT))
    place.hear(step("progress", china("2021-04-12T10:00"), LEARNT))
    sweep(place, china("2021-06-02T00:00"))
    [told_of] = standing(place, "monthly_return").values()
    assert told_of == ["duty_opened", "duty_fulfilled 2021-04", "duty_missed 2021-05"]
    place.hear(step("result", china("2021-05-20T10:00"), china("2021-06-03T10:00")))
    [told_of] = standing(place, "monthly_return").values()
    assert told_of[3:] == ["duty_ended", "duty_rescinded 2021-05"]


def test_long_term_result_is_reported_on_until_it_is_solved(place: Place) -> None:
    place.hear(published(long_term={"every": "month"}), directory(), issue_reported(LEARNT))
    place.hear(step("accepted", china("2021-03-12T10:00"), LEARNT))
    place.hear(step("result", china("2021-03-20T10:00"), LEARNT, outcome="long_term"))
    place.hear(step("fed_back", china("2021-03-21T10:00"), LEARNT, copied_to_office=True))
    place.hear(step("progress", china("2021-04-12T10:00"), LEARNT))
    sweep(place, china("2021-06-02T00:00"))
    [told_of] = standing(place, "long_term").values()
    assert told_of == ["duty_opened", "duty_fulfilled 2021-04", "duty_missed 2021-05"]
    place.hear(step("result", china("2021-06-20T10:00"), china("2021-06-20T10:00"), outcome="solved"))
    sweep(place, china("2021-09-02T00:00"))
    [told_of] = standing(place, "long_term").values()
    assert told_of[3:] == ["duty_ended"]


def library(title: str, kinds: tuple[str, ...] = (), words: tuple[str, ...] = (), **more: Any) -> Envelope:
    """A policy of the agency's library, published in May."""
    at = china("2021-05-10T09:00")
    data = {"policy": str(uid("policy", title)), "agency": AGENCY, "title": title, "programmes": []}
    data |= {"kinds": list(kinds), "keywords": list(words), "valid_from": "2021-05-10", "valid_to": None, "text": None}
    return told("intake.policy_published", at, at, {**data, **more}, key=data["policy"])


EXPLAINING: Mapping[str, Any] = {"policies": {"help_within": "10wd"}}


@pytest.mark.parametrize(
    ("policy", "matches"),
    [
        (library("电费补贴", kinds=("power",)), 0),  # the issue bears no kind
        (library("增容补助", words=("变压器",)), 1),
        (library("用工补贴", words=("招工", "用工")), 0),
        (library("他处", words=("变压器",), agency="daan"), 0),
        (library("他项", words=("变压器",), programmes=["daan"]), 0),
        (library("本项", words=("变压器",), programmes=[PROGRAMME]), 1),
    ],
)
@pytest.mark.parametrize("policy_first", [True, False])
def test_explained_case_is_told_of_a_policy_that_comes(
    place: Place, policy: Envelope, matches: int, policy_first: bool
) -> None:
    place.hear(published(**EXPLAINING), directory(), issue_reported(LEARNT))
    explained = step("result", china("2021-04-20T10:00"), LEARNT, outcome="explained")
    for event in (policy, explained) if policy_first else (explained, policy):
        place.hear(event)
    assert place.kinds()["policy_matched"] == matches
    assert len(standing(place, "help")) == matches
    place.hear(policy)
    assert place.kinds()["policy_matched"] == matches


def test_case_that_went_on_is_not_told(place: Place) -> None:
    place.hear(published(**EXPLAINING), directory(), issue_reported(LEARNT))
    place.hear(step("result", china("2021-04-20T10:00"), LEARNT, outcome="explained"))
    place.hear(step("returned", china("2021-04-21T10:00"), LEARNT, round=2))
    place.hear(library("增容补助", words=("变压器",)))
    assert place.kinds()["policy_matched"] == 0


def test_two_yellow_cards_make_a_letter_and_their_withdrawal_takes_it_back(place: Place) -> None:
    clock = {"id": "contact", "starts": "received", "stops": ["contacted"], "limit": "3wd", "card": "yellow"}
    cards = {"yellow_to_letter": 2, "per": "year", "reply_within": "3wd"}
    place.hear(published(clocks=[clock], cards=cards), directory())
    both = [CASE, str(uid("another"))]
    for case in both:
        place.hear(issue_reported(LEARNT, case=case), step("received", china("2021-03-11T09:30"), LEARNT, case=case))
    sweep(place, LATER)
    sweep(place, LATER + timedelta(minutes=1))
    kinds = place.kinds()
    assert (kinds["card_issued"], kinds["supervision_letter_issued"]) == (2, 1)
    assert [lines[0] for lines in standing(place, "letter_reply").values()] == ["duty_opened"]
    place.hear(step("contacted", china("2021-03-12T09:30"), LATER, case=CASE))
    sweep(place, LATER + timedelta(days=1))
    sweep(place, LATER + timedelta(days=1, minutes=1))
    kinds = place.kinds()
    assert (kinds["supervision_letter_withdrawn"], kinds["supervision_letter_issued"]) == (1, 1)
