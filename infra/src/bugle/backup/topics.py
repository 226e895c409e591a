"""Kafka's half of a restore: what its topics hold that a backup does not, and making them anew."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field

from kafka import KafkaAdminClient
from kafka.errors import TopicAuthorizationFailedError

from bugle.stack.errors import StackError
from bugle.stack.home import ROOT
from bugle.stack.place import Place
from bugle.stack.system import SERVICES
from bugle.verify.event import SERVICES as RECORDING
from bugle.verify.event import Event, Unreadable, from_record
from bugle.verify.topics import KafkaTopics
from eventkit.access import clients
from eventkit.admission import Refused, demand
from eventkit.topics import TopicSettings, create

_SECONDS = 60


@dataclass
class Divergence:
    """`ahead`: events behind the backup's head; `held`: how many of the backup's log_seqs the topics have."""

    ahead: list[Event] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)


def diverging(place: Place, heads: Mapping[str, int]) -> Divergence:
    """What the topics hold against the log_seq at which each service's backup ends; a missing topic holds nothing."""
    found, seen = Divergence(held=dict.fromkeys(RECORDING, 0)), set()
    if not _topics(place) <= _present(place):
        return found
    for event in _events(place):
        if (event.service, event.log_seq) in seen:
            continue
        seen.add((event.service, event.log_seq))
        if event.log_seq > heads[event.service]:
            found.ahead.append(event)
        else:
            found.held[event.service] += 1
    found.ahead.sort(key=lambda event: (event.service, event.log_seq))
    return found


def _events(place: Place) -> Iterator[Event]:
    with closing(KafkaTopics(place.kafka_access, place.topic_prefix)) as topics:
        for number in range(topics.partitions):
            for record in topics.read(number):
                try:
                    event = from_record(record.key, record.value, record.headers)
                except Unreadable:
                    continue  # bugle verify tells of it; it is none of a service's events
                if event is not None and event.service == record.service:  # else bugle verify tells of it too
                    yield event


def demand_restorer(place: Place) -> None:
    """StackError unless Kafka lets the restorer in to make the topics; asks the broker, and makes none."""
    try:
        demand(place.kafka_restoring)
    except Refused as error:
        raise StackError(f"{error} Nothing was changed.") from error
    probe = {name: {"num_partitions": 1, "replication_factor": 1} for name in _topics(place)}
    with closing(_admin(place)) as admin:
        told = admin.create_topics(probe, validate_only=True, raise_errors=False)["topics"]
    if any(topic["error_code"] == TopicAuthorizationFailedError.errno for topic in told):
        raise StackError(
            f"Kafka does not let the user {place.kafka_restoring.kafka_user} make the topics anew, as a restore must."
            " Apply infra/acl.toml once more (docs/deploying.md). Nothing was changed."
        )


def make_anew(place: Place) -> None:
    """Delete the topics with everything in them and how far consumers had read, and make them empty."""
    names = _topics(place)
    with closing(_admin(place)) as admin:
        groups = [f"{place.topic_prefix}{service}" for service in SERVICES]
        known = {str(group["group_id"]) for group in admin.list_groups()}
        if gone := [group for group in groups if group in known]:
            refused = [f"{group}: {error}" for group, error in admin.delete_groups(gone).items() if error != "OK"]
            if refused:
                raise StackError(
                    f"Kafka keeps the places of consumers ({'; '.join(refused)}). Stop every worker first."
                )
        if old := sorted(names & set(admin.list_topics())):
            admin.delete_topics(old)
    until = time.monotonic() + _SECONDS
    while names & _present(place):
        if time.monotonic() > until:
            raise StackError(f"Kafka has not deleted the topics within {_SECONDS} s. Run the restore again.")
        time.sleep(0.2)
    replication = int(os.environ.get("BUGLE_REPLICATION", "1"))
    held = TopicSettings(**asdict(place.kafka_restoring), topic_prefix=place.topic_prefix, replication=replication)
    create(ROOT / "infra" / "topics.toml", held)


def _topics(place: Place) -> set[str]:
    return {f"{place.topic_prefix}{service}.events" for service in RECORDING}


def _present(place: Place) -> set[str]:
    with closing(_admin(place)) as admin:
        return set(admin.list_topics())


def _admin(place: Place) -> KafkaAdminClient:
    return KafkaAdminClient(**clients(place.kafka_restoring), client_id="bugle", request_timeout_ms=10_000)
