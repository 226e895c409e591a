"""Named data of intake's domain tests, and given/when/then over its pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, TypeVar

import pytest

from intake.domain.commands import PublishDirectory, PublishProgramme, RegisterEnterprise, ReportIssue
from intake.domain.directory import Directory
from intake.domain.errors import Refusal
from intake.domain.events import Fact, Ledger, Person, Unit
from intake.domain.programme import Programme
from intake.domain.timing import Timing

NOW = datetime(2021, 4, 1, 9, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=20)
LIVE = Timing(NOW, NOW, given=False)
LEDGER = Ledger("issues", "12")

UNITS = (Unit("power-company", "国网进贤县供电公司", "utility"), Unit("dept-01", "部门01", synthetic=True))
PEOPLE = (Person("leader-01", "县领导01", "县委常委", None, "county_leader"),)
DIRECTORY = Directory(1, {unit.id: unit for unit in UNITS}, {person.id: person for person in PEOPLE})

DOCUMENT: Mapping[str, Any] = {
    "id": "jinxian",
    "version": 1,
    "agency": "jinxian",
    "backdating_days": 7,
    "roles": [{"id": "county_leader"}, {"id": "department_head"}],
    "ladder": [{"level": 1, "role": "county_leader"}],
    "kinds": [{"id": "power"}, {"id": "traffic"}],
    "rules": [{"id": "power", "kind": "power", "lead": "power-company", "supporting": ["dept-01"]}],
    "clocks": [
        {
            "id": "contact",
            "starts": "received",
            "stops": ["contacted"],
            "limit": "3wd",
            "escalate": [{"level": 1, "after": "1wd"}],
        }
    ],
    "teams": {
        "key": {
            "enterprises": {"min": 1, "max": 1},
            "members": [{"role": "county_leader", "min": 1, "max": 1}, {"role": "department_head", "min": 2}],
        }
    },
}
PROGRAMME = Programme("jinxian", 1, "jinxian", DOCUMENT)

PUBLISH_PROGRAMME = PublishProgramme("jinxian", 1, DOCUMENT, LIVE)
PUBLISH_DIRECTORY = PublishDirectory("jinxian", None, UNITS, PEOPLE, LIVE)
REGISTER = RegisterEnterprise("e1", "jinxian", "荣鑫实业", "key", "制造业", None, False, LIVE)
REPORT = ReportIssue(
    issue="i1",
    enterprise="e1",
    title="变压器容量不足",
    text=None,
    kind="power",
    visit=None,
    jurisdiction=None,
    batch=None,
    channel="frontend",
    due_at=None,
    ledger=None,
    facts=(),
    by="tester",
    synthetic=False,
    timing=LIVE,
)
ROW_TIMING = Timing(LONG_AGO, NOW, from_ledger=True)
ASSIGNED = Fact("assigned", LONG_AGO + timedelta(days=1), unit="power-company")
RESULT = Fact("result", LONG_AGO + timedelta(days=5), unit="power-company", outcome="solved")
ROW = replace(REPORT, channel="ledger", ledger=LEDGER, by="ledger", timing=ROW_TIMING, facts=(RESULT, ASSIGNED))

S = TypeVar("S")


def given(initial: S, apply: Callable[[S, Any], S], events: Sequence[object]) -> S:
    """The state that events lead to."""
    return reduce(apply, events, initial)


def refused(decide: Callable[[], object], slug: str, field: str | None) -> Refusal:
    """The refusal of a decision, which must be this one, at this field, with a mend."""
    with pytest.raises(Refusal) as caught:
        decide()
    assert (caught.value.slug, caught.value.field) == (slug, field)
    assert caught.value.mend
    return caught.value
