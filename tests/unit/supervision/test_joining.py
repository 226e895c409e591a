"""From which day somebody who joins a directory owes what others owe already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from eventkit.envelope import Envelope
from tests.unit.supervision.made import CONTACT, Service, china, document, programme_published, told

VISITS: dict[str, Any] = {
    "id": "visits",
    "zh": "每月走访",
    "subject": "person",
    "every": "month",
    "needs": [{"id": "visit", "counts": "visit"}],
}


def directory(at: datetime, *people: str) -> Envelope:
    listed = [{"id": person, "role": None, "unit": None} for person in people]
    return told(
        "intake.directory_published",
        at,
        at,
        {"agency": "jinxian", "version": len(people), "units": [], "people": listed},
        "agency",
    )


@pytest.mark.parametrize(
    ("joined", "since"),
    [
        ("2021-05-01T02:00", "2021-05-01"),
        ("2021-04-30T23:59", "2021-04-30"),
        ("2021-05-01T08:00", "2021-05-01"),
    ],
)
def test_joiner_owes_from_the_day_in_the_programmes_zone(joined: str, since: str) -> None:
    """At two in the morning in China it is still yesterday by UTC."""
    service = Service()
    service.hear(programme_published(document(CONTACT, duties=[VISITS])), directory(china("2021-03-01T09:00"), "first"))
    service.hear(directory(china(joined), "first", "second"))
    opened = [event.json() for event in service.store.tables.events if event.type.endswith("duty_opened.v1")]
    assert {duty["subject"]: duty["since"] for duty in opened} == {"first": "2021-03-01", "second": since}
