"""The composition root: which adapter serves which port."""

from __future__ import annotations

from eventkit.clocks import Agenda, Decide, Sweeper
from eventkit.commands import CommandBook
from eventkit.postgres import PostgresStore
from eventkit.processing import Processor
from eventkit.session import Projector
from supervision.adapters import cards, papers
from supervision.adapters.messages import CODEC
from supervision.adapters.read_model import PostgresReads
from supervision.adapters.register import register
from supervision.adapters.tables import watches
from supervision.application.adding_up import AddingUp
from supervision.application.commands import commands
from supervision.application.context import CONSUMER, Context
from supervision.application.ports import Streams
from supervision.application.reactions import TOPICS, Watching
from supervision.application.sweeping import Sweeping, SweepingDuties

SERVICE = "supervision"
PROJECTORS: tuple[Projector, ...] = (cards.project, papers.project)


def make_context() -> Context:
    """The streams and tables that all handlers of a process share."""
    return Context(Streams(CODEC), PostgresReads(), register)


def book(context: Context) -> CommandBook:
    """The commands of the HTTP process."""
    return commands(context)


def processor(store: PostgresStore) -> Processor:
    """What the worker does with a batch of events."""
    return Processor(store, Watching(make_context()), PROJECTORS)


def sweepers(store: PostgresStore) -> list[Sweeper]:
    """What the sweeper does with what is due: deadlines, then duties, then cards that add up."""
    context = make_context()
    agendas: tuple[tuple[Agenda, Decide], ...] = (
        (Agenda(watches.name, watches.c.case_id.name, CONSUMER, TOPICS), Sweeping(context)),
        (Agenda("duties", "duty", CONSUMER, TOPICS, everywhere=True), SweepingDuties(context)),
        (Agenda("card_accounts", "account", CONSUMER, TOPICS, everywhere=True), AddingUp(context, papers.accounts)),
    )
    return [Sweeper(store, agenda, decide, projectors=PROJECTORS) for agenda, decide in agendas]
