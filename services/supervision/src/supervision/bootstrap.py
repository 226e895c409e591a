"""The composition root: which adapter serves which port."""

from __future__ import annotations

from eventkit.clocks import Agenda, Sweeper
from eventkit.commands import CommandBook
from eventkit.postgres import PostgresStore
from eventkit.processing import Processor
from eventkit.session import Projector
from supervision.adapters import cards
from supervision.adapters.messages import CODEC
from supervision.adapters.read_model import PostgresReads
from supervision.adapters.tables import watches
from supervision.application.commands import commands
from supervision.application.context import CONSUMER, Context
from supervision.application.ports import Streams
from supervision.application.reactions import TOPICS, Watching
from supervision.application.sweeping import Sweeping

SERVICE = "supervision"
PROJECTORS: tuple[Projector, ...] = (cards.project,)


def make_context() -> Context:
    """The streams and tables that all handlers of a process share."""
    return Context(Streams(CODEC), PostgresReads())


def book(context: Context) -> CommandBook:
    """The commands of the HTTP process."""
    return commands(context)


def processor(store: PostgresStore) -> Processor:
    """What the worker does with a batch of events."""
    return Processor(store, Watching(make_context()), PROJECTORS)


def sweeper(store: PostgresStore) -> Sweeper:
    """What the sweeper does with what is due."""
    agenda = Agenda(watches.name, watches.c.case_id.name, CONSUMER, TOPICS)
    return Sweeper(store, agenda, Sweeping(make_context()), projectors=PROJECTORS)
