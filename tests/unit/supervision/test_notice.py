"""Given a programme's `notify`, an event and a directory: who is told, and how."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from eventkit.ids import uid
from supervision.domain import notification
from supervision.domain.notice import Affair, Official, Recipient, Telling, recipients
from supervision.domain.notification import (
    CAP,
    DeliveryGivenUp,
    DeliveryRedriven,
    Event,
    Notification,
    NotificationDelivered,
    NotificationRead,
    apply,
    deliver,
    event_id,
    give_up,
    is_history,
    notification_id,
    read,
    wait_after,
)
from tests.unit.supervision.made import document

ROLES = [
    {"id": "department_head", "zh": "部门负责人", "en": "Head", "access": "department"},
    {"id": "county_leader", "zh": "县领导", "en": "Leader", "access": "leader"},
    {"id": "cadre", "zh": "干部", "en": "Cadre", "access": "department"},
]
AFFAIR = Affair("jinxian", ("power",), ("finance",), "e1")
HEADS = (
    Official("head-power", "department_head", "power"),
    Official("head-finance", "department_head", "finance"),
    Official("head-roads", "department_head", "roads"),
)
AT = datetime(2021, 3, 12, tzinfo=UTC)


def telling(*to: str, on: str = "card_issued", channels: tuple[str, ...] = ("inbox",)) -> Telling:
    notify: list[dict[str, Any]] = [{"on": on, "to": list(to), "channels": list(channels)}]
    return Telling.of(document(notify=notify, roles=ROLES))


def told(name: str, affair: Affair, held: Telling, *officials: Official) -> list[tuple[str, str]]:
    """Kind and id of everybody told."""
    return [(who.kind, who.id) for who in recipients(name, affair, held, officials)]


@pytest.mark.parametrize(
    ("to", "found"),
    [
        ("unit", [("unit", "power")]),
        ("supporting", [("unit", "finance")]),
        ("office", [("office", "jinxian")]),
        ("enterprise", [("enterprise", "e1")]),
        ("role:cadre", [("role", "cadre")]),
        ("role:department_head", [("person", "head-power"), ("person", "head-finance")]),
    ],
)
def test_word_of_the_programme_finds_its_recipient(to: str, found: list[tuple[str, str]]) -> None:
    assert told("card_issued", AFFAIR, telling(to), *HEADS) == found


def test_only_the_event_that_is_named_tells() -> None:
    assert told("reminder_sent", AFFAIR, telling("unit"), *HEADS) == []


def test_what_an_event_does_not_have_tells_nobody() -> None:
    assert told("card_issued", Affair("jinxian"), telling("unit", "supporting", "enterprise")) == []


def test_recipient_of_two_entries_is_told_once_in_all_their_ways() -> None:
    notify = [
        {"on": "card_issued", "to": ["unit"], "channels": ["webhook", "inbox"]},
        {"on": "card_issued", "to": ["supporting", "unit"], "channels": ["email"]},
    ]
    held = Telling.of(document(notify=notify))
    found = recipients("card_issued", replace(AFFAIR, supporting=("power",)), held, ())
    assert found == {Recipient("unit", "power", "power"): ("inbox", "email", "webhook")}


@pytest.mark.parametrize(
    ("affair", "officials", "found"),
    [
        (replace(AFFAIR, person="head-roads"), HEADS, ["head-roads"]),
        (AFFAIR, (*HEADS[:2], replace(HEADS[2], paired=True)), ["head-roads"]),
        (AFFAIR, HEADS[1:], ["head-finance"]),
        (Affair("jinxian", ("schools",)), HEADS, ["head-power", "head-finance", "head-roads"]),
    ],
    ids=["whose duty it is", "team of the enterprise", "units of the case", "else all of them"],
)
def test_nearest_holders_of_a_role_are_told(affair: Affair, officials: tuple[Official, ...], found: list[str]) -> None:
    expected = [("person", id) for id in found]
    assert told("card_issued", affair, telling("role:department_head"), *officials) == expected


def test_role_without_holders_is_told_itself() -> None:
    [recipient] = recipients("card_issued", AFFAIR, telling("role:county_leader"), HEADS)
    assert recipient == Recipient("role", "county_leader", "power", "leader")


@pytest.mark.parametrize(("role", "found"), [("department_head", 1), ("county_leader", 0)])
def test_rung_of_the_ladder_hears_of_its_own_level(role: str, found: int) -> None:
    held = telling(f"role:{role}", on="case_escalated")
    assert len(told("case_escalated", replace(AFFAIR, role="department_head"), held)) == found


def test_role_beside_the_ladder_hears_of_every_level() -> None:
    held = telling("role:cadre", on="case_escalated")
    assert len(told("case_escalated", replace(AFFAIR, role="county_leader"), held)) == 1


@pytest.mark.parametrize(("days", "history"), [(0, False), (3, False), (4, True), (-1, False)])
def test_history_is_what_was_recorded_long_after(days: int, history: bool) -> None:
    assert is_history(AT, AT + timedelta(days=days), timedelta(days=3)) == history


def test_wait_doubles_up_to_a_cap_and_is_shortened_by_chance() -> None:
    longest = [wait_after(attempt, 1.0).total_seconds() for attempt in range(1, 12)]
    assert longest[:4] == [30, 60, 120, 240]
    assert longest[-1] == CAP.total_seconds() == wait_after(10**6, 1.0).total_seconds()
    assert wait_after(3, 0.25).total_seconds() == 30
    assert wait_after(5, 0.0) == timedelta(0)


CAUSE, ID = uid("cause"), UUID(int=7)
SENT, LOST = NotificationDelivered(ID, "email", 2, AT), DeliveryGivenUp(ID, "email", 3, "refused", AT)
AGAIN, SEEN = DeliveryRedriven(ID, "email", "office", AT), NotificationRead(ID, "a", AT)


def after(*happened: Event) -> Notification:
    """The notification after these events."""
    held = Notification()
    for event in happened:
        held = apply(held, event)
    return held


def test_cause_and_recipient_make_the_notification() -> None:
    one = notification_id(CAUSE, Recipient("unit", "power", "power"))
    assert one == notification_id(CAUSE, Recipient("unit", "power"))
    others = [Recipient("unit", "roads"), Recipient("person", "power"), Recipient("role", "power")]
    assert len({one, *(notification_id(CAUSE, other) for other in others)}) == 4


@pytest.mark.parametrize(
    ("happened", "delivered", "given_up"),
    [
        ((), True, True),
        ((SENT,), False, False),
        ((LOST,), True, False),
        ((LOST, AGAIN), True, True),
        ((LOST, SENT), False, False),
    ],
)
def test_outcome_is_recorded_once(happened: tuple[Event, ...], delivered: bool, given_up: bool) -> None:
    held = after(*happened)
    assert bool(deliver(held, ID, "email", 1, AT)) == delivered
    assert bool(give_up(held, ID, "email", 1, "refused", AT)) == given_up
    assert deliver(held, ID, "webhook", 1, AT)


def test_what_was_seen_stays_seen_by_the_first() -> None:
    assert read(after(), ID, "a", AT) == [SEEN]
    assert read(after(SEEN), ID, "b", AT) == []


def test_each_round_of_attempts_has_ids_of_its_own() -> None:
    first = {event_id(after(), LOST), event_id(after(LOST), AGAIN)}
    second = {event_id(after(LOST, AGAIN), LOST), event_id(after(LOST, AGAIN, LOST), AGAIN)}
    assert len(first | second) == 4
    assert event_id(after(LOST), LOST) == event_id(after(), LOST)
    assert event_id(after(), SENT) != event_id(after(), replace(SENT, channel="webhook"))
    assert notification.event_id(after(), SEEN) == event_id(after(SEEN), SEEN)
