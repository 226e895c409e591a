"""What the topics hold beyond a backup: their own services' events, and no forgery."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from bugle.backup import topics
from bugle.stack.place import Place
from tests.unit.bugle.verifying import Recorder, System, record_of


class Held(System):
    """The topics as a reader of Kafka has them."""

    def close(self) -> None: ...


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    recorder = Recorder()
    recorder.report_issue()
    recorder.report_issue("later")
    recorder.route("case_opened", 0)
    held = Held(recorder.events)
    monkeypatch.setattr(topics, "KafkaTopics", lambda *about: held)
    monkeypatch.setattr(topics, "_topics", lambda place: set())
    monkeypatch.setattr(topics, "_present", lambda place: set())
    return held


def diverging() -> topics.Divergence:
    class Nowhere:
        kafka_access, topic_prefix = None, ""

    return topics.diverging(cast(Place, Nowhere()), {"intake": 1, "routing": 1, "supervision": 0})


def told(found: topics.Divergence) -> tuple[list[tuple[str, int]], dict[str, Any]]:
    return [(event.service, event.log_seq) for event in found.ahead], found.held


def test_events_behind_the_backup_are_ahead(held: Held) -> None:
    assert told(diverging()) == ([("intake", 2)], {"intake": 1, "routing": 1, "supervision": 0})


def test_event_in_wrong_topic_diverges_from_nothing(held: Held) -> None:
    forged = held.stores["intake"].rows[0].event
    assert forged is not None
    record = record_of(replace(forged, log_seq=99))
    held.topics["supervision", 0].append(replace(record, service="supervision"))
    assert told(diverging()) == ([("intake", 2)], {"intake": 1, "routing": 1, "supervision": 0})
