"""How each of the three is put together, as in its bootstrap, on a store in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventkit.clocks import Ripe
from eventkit.envelope import partition_of
from eventkit.memory import MemoryStore
from eventkit.session import Session
from eventkit.store import Transaction
from intake.adapters.messages import CODEC as INTAKE
from intake.application.book import commands as intake_commands
from intake.application.ports import Contact
from intake.application.ports import Streams as IntakeStreams
from intake.application.reactions import reactions as intake_reactions
from routing.application.book import commands as routing_commands
from routing.bootstrap import reactions_of
from supervision.adapters.messages import CODEC as SUPERVISION
from supervision.application.commands import commands as supervision_commands
from supervision.application.context import Context
from supervision.application.ports import Streams, WatchRow
from supervision.application.reactions import Watching
from supervision.application.sweeping import Sweeping
from tests.support.routing_desk import memory_desk, table
from tests.support.supervision_tables import MemoryReads
from tests.unit.life.services import Service, Topics
from tests.unit.supervision.made import MemoryRegister

Clock = Callable[[], datetime]


def intake(topics: Topics, clock: Clock) -> Service:
    """It hears how issues stand."""
    book = intake_commands(IntakeStreams(INTAKE), NoContacts(), MemoryLookups())
    reactions = intake_reactions(MemoryNotes(), IntakeStreams(INTAKE))
    return Service(MemoryStore("intake", clock), book, reactions, topics)


def routing(topics: Topics, clock: Clock) -> Service:
    """It draws letters, which its projector counts."""
    desk, letters = memory_desk()
    return Service(
        MemoryStore("routing", clock), routing_commands(desk), reactions_of(desk), topics, projectors=(letters.count,)
    )


def supervision(topics: Topics, clock: Clock) -> Supervision:
    """It sweeps."""
    store = MemoryStore("supervision", clock)
    register = KnownProgrammes(store)
    context = Context(Streams(SUPERVISION), MemoryReads(store), lambda tx: register)
    return Supervision(store, supervision_commands(context), Watching(context), topics, context=context)


@dataclass
class Supervision(Service):
    """With a sweeper beside its worker."""

    context: Context | None = None

    @property
    def rows(self) -> Mapping[str, WatchRow]:
        """The table of watches."""
        return self.store.tables.own.get("watches", {})

    def sweep(self) -> None:
        """Fire what is ripe below the watermarks of its case, unless an event of it is set aside."""
        self.note(None)
        assert self.context is not None
        with self.store.transaction() as tx:
            parked, waiting = tx.blocked(self.reaction.consumer, set(self.rows))
            aside = parked | {key for _, key in waiting}
            ripe = [one for case in self.rows if case not in aside and (one := self._ripe(case)) is not None]
            session, sweeping = Session(tx), Sweeping(self.context)
            sweeping.prepare(session, ripe)
            for one in ripe:
                sweeping.decide(session, one)
            sweeping.finish(session, ripe)
            session.flush()

    def _ripe(self, case: str) -> Ripe | None:
        held, ripe_at = self.store.tables.progress, self.rows[case].ripe_at
        keys = [(self.reaction.consumer, topic, partition_of(case)) for topic in self.reaction.topics]
        if ripe_at is None or not all(key in held for key in keys):
            return None
        upto = min(held[key].watermark for key in keys)
        return Ripe(case, upto) if ripe_at < upto else None


class KnownProgrammes(MemoryRegister):
    """What is owed beside the deadlines of cases: nothing in this world, whose programmes are those that arrived."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__()
        self._store = store

    def programmes(self, agency: str) -> Sequence[str]:
        return sorted({programme for programme, _ in self._store.tables.own.get("programmes", {})})


class NoContacts:
    """No command of this world has a contact."""

    def keep(self, tx: Transaction, contact_ref: str, enterprise: str, contact: Contact) -> None:
        raise AssertionError("no contact is recorded here")

    def destroy(self, tx: Transaction, contact_ref: str, by: str) -> None:
        raise AssertionError("no contact is erased here")


class MemoryNotes:
    """What the others have said last of each issue. Implements `intake.application.reactions.Notes`."""

    def answer(self, tx: Transaction, issue: str, answer: str, at: datetime) -> None:
        self._notes(tx)[issue, "answer"] = answer

    def settle(self, tx: Transaction, issue: str, what: str, state: str) -> None:
        self._notes(tx)[issue, what] = state

    def _notes(self, tx: Transaction) -> dict[Any, Any]:
        return table(tx, "notes")


class MemoryLookups:
    """Implements `intake.application.ports.Lookups`; there are no teams in this world."""

    def struck_off(self, tx: Transaction, issue: str) -> bool:
        return bool(table(tx, "notes").get((issue, "answer")) == "closed_out")

    def led(self, tx: Transaction, programme: str, role: str, person: str) -> Mapping[str, list[str]]:
        return {}
