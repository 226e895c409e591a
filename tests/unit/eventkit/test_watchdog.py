"""When a worker counts as stalled."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaError

from eventkit.memory import MemoryStore
from eventkit.processing import Processor
from eventkit.reactions import Reactions
from eventkit.settings import WorkerSettings
from eventkit.watchdog import Watchdog
from tests.support.metering import value

PLACE, OTHER = TopicPartition("source.events", 0), TopicPartition("source.events", 1)


def watchdog(app: object = None) -> Watchdog:
    settings = WorkerSettings(database_url="", kafka="", metrics_port=0, data_dir="", silence_seconds=60)
    return Watchdog(app, Processor(MemoryStore("toys"), Reactions("toys", [])), settings)


def test_still_offset_with_work_is_a_stall() -> None:
    dog = watchdog()
    assert dog.stalled({PLACE: (5, 9)}, 0) == []
    assert dog.stalled({PLACE: (5, 9)}, 59) == []
    assert dog.stalled({PLACE: (5, 12)}, 61) == [PLACE]


def test_moving_offset_is_no_stall() -> None:
    dog = watchdog()
    for second in range(0, 300, 50):
        assert dog.stalled({PLACE: (second, 1_000)}, second) == []


def test_nothing_to_do_is_no_stall() -> None:
    dog = watchdog()
    assert dog.stalled({PLACE: (9, 9)}, 0) == []
    assert dog.stalled({PLACE: (9, 9)}, 500) == []
    assert dog.stalled({PLACE: (9, 10)}, 501) == [], "the work has only just come"


def test_partition_given_away_is_forgotten() -> None:
    dog = watchdog()
    dog.stalled({PLACE: (5, 9), OTHER: (1, 1)}, 0)
    dog.stalled({OTHER: (1, 1)}, 30)
    assert dog.stalled({PLACE: (5, 9)}, 100) == [], "its time begins when it is held again"


def test_lag_is_told_by_partition() -> None:
    dog = watchdog()
    dog._tell({PLACE: (5, 9), OTHER: (7, 7)})
    about = {"consumer": "toys", "topic": "source.events"}
    assert value("bugle_consumer_lag_records", partition="0", **about) == 4
    dog._tell({OTHER: (7, 8)})
    assert value("bugle_consumer_lag_records", **about) == 1, "a partition that went to another worker is forgotten"


class Enough(BaseException):
    """Ends a watch that would never end."""


class Rebalancing:
    """Stands for the application and its assignor, which does not answer at first; then it holds no partition."""

    def __init__(self, *failures: Exception) -> None:
        self.assignor = self
        self.conf = SimpleNamespace(id="toys")
        self.failures = list(failures)

    def assigned_actives(self) -> set[TopicPartition]:
        if self.failures:
            raise self.failures.pop(0)
        raise Enough


@pytest.mark.parametrize("failure", [RuntimeError("dictionary changed size during iteration"), KafkaError("away")])
def test_failing_look_ends_no_watch(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Rebalancing(failure, failure)
    dog = watchdog(app)
    monkeypatch.setattr("eventkit.watchdog.sleep", lambda _: None)
    monkeypatch.setattr(dog, "_open", lambda: (None, None))
    dog._tell({PLACE: (5, 9)})
    with pytest.raises(Enough):
        dog.run()
    assert app.failures == []
    assert value("bugle_consumer_lag_records", consumer="toys", topic="source.events") == 0, "what is not seen is old"
