"""Topics take the largest event that a service may record, and those that are there already learn to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from bugle.stack.home import ROOT
from eventkit.envelope import Envelope
from eventkit.http.reading import BATCH_LIMIT
from eventkit.publisher import KafkaPublisher
from eventkit.settings import KafkaSettings
from eventkit.topics import TopicSettings, create, declare
from tests.support.ledgers import arrival
from tests.support.office import until

pytestmark = pytest.mark.timeout(60)

DECLARED = ROOT / "infra" / "topics.toml"


@pytest.fixture
def prefix() -> str:
    return f"t{uuid4().hex[:8]}."


@pytest.fixture
def admin(broker: str) -> Iterator[KafkaAdminClient]:
    with closing(KafkaAdminClient(bootstrap_servers=broker)) as admin:
        yield admin


def largest() -> Envelope:
    """An event whose data are as large as a request, and a little larger for what the service adds."""
    sample = arrival("large", "key")
    assert isinstance(sample.content, Envelope)
    return replace(sample.content, data=b'{"text":"' + b"x" * (BATCH_LIMIT + 1000) + b'"}')


def test_topic_takes_largest_event(broker: str, prefix: str) -> None:
    create(DECLARED, TopicSettings(kafka=broker, topic_prefix=prefix))
    publisher = KafkaPublisher(KafkaSettings(kafka=broker), f"{prefix}intake.events")
    try:
        publisher.publish([largest()])
        publisher.confirm()
    finally:
        publisher._producer.close(timeout=10)


def test_present_topic_gets_declared_settings(
    broker: str, prefix: str, admin: KafkaAdminClient, tmp_path: Path
) -> None:
    held, file = TopicSettings(kafka=broker, topic_prefix=prefix), tmp_path / "topics.toml"
    topic = ConfigResource(ConfigResourceType.TOPIC, f"{prefix}intake.events")

    def declared(size: int) -> bool:
        """Whether the topic has the size; a broker learns of it from the controller a moment later."""
        file.write_text(f'[config]\n"max.message.bytes" = "{size}"\n[partitions]\n"intake.events" = 12\n')
        create(file, held)
        return bool(until(lambda: told() == str(size), 20, "the topic's size"))

    def told() -> str:
        [settings] = admin.describe_configs([topic]).values()
        return str(settings[topic.name]["max.message.bytes"]["value"])

    assert declared(2_000_000)
    assert declared(3_000_000)


@pytest.mark.parametrize(("told", "config"), [({}, None), ({"write_through": 1}, "1")])
def test_one_broker_writes_through(
    broker: str, prefix: str, admin: KafkaAdminClient, told: dict[str, int], config: str | None
) -> None:
    create(DECLARED, TopicSettings(kafka=broker, topic_prefix=prefix, **told))
    topic = ConfigResource(ConfigResourceType.TOPIC, f"{prefix}intake.events")

    def flushed() -> str | None:
        [settings] = admin.describe_configs([topic]).values()
        return (settings.get(topic.name) or {}).get("flush.messages", {}).get("value")

    assert until(lambda: flushed() == config, 20, "the topic's setting")


def test_several_brokers_do_not_write_through() -> None:
    assert TopicSettings(kafka="", replication=3, write_through=1).own == {}


def test_topics_on_fewer_brokers_than_told_are_named(
    broker: str, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was made for one broker does not come to lie on three by being told so."""
    held = TopicSettings(kafka=broker, topic_prefix=prefix)
    declare(held, DECLARED)
    declare(held, DECLARED)
    with pytest.raises(SystemExit, match=rf"fewer than 3 brokers.*{prefix}intake.events"):
        declare(replace(held, replication=3), DECLARED)
    assert "nothing, all are there" in capsys.readouterr().out
