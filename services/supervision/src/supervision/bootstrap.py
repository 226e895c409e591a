"""The composition root: which adapter serves which port."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eventkit.clocks import Agenda, Decide, Sweeper
from eventkit.commands import CommandBook
from eventkit.postgres import PostgresStore
from eventkit.processing import Processor
from eventkit.session import Projector
from eventkit.settings import MissingSetting
from supervision.adapters import cards, notices, papers
from supervision.adapters.addresses import AddressBook, read_address_key
from supervision.adapters.causes import causes
from supervision.adapters.composing import Composer
from supervision.adapters.mail import Mailer, Server
from supervision.adapters.messages import CODEC
from supervision.adapters.outbox import outbox
from supervision.adapters.postroom import PostgresAddresses
from supervision.adapters.read_model import PostgresReads
from supervision.adapters.register import register
from supervision.adapters.tables import watches
from supervision.adapters.webhook import TARGETS, Caller, Targets
from supervision.application.adding_up import AddingUp
from supervision.application.commands import commands
from supervision.application.context import CONSUMER, Context
from supervision.application.delivering import Carrier, Delivering, Terms
from supervision.application.notifying import Notifying
from supervision.application.ports import Streams
from supervision.application.postroom import Postroom
from supervision.application.raising import Raising
from supervision.application.reactions import TOPICS, Watching
from supervision.application.sweeping import Sweeping, SweepingDuties, SweepingTeams
from supervision.config import NotifierSettings

SERVICE = "supervision"
PROJECTORS: tuple[Projector, ...] = (cards.project, papers.project, notices.project)

NO_KEY = "no key for addresses is set: BUGLE_ADDRESS_KEY_FILE"
NO_MAIL = "no mail server is set: BUGLE_SMTP_HOST"


def make_context() -> Context:
    """The streams and tables that all handlers of a process share."""
    return Context(Streams(CODEC), PostgresReads(), register)


def book(context: Context, address_key_file: str = "", webhook_targets: str = "public") -> CommandBook:
    """The commands of the HTTP process."""
    addresses = PostgresAddresses(AddressBook(read_address_key(address_key_file)), targets(webhook_targets))
    made = commands(context)
    Postroom(context, addresses).enter(made)
    return made


def processor(store: PostgresStore) -> Processor:
    """What the worker does with a batch of events."""
    return Processor(store, Watching(make_context()), PROJECTORS)


def sweepers(store: PostgresStore) -> list[Sweeper]:
    """What the sweeper does with what is due: deadlines, ends of teams, duties, then cards that add up."""
    context = make_context()
    duties: tuple[Decide, ...] = (SweepingTeams(context), SweepingDuties(context))
    deciding: tuple[Decide, ...] = (Sweeping(context), *duties, AddingUp(context, papers.accounts))
    both = zip(agendas(), deciding, strict=True)
    return [Sweeper(store, agenda, decide, projectors=PROJECTORS) for agenda, decide in both]


def agendas() -> tuple[Agenda, ...]:
    """What runs out: deadlines, ends of teams, duties, then cards that add up."""
    return (
        Agenda(watches.name, watches.c.case_id.name, CONSUMER, TOPICS),
        Agenda("teams", "team", CONSUMER, TOPICS, everywhere=True),
        Agenda("duties", "duty", CONSUMER, TOPICS, everywhere=True),
        Agenda("card_accounts", "account", CONSUMER, TOPICS, everywhere=True),
    )


@dataclass(frozen=True, slots=True)
class Notifier:
    """The notifier's two halves."""

    raising: Raising
    delivering: Delivering

    def round(self) -> int:
        """Raise what is asked for and send what is due, a chunk of each; how much that was."""
        return self.raising.round() + self.delivering.round()


def notifier(
    store: PostgresStore,
    held: NotifierSettings,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    jitter: Callable[[], float] = random.random,
) -> Notifier:
    """What the notifier does. Stops the start on settings that do not fit each other."""
    context, key = make_context(), read_address_key(held.address_key_file)
    carriers, missing = _carriers(held, key is not None)
    delivering = Delivering(
        store,
        context.streams,
        PROJECTORS,
        outbox,
        Composer(context.reads, AddressBook(key)),
        carriers,
        missing,
        Terms(timedelta(seconds=held.lease_seconds), held.attempts, held.at_once),
        clock,
        jitter,
    )
    notifying = Notifying(context, timedelta(days=held.history_days))
    return Notifier(Raising(store, context.streams, PROJECTORS, causes, notifying, clock), delivering)


def _carriers(held: NotifierSettings, keyed: bool) -> tuple[dict[str, Carrier], dict[str, str]]:
    """The ways there are, and why the others are missing."""
    mail = Server(
        held.smtp_host,
        held.smtp_port,
        held.smtp_from,
        bool(held.smtp_starttls),
        held.smtp_user,
        held.smtp_password,
        held.smtp_seconds,
    )
    if held.smtp_host and "@" not in held.smtp_from:
        raise MissingSetting("This process cannot start: set BUGLE_SMTP_FROM, the address that mails come from.")
    carriers: dict[str, Carrier] = {
        "email": Mailer(mail),
        "webhook": Caller(targets(held.webhook_targets), held.webhook_seconds),
    }
    missing = {} if keyed else dict.fromkeys(carriers, NO_KEY)
    if not held.smtp_host:
        missing["email"] = NO_MAIL
    return carriers, missing


def targets(text: str) -> Targets:
    """The policy of webhooks' targets; stops the start on any other word."""
    for known in TARGETS:
        if text == known:
            return known
    raise MissingSetting(f"This process cannot start: BUGLE_WEBHOOK_TARGETS must be one of {', '.join(TARGETS)}.")
