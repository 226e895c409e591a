"""Enterprises, teams, visits and services."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.domain import enterprise, service_record, team, visit
from intake.domain.commands import FormTeam, RecordService, RecordVisit, RegisterEnterprise
from intake.domain.enterprise import Enterprise
from intake.domain.events import ContactRecorded, Finding, Member
from intake.domain.service_record import ServiceRecord
from intake.domain.team import Team
from intake.domain.timing import Timing
from intake.domain.visit import Visit
from tests.unit.intake.made import DIRECTORY, LIVE, LONG_AGO, NOW, PROGRAMME, REGISTER, given, refused

COMPLETE = (Member("county_leader", "leader-01"), Member("department_head"), Member("department_head"))
FORM = FormTeam("t1", "专班01", "key", None, ("e1",), COMPLETE, False, LIVE)
VISIT = RecordVisit("v1", "e1", "visit", ("走访问实情",), None, (), None, None, False, LIVE)
SERVICE = RecordService("s1", "e1", "power-company", None, "policy", 1, None, None, None, False, LIVE)
AGAIN = Timing(NOW + timedelta(days=1), NOW + timedelta(days=1), given=False)


def test_enterprise_is_registered_once() -> None:
    [registered] = enterprise.register(Enterprise(), REGISTER)
    state = given(Enterprise(), enterprise.apply, [registered])
    assert state.agency == "jinxian"
    assert enterprise.register(state, replace(REGISTER, timing=AGAIN)) == []


@pytest.mark.parametrize(
    "change", [{"tier": "ordinary"}, {"industry": None}, {"township": "民和镇"}, {"synthetic": True}]
)
def test_name_belongs_to_one_enterprise(change: dict[str, object]) -> None:
    state = given(Enterprise(), enterprise.apply, enterprise.register(Enterprise(), REGISTER))
    other: RegisterEnterprise = replace(REGISTER, **change)  # type: ignore[arg-type]  # one field each
    refused(lambda: enterprise.register(state, other), "already-registered", next(iter(change)))


def test_contact_leaves_only_a_reference() -> None:
    state = given(Enterprise(), enterprise.apply, enterprise.register(Enterprise(), REGISTER))
    [recorded] = enterprise.contact(state, "ref-1", NOW)
    assert recorded == ContactRecorded("e1", "ref-1", NOW)
    assert enterprise.contact(enterprise.apply(state, recorded), "ref-1", NOW) == []


def test_complete_team_has_no_findings() -> None:
    [formed] = team.form(Team(), FORM, PROGRAMME, DIRECTORY)
    assert formed.findings == ()


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"members": COMPLETE[1:]}, Finding("too-few-members", "county_leader: 0 of at least 1")),
        ({"members": COMPLETE[:2]}, Finding("too-few-members", "department_head: 1 of at least 2")),
        (
            {"members": (Member("county_leader"), *COMPLETE)},
            Finding("too-many-members", "county_leader: 2 of at most 1"),
        ),
        ({"enterprises": ()}, Finding("too-few-enterprises", "enterprises: 0 of at least 1")),
        ({"enterprises": ("e1", "e2")}, Finding("too-many-enterprises", "enterprises: 2 of at most 1")),
        (
            {"members": (*COMPLETE, Member("driver"))},
            Finding("role-outside-pattern", "driver: not in the pattern of the tier key"),
        ),
        ({"tier": "ordinary"}, Finding("no-pattern", "the programme has no teams of the tier ordinary")),
    ],
)
def test_incomplete_team_is_a_finding(change: dict[str, object], finding: Finding) -> None:
    command: FormTeam = replace(FORM, **change)  # type: ignore[arg-type]  # one field each
    [formed] = team.form(Team(), command, PROGRAMME, DIRECTORY)
    assert formed.findings == (finding,)


def test_same_team_again_changes_nothing() -> None:
    state = given(Team(), team.apply, team.form(Team(), FORM, PROGRAMME, DIRECTORY))
    assert team.form(state, replace(FORM, timing=AGAIN), PROGRAMME, DIRECTORY) == []


def test_team_under_a_ref_stays() -> None:
    state = given(Team(), team.apply, team.form(Team(), FORM, PROGRAMME, DIRECTORY))
    other = replace(FORM, members=COMPLETE[:2])
    refused(lambda: team.form(state, other, PROGRAMME, DIRECTORY), "already-registered", "members")


@pytest.mark.parametrize(
    ("member", "slug", "field"),
    [
        (Member("county_leader", person="leader-99"), "unknown-person", "members/0/person"),
        (Member("county_leader", unit="dept-99"), "unknown-unit", "members/0/unit"),
    ],
)
def test_unknown_member_is_refused(member: Member, slug: str, field: str) -> None:
    command = replace(FORM, members=(member,))
    refused(lambda: team.form(Team(), command, PROGRAMME, DIRECTORY), slug, field)


def test_visit_is_recorded_once() -> None:
    [recorded] = visit.record(Visit(), VISIT, PROGRAMME, DIRECTORY)
    state = given(Visit(), visit.apply, [recorded])
    assert visit.record(state, replace(VISIT, timing=AGAIN), PROGRAMME, DIRECTORY) == []
    refused(lambda: visit.record(state, replace(VISIT, mode="call"), PROGRAMME, DIRECTORY), "already-registered", "ref")


def test_redated_visit_is_refused() -> None:
    dated = replace(VISIT, timing=Timing(LONG_AGO, NOW, from_ledger=True))
    state = given(Visit(), visit.apply, visit.record(Visit(), dated, PROGRAMME, DIRECTORY))
    other = replace(VISIT, timing=Timing(LONG_AGO + timedelta(1), NOW, from_ledger=True))
    refused(lambda: visit.record(state, other, PROGRAMME, DIRECTORY), "already-registered", "ref")


def test_service_is_recorded_once() -> None:
    [recorded] = service_record.record(ServiceRecord(), SERVICE, PROGRAMME, DIRECTORY)
    state = given(ServiceRecord(), service_record.apply, [recorded])
    assert service_record.record(state, replace(SERVICE, timing=AGAIN), PROGRAMME, DIRECTORY) == []
    refused(
        lambda: service_record.record(state, replace(SERVICE, count=2), PROGRAMME, DIRECTORY),
        "already-registered",
        "ref",
    )


def test_service_of_unknown_unit_is_refused() -> None:
    command = replace(SERVICE, unit="dept-99")
    refused(lambda: service_record.record(ServiceRecord(), command, PROGRAMME, DIRECTORY), "unknown-unit", "unit")
