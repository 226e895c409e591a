"""The composition root: which adapter serves which port."""

from __future__ import annotations

from eventkit.commands import CommandBook
from eventkit.postgres import PostgresStore
from eventkit.processing import Processor
from intake.adapters.contacts import Vault
from intake.adapters.lookups import Lookups
from intake.adapters.messages import CODEC
from intake.adapters.read_model import IssueNotes, project
from intake.application.book import commands
from intake.application.moves import Moves
from intake.application.ports import Streams
from intake.application.reactions import reactions

SERVICE = "intake"


def book(vault: Vault) -> CommandBook:
    """The commands of the HTTP process."""
    return commands(Streams(CODEC), vault, Lookups())


def moves(store: PostgresStore) -> Moves:
    """What a caller may do with an issue now."""
    return Moves(store, Streams(CODEC), Lookups())


def processor(store: PostgresStore) -> Processor:
    """What the worker does with a batch of events."""
    return Processor(store, reactions(IssueNotes(), Streams(CODEC)), [project])
