"""Where the databases and Kafka are, and one opening of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

import psycopg
from kafka.errors import KafkaError

from bugle.stack.errors import StackError
from bugle.stack.place import Place
from bugle.verify.consumption import SOURCES
from bugle.verify.database import Database, snapshot
from bugle.verify.topics import KafkaSilent, KafkaTopics
from eventkit.admission import Refused, demand
from eventkit.settings import KafkaSettings


class Unreachable(StackError):
    """A server does not answer; `which`, and what came of asking it."""

    def __init__(self, which: str) -> None:
        super().__init__(f"{which}. Is the system running (`bugle status`)?")


@dataclass(frozen=True)
class Addresses:
    """`databases`: service → URL of its database; `kafka`: where it is and who asks; `prefix`: of the topics' names."""

    databases: Mapping[str, str]
    kafka: KafkaSettings
    prefix: str = ""

    @classmethod
    def of(cls, place: Place) -> Addresses:
        """Those of a system."""
        return cls({name: place.database(name).url for name in SOURCES}, place.kafka_access, place.topic_prefix)


@contextmanager
def opened(addresses: Addresses) -> Iterator[tuple[Mapping[str, Database], KafkaTopics]]:
    """A snapshot of each database, and the topics. `Unreachable` when a server is away, then or while it is read."""
    with ExitStack() as stack:
        place = "Kafka"
        try:
            demand(addresses.kafka)  # at once: kafka-python itself would try for half a minute
            topics = stack.enter_context(closing(KafkaTopics(addresses.kafka, addresses.prefix)))
            databases = {}
            for service in SOURCES:
                place = f"the database of {service}"
                databases[service] = stack.enter_context(snapshot(addresses.databases[service]))
            place = "a server"
            yield databases, topics
        except Refused as error:
            raise Unreachable(str(error).rstrip(".")) from error
        except (OSError, psycopg.OperationalError, KafkaError, KafkaSilent) as error:
            raise Unreachable(f"{place} does not answer: {str(error).strip() or type(error).__name__}") from error
