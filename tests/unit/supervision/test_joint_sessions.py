"""Who was absent by the minutes has not reported in, although it came afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from eventkit.envelope import Envelope
from eventkit.ids import uid
from supervision.domain import duty as duties
from tests.unit.supervision.made import ENTERPRISE, Service, china, document, names, programme_published, told
from tests.unit.supervision.test_duties import ONCE, Owing

SESSION = str(uid("session"))
BEGINS, MINUTES, MIDNIGHT = china("2021-03-11T09:00"), china("2021-03-11T11:00"), china("2021-03-12T00:00")


def heard(name: str, at: datetime, sequenced: datetime | None = None, **data: Any) -> Envelope:
    return told(f"routing.{name}", at, sequenced or at, {"session": SESSION, **data}, key=SESSION)


def summoned() -> Service:
    """Finance and education are summoned for nine o'clock."""
    service = Service()
    service.hear(programme_published(document(joint_sessions={"zh": "报到", "report_in": "same_day"})))
    about: dict[str, Any] = {
        "programme": "jinxian",
        "programme_version": 1,
        "agency": "jinxian",
        "enterprise": ENTERPRISE,
    }
    more: dict[str, Any] = {"units": ["finance", "education"], "starts_at": BEGINS.isoformat(), "place": None}
    service.hear(heard("session_called", china("2021-03-10T15:00"), **about, **more))
    return service


def held(service: Service, present: list[str], absent: list[str]) -> None:
    told_at = china("2021-03-11T17:00")
    service.hear(heard("session_held", MINUTES, told_at, minutes="逐项研究", present=present, absent=absent))


def came(service: Service, unit: str, at: str) -> None:
    service.hear(heard("unit_reported_in", china(at), unit=unit))


def happened(service: Service) -> list[tuple[str, str, datetime]]:
    """What came of the duties to report in: (event, unit, moment)."""
    units = {str(row.opened.duty): row.opened.subject for row in service.register.rows.values()}
    told_of = [(name, data, at) for name, at, data in service.recorded().values() if "duty" in data]
    return [(name, units[data["duty"]], at) for name, data, at in told_of if name != "duty_opened"]


def test_who_came_after_the_minutes_misses() -> None:
    service = summoned()
    came(service, "finance", "2021-03-11T09:10")
    came(service, "education", "2021-03-11T14:00")
    held(service, ["finance"], ["education"])
    assert happened(service) == [
        ("duty_fulfilled", "finance", china("2021-03-11T09:10")),
        ("duty_fulfilled", "education", china("2021-03-11T14:00")),
        ("duty_missed", "education", MINUTES),
    ]


def test_who_never_came_misses_when_due() -> None:
    """The minutes say nothing that the end of the day would not."""
    service = summoned()
    held(service, [], ["finance", "education"])
    assert happened(service) == []


@pytest.mark.parametrize("came_at", ["2021-03-11T14:00", "2021-03-12T09:00"])
def test_absence_is_missed_once_and_late(came_at: str) -> None:
    """Due at midnight: whoever came on the next day was late already, and misses at the minutes too."""
    owing = Owing(replace(ONCE, rule="session", card="yellow", due_at=MIDNIGHT, broken_at=None))
    owing.fulfil(came_at)
    missed, card = owing.take(duties.absent(owing.duty, MINUTES))
    assert (names([missed, card]), missed.at, card.at) == (["DutyMissed", "DutyCardIssued"], MINUTES, MINUTES)
    assert owing.status() == "late"
    assert duties.absent(owing.duty, MINUTES) == []
    assert owing.sweep("2021-04-01T00:00") == []


def test_who_was_there_by_the_minutes_misses_nothing() -> None:
    owing = Owing(replace(ONCE, rule="session", due_at=MIDNIGHT, broken_at=None))
    owing.fulfil("2021-03-11T11:00")
    assert duties.absent(owing.duty, MINUTES) == []
