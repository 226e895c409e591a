"""Asks Kafka, before work begins, whether it lets this process in.

Both client libraries hide a refusal: kafka-python tells of a server that is away, and Faust waits for partitions that
it will never be given. Trying again mends a server that is away; it does not mend a refusal.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from aiokafka import errors as aiokafka
from aiokafka.conn import AIOKafkaConnection
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.metadata import MetadataRequest
from kafka import errors as kafka

from eventkit.access import admittance
from eventkit.settings import KafkaSettings

log = logging.getLogger(__name__)

SECONDS = 10
_NO_TOPIC = aiokafka.TopicAuthorizationFailedError.errno
_NO_GROUP = aiokafka.GroupAuthorizationFailedError.errno
_STRANGER = (aiokafka.SaslAuthenticationFailed, aiokafka.UnsupportedSaslMechanismError, ssl.SSLError)


class Refused(Exception):
    """Kafka does not let this process do its work. Policy: it ends with status 1, and says why."""

    def __init__(self, held: KafkaSettings, reason: object) -> None:
        who = f"the user {held.kafka_user}" if held.kafka_user else "this process"
        super().__init__(
            f"Kafka at {held.kafka} refuses {who}: {reason}. Check BUGLE_KAFKA_USER, its password and"
            " BUGLE_KAFKA_CA_FILE; what each user may do stands in infra/acl.toml, which the job `topics` applies."
        )


def demand(held: KafkaSettings, topics: Collection[str] = (), group: str = "") -> None:
    """Returns when the broker lets this process in and shows it the topics and the consumer group.

    Raises Refused when it does not, KafkaConnectionError when no broker answers. A missing topic may still come.
    """
    try:
        hidden = asyncio.run(_hidden(held, list(topics), group))
    except _STRANGER as error:
        raise Refused(held, error) from error
    except (OSError, TimeoutError, aiokafka.KafkaError) as error:
        raise kafka.KafkaConnectionError(f"{held.kafka} does not answer: {error}") from error
    if hidden:
        raise Refused(held, f"it may not use {', '.join(hidden)}")


REFUSALS = (
    Refused,
    kafka.AuthorizationError,
    kafka.SaslAuthenticationFailedError,
    kafka.UnsupportedSaslMechanismError,
)
"""What `demand` raises, and kafka-python in mid-work, for example when a topic may be read but not written."""


@contextmanager
def ending_if_refused(held: KafkaSettings) -> Iterator[None]:
    """Ends the process with status 1 and one clear line of log when Kafka refuses it within."""
    try:
        yield
    except REFUSALS as error:
        log.critical("%s", error if isinstance(error, Refused) else Refused(held, error))
        raise SystemExit(1) from error


async def _hidden(held: KafkaSettings, topics: list[str], group: str) -> list[str]:
    """The topics, and the group, that the broker keeps from this process."""
    options = admittance(held)
    *others, last = held.kafka.split(",")
    for address in others:
        try:
            return await _asked(address, options, topics, group)
        except _STRANGER:
            raise
        except (OSError, TimeoutError, aiokafka.KafkaError) as error:
            log.info("%s does not answer: %s", address, error)
    return await _asked(last, options, topics, group)


async def _asked(address: str, options: dict[str, Any], topics: list[str], group: str) -> list[str]:
    host, _, port = address.rpartition(":")
    connection = AIOKafkaConnection(host, int(port), request_timeout_ms=SECONDS * 1000, **options)
    try:
        await connection.connect()
        hidden = []
        if topics:
            told = await connection.send(MetadataRequest(topics, allow_auto_topic_creation=False))
            hidden += [f"the topic {topic[1]}" for topic in told.topics if topic[0] == _NO_TOPIC]
        if group:
            found = await connection.send(FindCoordinatorRequest(group, 0))
            hidden += [f"the group {group}"] * (found.error_code == _NO_GROUP)
        return hidden
    finally:
        if closed := connection.close():
            await asyncio.wait([closed], timeout=SECONDS)
