"""What the worker consumes; beside `bootstrap`, for a worker draws no page and writes no file."""

from __future__ import annotations

from eventkit.postgres import PostgresStore
from eventkit.processing import Processor
from eventkit.reactions import BatchReaction
from reporting import CONSUMER, TOPICS
from reporting.read_model.writer import project

REACTION = BatchReaction(CONSUMER, TOPICS, project)


def processor(store: PostgresStore) -> Processor:
    """What the worker does with a batch of events."""
    return Processor(store, REACTION)
