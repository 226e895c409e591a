"""What a programme of version 2 asks of visits, services, teams and its own document."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts import DOCUMENTS
from intake.application.publishing import TOLD
from intake.domain import programme, service_record, team, visit
from intake.domain.commands import FormTeam, PublishProgramme, RecordService, RecordVisit
from intake.domain.directory import Directory
from intake.domain.events import Finding, Member, Person
from intake.domain.programme import Programme
from intake.domain.references import references
from intake.domain.service_record import ServiceRecord
from intake.domain.team import Team
from intake.domain.timing import Timing
from intake.domain.visit import Visit
from tests.unit.intake.made import DIRECTORY, DOCUMENT, LIVE, NOW, UNITS, refused

EXAMPLE = DOCUMENTS["bugle.documents.programme.v3"].example
MORE: dict[str, Any] = {
    "zone": "Asia/Shanghai",
    "starts_on": "2021-03-01",
    "ends_on": "2021-06-30",
    "visit_modes": ["visit"],
    "purposes": [{"id": "needs", "zh": "宣传问需求", "en": "Needs"}],
    "services": [{"id": "loan", "zh": "贷款", "en": "Loan", "amount": True}],
    "ranks": [{"id": "deputy_section"}, {"id": "staff"}],
}
PROGRAMME = Programme("jinxian", 2, "jinxian", {**DOCUMENT, **MORE})
VISIT = RecordVisit("v1", "e1", "visit", ("宣传问需求",), None, ("leader-01",), None, None, False, LIVE)
SERVICE = RecordService("s1", "e1", "power-company", "leader-01", "loan", 1, 100, None, None, False, LIVE)


def test_visit_within_the_rules_is_recorded() -> None:
    [recorded] = visit.record(Visit(), VISIT, PROGRAMME, DIRECTORY)
    assert recorded.people == ("leader-01",)
    assert visit.record(Visit(), replace(VISIT, purposes=("needs",)), PROGRAMME, DIRECTORY)


@pytest.mark.parametrize(
    ("change", "slug", "field"),
    [
        ({"mode": "survey"}, "wrong-mode", "mode"),
        ({"purposes": ("needs", "顺路")}, "unknown-purpose", "purposes/1"),
        ({"people": ("leader-01", "nobody")}, "unknown-person", "people/1"),
    ],
)
def test_visit_outside_the_rules_is_refused(change: dict[str, Any], slug: str, field: str) -> None:
    refused(lambda: visit.record(Visit(), replace(VISIT, **change), PROGRAMME, DIRECTORY), slug, field)


@pytest.mark.parametrize("days", [-40, 100])
def test_window_of_the_programme_holds(days: int) -> None:
    now = NOW + timedelta(days=200)
    timing = Timing(NOW + timedelta(days=days), now, reason="late", office=True)
    command = replace(VISIT, timing=timing)
    refused(lambda: visit.record(Visit(), command, PROGRAMME, DIRECTORY), "outside-window", "occurred_at")


@pytest.mark.parametrize(
    ("change", "slug", "field"),
    [
        ({"kind": "banquet"}, "unknown-service", "kind"),
        ({"amount": None}, "amount-missing", "amount"),
        ({"person": "nobody"}, "unknown-person", "person"),
    ],
)
def test_service_outside_the_rules_is_refused(change: dict[str, Any], slug: str, field: str) -> None:
    command = replace(SERVICE, **change)
    refused(lambda: service_record.record(ServiceRecord(), command, PROGRAMME, DIRECTORY), slug, field)


@pytest.mark.parametrize(
    ("person", "finding"),
    [
        (Person("p", "甲", born=1981, rank="deputy_section"), None),
        (Person("p", "甲", born=1980, rank="deputy_section"), Finding("too-old", "甲: 41 of at most 40 years")),
        (Person("p", "甲", born=1985, rank="staff"), Finding("too-old", "甲: 36 of at most 35 years")),
        (Person("p", "甲"), Finding("age-unknown", "甲: the directory tells no year of birth or no rank")),
        (
            Person("p", "甲", born=1990, rank="chief"),
            Finding("wrong-rank", "甲: the pattern has no members of the rank chief"),
        ),
    ],
)
def test_age_of_a_member_goes_by_rank(person: Person, finding: Finding | None) -> None:
    ages = [{"rank": "deputy_section", "max": 40}, {"rank": "staff", "max": 35}]
    document = {**PROGRAMME.document, "teams": {"key": {"members": [{"role": "cadre", "min": 1, "ages": ages}]}}}
    command = FormTeam("t1", "专班", "key", None, ("e1",), (Member("cadre", "p"),), False, LIVE)
    directory = Directory(1, {}, {"p": person})
    [formed] = team.form(Team(), command, replace(PROGRAMME, document=document), directory)
    assert formed.findings == (() if finding is None else (finding,))


@pytest.mark.parametrize(("rank", "code"), [("deputy_section", None), ("staff", "too-low"), (None, "rank-unknown")])
def test_member_has_at_least_the_rank(rank: str | None, code: str | None) -> None:
    members = [{"role": "cadre", "min_rank": "deputy_section"}]
    document = {**PROGRAMME.document, "teams": {"key": {"members": members}}}
    command = FormTeam("t1", "专班", "key", None, ("e1",), (Member("cadre", "p"),), False, LIVE)
    directory = Directory(1, {}, {"p": Person("p", "甲", rank=rank)})
    [formed] = team.form(Team(), command, replace(PROGRAMME, document=document), directory)
    assert [finding.code for finding in formed.findings] == ([] if code is None else [code])


UNITS_OF_EXAMPLE = {name: replace(UNITS[0], id=name, kind="department") for name in ("dept-01", "dept-02", "dept-03")}
PLACES = [
    ("grades.2.report_to", "grades/2/report_to"),
    ("rules.1.grade", "rules/1/grade"),
    ("recurrence.grade", "recurrence/grade"),
    ("clocks.3.limits.0.grade", "clocks/3/limits/0/grade"),
    ("first_asked.kinds.0", "first_asked/kinds/0"),
    ("service_card.roles.0", "service_card/roles/0"),
    ("authorities.0.unit", "authorities/0/unit"),
    ("townships.0.unit", "townships/0/unit"),
    ("returns.clock", "returns/clock"),
    ("teams.ordinary.members.0.role", "teams/ordinary/members/0/role"),
]


def test_example_document_holds_together() -> None:
    assert list(references(EXAMPLE, Directory(1, UNITS_OF_EXAMPLE))) == []


@pytest.mark.parametrize(("path", "where"), PLACES)
def test_name_that_is_not_defined_is_found(path: str, where: str) -> None:
    document = deepcopy(EXAMPLE)
    *parents, last = path.split(".")
    holder: Any = document
    for part in parents:
        holder = holder[int(part)] if part.isdigit() else holder[part]
    holder[int(last) if last.isdigit() else last] = "never_heard_of"
    assert where in [place for place, _ in references(document, Directory(1, UNITS_OF_EXAMPLE))]


def test_role_that_is_told_must_be_one_of_the_programme() -> None:
    named = (["unit", "role:bureau_head"], ["unit", "role:x"])
    told = [{"on": "card_issued", "to": to, "channels": ["inbox"]} for to in named]
    document = {**EXAMPLE, "notify": told}
    found = list(references(document, Directory(1, UNITS_OF_EXAMPLE)))
    assert found == [("notify/1/to/1", "The programme has no role x")]


def test_lead_of_a_rule_must_be_of_a_kind_that_may_lead() -> None:
    units = {**UNITS_OF_EXAMPLE, "dept-01": replace(UNITS[0], id="dept-01", kind="office")}
    assert [place for place, _ in references(EXAMPLE, Directory(1, units))] == ["rules/2/lead"]


def test_document_of_version_2_is_published_whole() -> None:
    document = {**DOCUMENT, **MORE, "version": 2}
    command = PublishProgramme("jinxian", 2, document, LIVE)
    [published] = programme.publish(Programme(), command, DIRECTORY, TOLD)
    assert published.document == document
