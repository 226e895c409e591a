"""The composition root: which adapter serves which port."""

from __future__ import annotations

from eventkit.commands import CommandBook
from eventkit.postgres import PostgresStore, make_engine
from eventkit.processing import Processor
from eventkit.settings import WorkerSettings
from intake.adapters.contacts import Vault
from intake.adapters.messages import CODEC
from intake.adapters.read_model import answer
from intake.application.book import commands
from intake.application.ports import Streams
from intake.application.reactions import reactions

SERVICE = "intake"


def book(vault: Vault) -> CommandBook:
    """The commands of the HTTP process."""
    return commands(Streams(CODEC), vault)


def processor(settings: WorkerSettings) -> Processor:
    """What the worker does with a batch of events."""
    return Processor(PostgresStore(make_engine(settings.database_url, pool=2), SERVICE), reactions(answer))
