"""A Kafka that asks who comes in: each service writes its own topic alone, strangers stay out, events still flow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaConnectionError, TopicAuthorizationFailedError
from sqlalchemy import Engine, text

from bugle.backup.topics import demand_restorer, make_anew
from bugle.stack import Home, Stack, StackError, System
from bugle.stack.certificates import Certificates
from bugle.stack.home import ROOT
from eventkit.access import clients
from eventkit.admission import Refused, demand
from eventkit.grants import apply
from eventkit.postgres import make_engine
from eventkit.settings import KafkaSettings
from eventkit.topics import TopicSettings
from tests.support.backends import embedded_only
from tests.support.office import until
from tests.support.published import append_examples

pytestmark = [pytest.mark.timeout(180), embedded_only]
USERS = tomllib.loads((ROOT / "infra" / "acl.toml").read_text("utf-8"))["users"]
TOPICS = sorted({topic for user in USERS.values() for topic in user.get("writes", [])})


@pytest.fixture(scope="module")
def guarded() -> Iterator[System]:
    """Servers of their own, guarded, with the topics, users and grants of one system."""
    folder = Path(tempfile.mkdtemp(prefix="bugle-test-"))
    stack = Stack(Home(folder), tied=True, guarded=True)
    try:
        stack.start(services=False)
        yield stack.create_system("guarded")
    finally:
        stack.stop()
        shutil.rmtree(folder)


def may_write(system: System, user: str, topic: str) -> bool:
    producer = KafkaProducer(**clients(system.kafka.access(user)), enable_idempotence=False)
    try:
        producer.send(f"{system.topic_prefix}{topic}", b"{}", key=b"k", partition=0).get(timeout=10)
    except TopicAuthorizationFailedError:
        return False
    finally:
        producer.close(timeout=10)
    return True


def ended(system: System, process: str, **settings: str) -> tuple[int, str]:
    """Run a process with other settings than its own until it ends by itself: its status and what it said."""
    environment = system.environment(process) | {f"BUGLE_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", process.replace("-", ".entrypoints.")]
    done = subprocess.run(
        command, env=os.environ | environment, text=True, capture_output=True, check=False, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def written(system: System, topic: str) -> int:
    """How many records a topic holds."""
    name = f"{system.topic_prefix}{topic}"
    consumer = KafkaConsumer(**clients(system.kafka_access), enable_auto_commit=False)
    try:
        places = [TopicPartition(name, number) for number in consumer.partitions_for_topic(name) or ()]
        return sum(consumer.end_offsets(places).values())
    finally:
        consumer.close()


@pytest.mark.parametrize("user", USERS)
def test_user_writes_its_own_topic_alone(guarded: System, user: str) -> None:
    assert [topic for topic in TOPICS if may_write(guarded, user, topic)] == USERS[user].get("writes", [])


def test_unknown_user_is_refused(guarded: System) -> None:
    with pytest.raises(Refused, match=r"refuses the user nobody: .*[Aa]uthentication failed"):
        demand(replace(guarded.kafka.access("intake"), kafka_user="nobody"))


def test_wrong_password_ends_every_client(guarded: System) -> None:
    for process in ("intake-relay", "reporting-worker"):
        status, said = ended(guarded, process, kafka_password="wrong")
        assert (status, "refuses the user" in said) == (1, True), said


def test_plaintext_gets_no_answer(guarded: System) -> None:
    demand(guarded.kafka_access)
    with pytest.raises(KafkaConnectionError):
        demand(KafkaSettings(kafka=guarded.kafka.address))


def test_foreign_authority_is_not_trusted(guarded: System, tmp_path: Path) -> None:
    other = Certificates(Home(tmp_path))
    other.ensure()
    with pytest.raises(Refused, match="certificate verify failed"):
        demand(replace(guarded.kafka_access, kafka_ca_file=str(other.ca_file)))


def test_administrator_needs_the_certificate(guarded: System) -> None:
    assert guarded.kafka.guard is not None
    admin = TopicSettings(**guarded.kafka.guard.administrator)
    demand(admin)
    with pytest.raises((Refused, KafkaConnectionError)):
        demand(replace(admin, kafka_certificate_file=str(Path(admin.kafka_ca_file))))


def test_restore_asks_before_it_changes_anything(guarded: System) -> None:
    """As the restorer it may; a user whom the grants give nothing of the kind may not."""
    demand_restorer(guarded)
    with (
        patch.object(System, "kafka_restoring", System.kafka_access),
        pytest.raises(StackError, match=r"does not let the user operator make the topics anew.*Nothing was changed"),
    ):
        demand_restorer(guarded)


def test_restore_needs_brokers_enough(guarded: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the topics would be gone when Kafka refuses to make them."""
    monkeypatch.setenv("BUGLE_REPLICATION", "2")
    with pytest.raises(StackError, match=r"is 2 and 1 brokers run.*Nothing was changed"):
        demand_restorer(guarded)


def test_restore_without_its_user_says_so(guarded: System) -> None:
    """A system that was deployed before there was a restorer."""
    stranger = replace(guarded.kafka_restoring, kafka_user="nobody")
    with (
        patch.object(System, "kafka_restoring", stranger),
        pytest.raises(StackError, match=r"refuses the user nobody.*the job `topics` applies. Nothing was changed"),
    ):
        demand_restorer(guarded)


def test_relay_on_foreign_topic_ends_and_says_so(guarded: System) -> None:
    """Routing's relay under intake's name: it may see the topic but not write it."""
    intake = guarded.kafka.access("intake")
    status, said = ended(guarded, "routing-relay", kafka_user="intake", kafka_password=intake.kafka_password)
    assert (status, "refuses the user intake" in said, "TopicAuthorizationFailed" in said) == (1, True, True), said


def test_worker_in_foreign_group_ends_and_says_so(guarded: System) -> None:
    intake = guarded.kafka.access("intake")
    status, said = ended(guarded, "reporting-worker", kafka_user="intake", kafka_password=intake.kafka_password)
    assert (status, "refuses the user intake: it may not use the group" in said) == (1, True), said


def test_event_goes_from_relay_to_worker(guarded: System) -> None:
    processes = ["intake-relay", "reporting-worker"]
    source = make_engine(guarded.database("intake").url, pool=1)
    seen = make_engine(guarded.database("reporting").url, pool=1)
    events = append_examples(source, "intake")
    try:
        guarded.start(processes)
        until(lambda: count(seen, "inbox") == events, 60, "every event in reporting's inbox")
    finally:
        guarded.stop(processes)
        source.dispose()
        seen.dispose()


def test_restorer_makes_topics_anew(guarded: System) -> None:
    """What stood on them and how far groups had read is gone; the restorer itself may look at none of it."""
    make_anew(guarded)
    assert {topic: written(guarded, topic) for topic in TOPICS} == dict.fromkeys(TOPICS, 0)
    admin = KafkaAdminClient(**clients(guarded.kafka_restoring))
    consumer = KafkaConsumer(**clients(guarded.kafka_restoring), enable_auto_commit=False)
    try:
        assert not admin.list_groups()
        consumer.assign([TopicPartition(f"{guarded.topic_prefix}intake.events", 0)])
        with pytest.raises(TopicAuthorizationFailedError):
            consumer.poll(10_000)
    finally:
        consumer.close()
        admin.close()


def test_grants_follow_the_file(guarded: System, tmp_path: Path) -> None:
    """Applying anew changes nothing; a grant that has left the file is taken back, and given again with it."""
    file = ROOT / "infra" / "acl.toml"
    less = tmp_path / "acl.toml"
    less.write_text(file.read_text("utf-8").replace('writes = ["routing.events"]\n', ""))
    guard, prefix = guarded.kafka.guard, guarded.topic_prefix
    assert guard is not None
    admin = KafkaAdminClient(**clients(KafkaSettings(**guard.administrator)))
    try:
        changed = [apply(admin, one, prefix, guard.password) for one in (file, less)]
        refused = not may_write(guarded, "routing", "routing.events")
        changed.append(apply(admin, file, prefix, guard.password))
    finally:
        admin.close()
    assert [(done.added, done.taken) for done in changed] == [(0, 0), (0, 1), (1, 0)]
    assert refused and may_write(guarded, "routing", "routing.events")
