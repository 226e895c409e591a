"""Yellow cards add up to supervision letters 督办单; cards that are withdrawn take letters back.

A letter once issued keeps its cards: neither a newer rule nor an earlier card that is learnt late touches it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Protocol
from uuid import UUID

from eventkit.clocks import Ripe
from eventkit.session import Session
from eventkit.store import Transaction
from supervision.application.context import Context
from supervision.application.steering import open_reply, reply_of
from supervision.domain import steering
from supervision.domain.facts import BY
from supervision.domain.naming import natural_id
from supervision.domain.obligations import CardRule
from supervision.domain.periods import period_of
from supervision.domain.policy import Policy

YELLOW = "yellow"


@dataclass(frozen=True, slots=True)
class Card:
    """A card that stands."""

    id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """A unit's yellow cards in a programme, in order."""

    programme: str
    unit: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that cards make in a period, by the rule of the day of the last of them."""

    period: str
    cards: tuple[Card, ...]
    policy: Policy
    rule: CardRule


class Accounts(Protocol):
    """Tables of one transaction."""

    def account(self, key: str) -> Account:
        """The cards behind an entry of the agenda."""

    def done(self, keys: Sequence[str]) -> None:
        """Nothing more is to be added up until the next card."""

    def letters(self, programme: str, unit: str) -> Sequence[UUID]:
        """The letters that the unit got for its cards."""


class AddingUp:
    """Decides on one unit after the other."""

    def __init__(self, context: Context, accounts: Callable[[Transaction], Accounts]) -> None:
        self._context = context
        self._accounts = accounts

    def prepare(self, session: Session, ripe: Sequence[Ripe]) -> None:
        """Nothing is loaded for all of them at once: a unit's cards add up rarely."""

    def decide(self, session: Session, ripe: Ripe) -> int:
        """Withdraw the letters of which a card has gone, and issue those that the cards without a letter make."""
        account = self._accounts(session.tx).account(ripe.key)
        standing = {card.id for card in account.cards}
        spent: set[UUID] = set()
        changed = 0
        for id in self._accounts(session.tx).letters(account.programme, account.unit):
            letter = session.get(self._context.streams.letter, str(id))
            if letter.issued is None or letter.withdrawn:
                continue
            if letter.answered is None and not standing.issuperset(letter.issued.cards):
                changed += self._withdraw(session, letter.issued, ripe)
            else:
                spent.update(letter.issued.cards)
        free = [card for card in account.cards if card.id not in spent]
        return changed + sum(self._issue(session, account.unit, due, ripe) for due in self._due(session, account, free))

    def finish(self, session: Session, ripe: Sequence[Ripe]) -> None:
        """Strike them from the agenda."""
        self._accounts(session.tx).done([one.key for one in ripe])

    def _due(self, session: Session, account: Account, free: Sequence[Card]) -> Iterator[Due]:
        """The letters that these cards make. The rule of a card's own day says how many do, in which period."""
        reads = self._context.reads(session.tx)
        gathered: dict[str, list[Card]] = {}
        for card in free:
            policy = reads.in_force(account.programme, card.at)
            rule = None if policy is None else policy.obligations.cards
            if policy is None or rule is None:
                continue
            day = card.at.astimezone(policy.zone).date()
            period = "" if rule.per == "programme" else period_of(day, rule.per).name
            cards = gathered.setdefault(period, [])
            cards.append(card)
            if len(cards) >= rule.count:
                yield Due(period, tuple(gathered.pop(period)), policy, rule)

    def _issue(self, session: Session, unit: str, due: Due, ripe: Ripe) -> int:
        policy, at = due.policy, due.cards[-1].at
        id = self._unused(session, policy.programme, unit, due.period)
        version = session.version(self._context.streams.letter, str(id))
        issued = steering.SupervisionLetterIssued(
            letter=id,
            programme=policy.programme,
            programme_version=policy.version,
            agency=policy.agency,
            unit=unit,
            ground="cards",
            cards=tuple(card.id for card in due.cards),
            case=None,
            text=None,
            reply_due_at=self._context.view(session, policy).counting.due(at, due.rule.reply.within).at,
            by=BY,
            backdating_reason=None,
            learnt_at=ripe.upto,
            at=at,
        )
        event = natural_id(id, "issued", *issued.cards, *((version,) if version else ()))
        session.record(self._context.streams.letter, str(id), [issued], key=str(id), cause=id, ids=[event])
        open_reply(self._context.duties, session, policy, issued)
        return 1

    def _unused(self, session: Session, programme: str, unit: str, period: str) -> UUID:
        """The first letter of the period that does not stand."""
        for n in count(1):
            id = natural_id("letter", programme, unit, period, n)
            letter = session.get(self._context.streams.letter, str(id))
            if letter.issued is None or letter.withdrawn:
                return id
        raise AssertionError

    def _withdraw(self, session: Session, issued: steering.SupervisionLetterIssued, ripe: Ripe) -> int:
        stream, id = self._context.streams.letter, issued.letter
        version = session.version(stream, str(id))
        gone = steering.SupervisionLetterWithdrawn(id, issued.at)
        event = natural_id(id, "withdrawn", *issued.cards, *((version,) if version > 1 else ()))
        reply = reply_of(self._context.duties, session, issued)
        session.record(stream, str(id), [gone], key=str(id), cause=id, ids=[event])
        self._context.duties.end(session, reply, "withdrawn", issued.at, ripe.upto)
        return 1
