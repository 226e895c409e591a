"""Whom a team is made of and whom it serves: one person fills one place, one enterprise counts once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from intake.domain import team
from intake.domain.commands import FormTeam
from intake.domain.directory import Directory
from intake.domain.events import Finding, Member, Person, TeamFormed
from intake.domain.programme import Programme
from intake.domain.team import Led, Team
from intake.domain.timing import Timing
from tests.unit.intake.made import DIRECTORY, PROGRAMME, given
from tests.unit.intake.test_fieldwork import COMPLETE, FORM

LEADER = ("county_leader", "leader-01")


def with_pattern(pattern: Mapping[str, Any], **more: Any) -> Programme:
    return replace(PROGRAMME, document={**PROGRAMME.document, "teams": {"key": pattern}, **more})


def formed(command: FormTeam, programme: Programme = PROGRAMME, led: Led | None = None) -> TeamFormed:
    [event] = team.form(Team(), command, programme, DIRECTORY, led)
    return event


def test_one_person_does_not_make_a_team() -> None:
    """One leader and two heads are three people."""
    alone = tuple(Member(role, "leader-01") for role in ("county_leader", "department_head", "department_head"))
    assert formed(replace(FORM, members=alone)).findings == (
        Finding("too-few-members", "department_head: 1 of at least 2"),
        Finding("person-repeated", "县领导01: named for 3 places"),
    )


def test_one_enterprise_named_twice_is_one() -> None:
    programme = with_pattern({"enterprises": {"min": 2, "max": 3}, "members": []})
    event = formed(replace(FORM, members=(), enterprises=("e1", "e1")), programme)
    assert event.enterprises == ("e1",)
    assert [finding.code for finding in event.findings] == ["too-few-enterprises"]


def test_team_recorded_with_an_enterprise_twice_may_be_repeated() -> None:
    state = given(Team(), team.apply, [replace(formed(FORM), enterprises=("e1", "e1"))])
    assert team.form(state, replace(FORM, enterprises=("e1", "e1")), PROGRAMME, DIRECTORY) == []


def test_age_goes_by_the_year_of_the_programmes_zone() -> None:
    """Formed on New Year's Day 2022, 07:00 in China, which is still 2021 in UTC."""
    ages = [{"rank": "staff", "max": 35}]
    programme = with_pattern({"members": [{"role": "cadre", "min": 1, "ages": ages}]}, zone="Asia/Shanghai")
    at = datetime(2021, 12, 31, 23, tzinfo=UTC)
    command = FormTeam("t1", "专班", "key", None, ("e1",), (Member("cadre", "p"),), False, Timing(at, at, given=False))
    directory = Directory(1, {}, {"p": Person("p", "甲", born=1986, rank="staff")})
    [event] = team.form(Team(), command, programme, directory)
    assert [finding.code for finding in event.findings] == ["too-old"]


AGES = [{"rank": "deputy_section", "max": 40}, {"rank": "staff", "max": 35}]


@pytest.mark.parametrize(
    ("asked", "people", "found"),
    [
        ({"ages": AGES}, (None, None), [Finding("age-unknown", "cadre: 2 without a name, so without an age")]),
        ({"ages": AGES}, ("p", None), [Finding("age-unknown", "cadre: 1 without a name, so without an age")]),
        ({"ages": AGES}, ("p",), []),
        ({"min_rank": "staff"}, (None,), [Finding("rank-unknown", "cadre: 1 without a name, so without a rank")]),
        ({}, (None, None), []),
    ],
)
def test_nameless_have_no_age(asked: dict[str, Any], people: tuple[str | None, ...], found: list[Finding]) -> None:
    programme = with_pattern({"members": [{"role": "cadre", "min": 1, **asked}]}, ranks=[{"id": "staff"}])
    command = replace(FORM, members=tuple(Member("cadre", person) for person in people))
    directory = Directory(1, {}, {"p": Person("p", "甲", born=1990, rank="staff")})
    [event] = team.form(Team(), command, programme, directory)
    assert [finding for finding in event.findings if finding.code.endswith("unknown")] == found


BOUND = {**PROGRAMME.document["teams"]["key"], "enterprises": {"min": 1, "max": 3}}


@pytest.mark.parametrize(
    ("elsewhere", "count"), [((), None), (("e1", "e2", "e3"), None), (("e2", "e3", "e4"), 4), (("e2", "e3"), None)]
)
def test_leader_has_so_many_enterprises_in_all_teams(elsewhere: tuple[str, ...], count: int | None) -> None:
    found = formed(replace(FORM, members=(Member(*LEADER), *COMPLETE[1:])), with_pattern(BOUND), {LEADER: elsewhere})
    detail = f"县领导01: {count} of at most 3 enterprises in all teams"
    assert found.findings == (() if count is None else (Finding("leader-of-too-many", detail),))


def test_who_shares_a_place_does_not_lead() -> None:
    both = replace(FORM, members=(Member(*LEADER), Member("department_head", "leader-01")))
    assert team.leaders(both, with_pattern(BOUND)) == [LEADER]
    assert team.leaders(both, with_pattern({"members": BOUND["members"]})) == []
