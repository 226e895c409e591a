"""Where accepted commands are carried out: one transaction, the first answer kept, conflicts decided again.

An answer to an idempotency key is remembered in the transaction that records its events, so the two cannot part. Only
answers of success are remembered. A refusal changes nothing, and what it rests on may be mended: the same key may be
sent again, with the same body once the state allows it or with a corrected one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import orjson
from psycopg import errors as postgres

from eventkit import backoff, metrics
from eventkit.commands import Command, Done, Entry
from eventkit.errors import Problem, VersionConflict
from eventkit.problems import Contended, Faulty, FieldProblem, Unreadable, is_outage, is_refusal
from eventkit.session import Projector, Session
from eventkit.store import Remembered, Store, Transaction
from eventkit.text import Text

ATTEMPTS = 4
"""The first and three more after a conflict."""

_LOST_RACE = (postgres.SerializationFailure, postgres.DeadlockDetected)


class KeyReused(Faulty):
    """The key was used for another request before."""

    slug = "key-reused"

    def __init__(self, name: str) -> None:
        mend = Text("use a new one for a new request")
        super().__init__([FieldProblem(name, Text("was used for another request"), mend)])


class Stale(Problem):
    """What you changed has changed since you read it. Read it again and decide anew."""

    slug = "stale"
    status = 412


@dataclass(frozen=True, slots=True)
class Order:
    """A command that may be carried out. `key`: its idempotency key in the caller's scope; `digest`: of its content.

    `key_name` is where the caller wrote the key: a header's name or a pointer.
    """

    entry: Entry
    command: Command
    key: str | None
    key_name: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an order. `replayed`: this is the first answer again and nothing was done."""

    status: int
    body: Any
    version: int | None
    location: str | None
    replayed: bool = False


Outcome = Answer | Exception


class Desk:
    """Carries out orders of one service."""

    def __init__(self, store: Store, projectors: Sequence[Projector] = ()) -> None:
        self._store = store
        self._projectors = projectors

    def settle(self, scope: str, orders: Sequence[Order]) -> list[Outcome]:
        """The outcome of each order, in order. Many share one transaction unless one of them breaks it.

        Raises only when the store is away before anything was recorded.
        """
        if len(orders) == 1:
            return [self._alone(scope, orders[0])]
        try:
            outcomes = self._persistently(scope, orders)
        except Exception as error:
            if is_outage(error):
                raise
            return [self._alone(scope, order) for order in orders]
        for order, outcome in zip(orders, outcomes, strict=True):
            self._count(order, outcome)
        return outcomes

    def _alone(self, scope: str, order: Order) -> Outcome:
        outcome: Outcome
        try:
            [outcome] = self._persistently(scope, [order])
        except Exception as error:
            outcome = error
        self._count(order, outcome)
        return outcome

    def _persistently(self, scope: str, orders: Sequence[Order]) -> list[Outcome]:
        for attempt in range(ATTEMPTS):
            try:
                return self._once(scope, orders)
            except Exception as error:
                if not isinstance(error, VersionConflict) and not isinstance(getattr(error, "orig", None), _LOST_RACE):
                    raise
                time.sleep(backoff.pause(attempt, 0.01, 0.1))
        raise Contended

    def _once(self, scope: str, orders: Sequence[Order]) -> list[Outcome]:
        with self._store.transaction() as tx:
            keys = [order.key for order in orders if order.key is not None]
            known = dict(tx.recall(scope, keys)) if keys else {}
            work = _Work(tx, Session(tx, self._projectors), known, {})
            work.session.preload(
                wanted for order in orders if order.key not in known for wanted in order.entry.loads(order.command)
            )
            outcomes = [work.outcome(order) for order in orders]
            if len(outcomes) == 1 and isinstance(outcomes[0], Exception):
                raise outcomes[0]  # rolls back what its handler may have written
            work.session.flush()
            tx.remember(scope, work.fresh)
        return outcomes

    def _count(self, order: Order, outcome: Outcome) -> None:
        if isinstance(outcome, Answer):
            what = "replayed" if outcome.replayed else "done"
        else:
            what = "refused" if is_refusal(outcome) else "failed"
        metrics.commands.labels(self._store.service, order.entry.type, what).inc()


@dataclass(frozen=True, slots=True)
class _Work:
    """One attempt in one transaction. `known`: answers by key, also of this attempt; `fresh`: those to remember."""

    tx: Transaction
    session: Session
    known: dict[str, Remembered]
    fresh: dict[str, Remembered]

    def outcome(self, order: Order) -> Outcome:
        """The answer or the refusal; whatever else the handler raises goes up and undoes the transaction."""
        first = None if order.key is None else self.known.get(order.key)
        if first is not None:
            return _recalled(first) if first.digest == order.digest else KeyReused(order.key_name)
        mark = self.session.mark()
        try:
            answer = self._decide(order)
        except Exception as error:
            if not is_refusal(error):
                raise
            self.session.undo(mark)
            return error
        if order.key is not None:
            self.known[order.key] = self.fresh[order.key] = _remembered(order, answer)
        return answer

    def _decide(self, order: Order) -> Answer:
        entry, command = order.entry, order.command
        aimed = next(iter(entry.loads(command)), None)
        stale = _is_stale(command, None if aimed is None else self.session.version(*aimed))
        with self.tx.savepoint() if entry.savepoint else nullcontext():
            done = self._handle(entry, command, stale)
        version = done.version
        if version is None and aimed is not None:
            version = self.session.version(*aimed)
        return Answer(done.status, done.body, version, done.location)

    def _handle(self, entry: Entry, command: Command, stale: bool) -> Done:
        try:
            done = entry.handler(self.session, command)
        except Exception as error:
            # whoever may not know of the thing must not learn that it has moved on
            if stale and is_refusal(error) and getattr(error, "status", None) not in (403, 404):
                raise Stale from error
            raise
        if stale:
            raise Stale
        return done


def _is_stale(command: Command, version: int | None) -> bool:
    if command.expected_version is None:
        return False
    if version is None:
        problem = Text("this command changes nothing that has a version")
        raise Unreadable([FieldProblem("If-Match", problem, Text("leave the header out"))])
    return command.expected_version != version


def _remembered(order: Order, answer: Answer) -> Remembered:
    kept = {"body": answer.body, "version": answer.version, "location": answer.location}
    return Remembered(order.digest, answer.status, orjson.dumps(kept).decode())


def _recalled(first: Remembered) -> Answer:
    return replace(Answer(first.status, **orjson.loads(first.body)), replayed=True)
