"""Yellow cards add up to supervision letters 督办单; cards that are withdrawn take letters back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from eventkit.clocks import Ripe
from eventkit.session import Session
from eventkit.store import Transaction
from supervision.application.context import Context
from supervision.application.duties import LETTER_REPLY
from supervision.application.steering import open_reply
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
        """Issue the letters that the unit's cards make, and withdraw those that they no longer do."""
        account = self._accounts(session.tx).account(ripe.key)
        policy = self._context.newest(session, account.programme)
        rule = policy.obligations.cards
        if rule is None:
            return 0
        due = dict(_due(account, rule, policy))
        count = sum(self._issue(session, policy, account.unit, id, cards, ripe) for id, cards in due.items())
        held = self._accounts(session.tx).letters(account.programme, account.unit)
        return count + sum(self._withdraw(session, id, ripe) for id in held if id not in due)

    def finish(self, session: Session, ripe: Sequence[Ripe]) -> None:
        """Strike them from the agenda."""
        self._accounts(session.tx).done([one.key for one in ripe])

    def _issue(self, session: Session, policy: Policy, unit: str, id: UUID, cards: tuple[Card, ...], ripe: Ripe) -> int:
        stream = self._context.streams.letter
        letter = session.get(stream, str(id))
        if letter.issued is not None and not letter.withdrawn:
            return 0
        rule, at = policy.obligations.cards, cards[-1].at
        assert rule is not None
        issued = steering.SupervisionLetterIssued(
            letter=id,
            programme=policy.programme,
            programme_version=policy.version,
            agency=policy.agency,
            unit=unit,
            ground="cards",
            cards=tuple(card.id for card in cards),
            case=None,
            text=None,
            reply_due_at=self._context.view(session, policy).counting.due(at, rule.reply.within).at,
            by=BY,
            backdating_reason=None,
            learnt_at=ripe.upto,
            at=at,
        )
        event = natural_id(id, "issued", *issued.cards)
        session.record(stream, str(id), [issued], key=str(id), cause=id, ids=[event])
        open_reply(self._context.duties, session, policy, issued)
        return 1

    def _withdraw(self, session: Session, id: UUID, ripe: Ripe) -> int:
        stream = self._context.streams.letter
        letter = session.get(stream, str(id))
        if letter.issued is None or letter.withdrawn or letter.answered is not None:
            return 0
        issued = letter.issued
        gone = steering.SupervisionLetterWithdrawn(id, issued.at)
        event = natural_id(id, "withdrawn", *issued.cards)
        session.record(stream, str(id), [gone], key=str(id), cause=id, ids=[event])
        reply = steering.duty_of(LETTER_REPLY, id, issued.at)
        self._context.duties.end(session, reply, "withdrawn", issued.at, ripe.upto)
        return 1


def _due(account: Account, rule: CardRule, policy: Policy) -> Iterable[tuple[UUID, tuple[Card, ...]]]:
    """The letters that the cards make, by id: every `count` cards of a period one."""
    by_period: dict[str, list[Card]] = {}
    for card in account.cards:
        day = card.at.astimezone(policy.zone).date()
        by_period.setdefault("" if rule.per == "programme" else period_of(day, rule.per).name, []).append(card)
    for period, cards in by_period.items():
        for n in range(len(cards) // rule.count):
            id = natural_id("letter", account.programme, account.unit, period, n + 1)
            yield id, tuple(cards[n * rule.count : (n + 1) * rule.count])
