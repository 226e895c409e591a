"""Who is told of what on real tables: once, by whichever path, and not of what has gone or is history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from eventkit.ids import uid
from eventkit.store import Append
from supervision.adapters import notices
from supervision.adapters.messages import CODEC
from supervision.domain.events import CaseResumed
from tests.integration.supervision.place import Place
from tests.integration.supervision.post import NOW, Post, assigned, given, notice
from tests.unit.supervision.made import ENTERPRISE, step

EVERYWHERE = ("inbox", "email", "webhook")


def test_unit_supporters_office_and_enterprise_are_told(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit", "supporting", "office", "enterprise"))
    place.hear(assigned(NOW, "finance"))
    post.run()
    assert post.told() == [
        ("case_assigned", "enterprise", ENTERPRISE),
        ("case_assigned", "office", "jinxian"),
        ("case_assigned", "unit", "finance"),
        ("case_assigned", "unit", "power"),
    ]
    assert place.kinds()["notification_raised"] == 4


def test_notification_and_its_delivery_are_of_the_trace_of_their_cause(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit", channels=("inbox", "email")))
    post.address("unit", "power", "email", "duty@power.example")
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    place.hear(replace(assigned(), traceparent=f"00-{trace}-00f067aa0ba902b7-01"))
    post.run()
    with place.store.transaction() as tx:
        rows = tx.connection.execute(text("SELECT type, traceparent FROM events WHERE stream LIKE 'notification-%'"))
        found = {(row.type.split(".")[2], (row.traceparent or "")[3:35]) for row in rows}
    assert found == {("notification_raised", trace), ("notification_delivered", trace)}


def test_event_that_the_programme_does_not_name_tells_nobody(place: Place, post: Post) -> None:
    given(place, notice("card_issued", "unit"))
    place.hear(assigned())
    post.run()
    assert place.scalar("SELECT count(*) FROM causes") == 0
    assert post.told() == []


def test_each_level_of_the_ladder_is_told_when_it_is_reached(place: Place, post: Post) -> None:
    roles = ("role:department_head", "role:county_leader")
    given(place, notice("case_escalated", *roles), people={"head": "department_head", "other": "paired_cadre"})
    place.hear(assigned(), step("received", NOW - timedelta(hours=5), NOW))
    place.watermark(NOW + timedelta(hours=1))
    place.sweeper().sweep()
    post.run()
    assert place.kinds()["case_escalated"] == 2
    assert post.told() == [("case_escalated", "person", "head"), ("case_escalated", "role", "county_leader")]


def test_redelivery_and_a_second_sweep_tell_nothing_new(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit"), notice("card_issued", "unit", "office"))
    events = [assigned(), step("received", NOW - timedelta(hours=5), NOW)]
    for _ in range(2):
        place.hear(*events)
        place.watermark(NOW + timedelta(hours=1))
        place.sweeper().sweep()
        post.run()
    before = place.events()
    post.run()
    assert place.events() == before
    assert place.kinds()["notification_raised"] == 3


def test_replaying_the_causes_raises_nothing_new(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit", channels=EVERYWHERE))
    place.hear(assigned())
    post.run()
    before = place.events()
    with place.store.transaction() as tx:
        rows = tx.load([f"watch-{step('assigned', NOW, NOW).key}"])
        notices.project(tx, [event for events in rows.values() for event in events])
        tx.connection.execute(text("UPDATE causes SET next_at = recorded_at"))
    post.run()
    assert place.events() == before


def test_two_notifiers_side_by_side_raise_once(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit", "office"))
    place.hear(assigned())
    one, other = post.notifier(), post.notifier()
    assert one.raising.round() + other.raising.round() == 1
    assert place.kinds()["notification_raised"] == 2


def test_history_tells_nobody(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit", channels=EVERYWHERE))
    place.hear(assigned(NOW - timedelta(days=4)))
    assert place.scalar("SELECT count(*) FROM causes") == 1
    post.run()
    assert post.told() == []
    assert place.scalar("SELECT count(*) FROM causes WHERE next_at IS NULL") == 1


def test_how_far_back_is_history_is_a_setting(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit"))
    place.hear(assigned(NOW - timedelta(days=4)))
    post.run(history_days=5.0)
    assert post.told() == [("case_assigned", "unit", "power")]


@pytest.mark.parametrize("told_first", [True, False])
def test_ground_that_goes_cancels_what_is_outstanding(place: Place, post: Post, told_first: bool) -> None:
    given(place, notice("card_issued", "unit", channels=EVERYWHERE), notice("case_escalated", "office"))
    place.hear(assigned(), step("received", NOW - timedelta(hours=5), NOW))
    place.watermark(NOW + timedelta(hours=1))
    place.sweeper().sweep()
    if told_first:
        post.notifier().raising.round()
    place.hear(step("contacted", NOW - timedelta(hours=4, minutes=30), NOW + timedelta(hours=1)))
    place.watermark(NOW + timedelta(hours=2))
    place.sweeper().sweep()
    assert place.kinds()["misses_rescinded"] == 1
    post.address("unit", "power", "email", "duty@power.example")
    post.run()
    assert post.mailbox.messages == []
    states = sorted(post.states())
    if not told_first:
        assert states == []
    else:
        cancelled = [("email", "cancelled"), ("webhook", "cancelled")]
        assert states == [cancelled[0], *[("inbox", "delivered")] * 3, cancelled[1]]
        assert place.scalar("SELECT bool_and(withdrawn) FROM notifications")


def test_one_cause_that_fails_stops_no_other(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit"))
    place.hear(assigned())
    lost = CODEC.encode(CaseResumed("lost", 1, "office", None, NOW, NOW))
    with place.store.transaction() as tx:
        tx.append([Append("watch-lost", "lost", 0, [(uid("lost"), lost)])])
        tx.connection.execute(
            text(
                "INSERT INTO causes SELECT event_id, 'case_resumed', 'jinxian', stream, occurred_at, recorded_at,"
                " recorded_at - interval '1 day' FROM events WHERE key = 'lost'"
            )
        )
    post.run()
    assert post.told() == [("case_assigned", "unit", "power")]
    assert place.scalar("SELECT count(*) FROM causes WHERE next_at IS NOT NULL") == 1
