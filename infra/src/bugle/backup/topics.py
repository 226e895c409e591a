"""Kafka's half of a restore: its topics are deleted and made anew."""

from __future__ import annotations

import os
import time
from contextlib import closing
from dataclasses import asdict

from kafka import KafkaAdminClient
from kafka.errors import TopicAuthorizationFailedError

from bugle.stack.errors import StackError
from bugle.stack.home import ROOT
from bugle.stack.place import Deployed, Place
from bugle.stack.system import SERVICES
from bugle.verify.event import SERVICES as RECORDING
from eventkit.access import clients
from eventkit.admission import Refused, demand
from eventkit.topics import TopicSettings, create

_SECONDS = 60
_REPLICATION = "BUGLE_REPLICATION"


def demand_restorer(place: Place) -> None:
    """StackError unless Kafka lets the restorer in to make the topics and has brokers enough for them; makes none."""
    try:
        demand(place.kafka_restoring)
    except Refused as error:
        raise StackError(f"{error} Nothing was changed.") from error
    probe = {name: {"num_partitions": 1, "replication_factor": 1} for name in _topics(place)}
    wanted = replication(place)
    with closing(_admin(place)) as admin:
        brokers = [broker for broker in admin.describe_cluster()["brokers"] if not broker.get("is_fenced")]
        told = admin.create_topics(probe, validate_only=True, raise_errors=False)["topics"]
    if any(topic["error_code"] == TopicAuthorizationFailedError.errno for topic in told):
        raise StackError(
            f"Kafka does not let the user {place.kafka_restoring.kafka_user} make the topics anew, as a restore must."
            " Apply infra/acl.toml once more (docs/deploying.md). Nothing was changed."
        )
    if len(brokers) < wanted:
        raise StackError(
            f"{_REPLICATION} is {wanted} and {len(brokers)} brokers run. Start the others, or have the topics lie on"
            f" fewer: {_REPLICATION}={len(brokers)} before the command. Nothing was changed."
        )


def replication(place: Place) -> int:
    """On how many brokers each topic is to lie: as the environment says, else the deployed system's file of settings.

    So docker compose takes it when it makes the topics. StackError when it is no number.
    """
    held = place.values.get(_REPLICATION) if isinstance(place, Deployed) else None
    told = os.environ.get(_REPLICATION) or held or "1"
    if not (told.isdecimal() and int(told)):
        raise StackError(f"{_REPLICATION} must be a number of brokers, not {told!r}. Nothing was changed.")
    return int(told)


def make_anew(place: Place) -> None:
    """Delete the topics with everything in them and how far consumers had read, and make them empty."""
    names = _topics(place)
    with closing(_admin(place)) as admin:
        _forget_places(place, admin)
        if old := sorted(names & set(admin.list_topics())):
            admin.delete_topics(old)
    until = time.monotonic() + _SECONDS
    while names & present(place):
        if time.monotonic() > until:
            raise StackError(f"Kafka has not deleted the topics within {_SECONDS} s. Run the restore again.")
        time.sleep(0.2)
    held = TopicSettings(
        **asdict(place.kafka_restoring),
        topic_prefix=place.topic_prefix,
        replication=replication(place),
        write_through=int(isinstance(place, Deployed)),
    )
    create(ROOT / "infra" / "topics.toml", held)


def _forget_places(place: Place, admin: KafkaAdminClient) -> None:
    """A worker that was stopped while it was still joining its group counts as its member until Kafka misses it."""
    groups = [f"{place.topic_prefix}{service}" for service in SERVICES]
    until = time.monotonic() + _SECONDS
    while True:
        known = {str(group["group_id"]) for group in admin.list_groups()}
        gone = [group for group in groups if group in known]
        told = admin.delete_groups(gone) if gone else {}
        refused = [f"{group}: {error}" for group, error in told.items() if error != "OK"]
        if not refused:
            return
        if time.monotonic() > until:
            raise StackError(f"Kafka keeps the places of consumers ({'; '.join(refused)}). Stop every worker first.")
        time.sleep(0.5)


def _topics(place: Place) -> set[str]:
    return {topic(place, service) for service in RECORDING}


def topic(place: Place, service: str) -> str:
    """The name of a service's topic."""
    return f"{place.topic_prefix}{service}.events"


def present(place: Place) -> set[str]:
    """The names of the topics that are there and let the restorer see them."""
    with closing(_admin(place)) as admin:
        return set(admin.list_topics())


def _admin(place: Place) -> KafkaAdminClient:
    return KafkaAdminClient(**clients(place.kafka_restoring), client_id="bugle", request_timeout_ms=10_000)
