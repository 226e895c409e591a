"""What a programme version asks for besides the course of its cases: duties, pledges, answers, letters, reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from supervision.domain.limits import Limit, parse_limit
from supervision.domain.periods import ONCE, Every

SubjectKind = Literal["programme", "unit", "person", "enterprise", "case", "team", "suggestion"]
Counts = Literal["visit", "service", "dispatch", "progress", "suggestion", "issue_closed", "report"]

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
"""No programme begins or ends beyond; what an old document has there is a slip of the pen."""

LONG_TERM = "long_term"
REPORT = "report:"


@dataclass(frozen=True, slots=True)
class Need:
    """So many records of one kind in a period. `role`: that somebody who took part must have."""

    id: str
    counts: Counts
    min: int = 1
    kind: str | None = None
    mode: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class DutyRule:
    """A recurring duty. `since`: the first day it is owed; `within`: how long after the period it may still be done.

    `paired`: whether it asks a person for visits, which count only where a team pairs that person with the enterprise;
    who is in no team does not owe it, nor for a period that had begun before the team was formed.
    """

    id: str
    title: str | None
    subject: SubjectKind
    every: Every
    needs: tuple[Need, ...]
    role: str | None = None
    tier: str | None = None
    since: date | None = None
    until: date | None = None
    remind: Limit | None = None
    within: Limit | None = None
    card: str | None = None
    paired: bool = False

    @property
    def edition(self) -> str:
        """What it asks for, as text: two versions of a programme that ask for the same have the same duty."""
        parts = (self.every, self.needs, self.role, self.since, self.until, self.remind, self.within, self.card)
        return repr(parts)


@dataclass(frozen=True, slots=True)
class OnceRule:
    """Something that is owed once, so long after what it follows from."""

    within: Limit
    remind: Limit | None = None
    card: str | None = None


@dataclass(frozen=True, slots=True)
class PledgeRule:
    """Pledges 亮诺: broken so long after their day."""

    broken_after: Limit
    remind: Limit | None


@dataclass(frozen=True, slots=True)
class CardRule:
    """So many yellow cards of a unit in a period make a supervision letter; `per` "programme": in its whole time."""

    count: int
    per: Literal["month", "quarter", "year", "programme"]
    reply: OnceRule


@dataclass(frozen=True, slots=True)
class Obligations:
    """All of a programme version. What is None or empty, the programme does not have."""

    duties: Mapping[str, DutyRule]
    starts_on: date
    pledges: PledgeRule | None
    suggestions: OnceRule | None
    policies: OnceRule | None
    sessions: OnceRule | None
    cards: CardRule | None
    dispatch: bool
    measures: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Obligations:
        """Read a published document.

        What nothing could be counted by is passed over: a duty that recurs "once", a limit without its date.
        """
        recurring = (told for told in document.get("duties", ()) if told["every"] != ONCE)
        pairing = frozenset(member["role"] for team in document.get("teams", {}).values() for member in team["members"])
        rules = [*(_duty(told, pairing) for told in recurring), *_long_term(document), *_reports(document)]
        pledges, cards = document.get("pledges"), document.get("cards")
        return cls(
            duties={rule.id: rule for rule in rules},
            starts_on=day_of(document["starts_on"]) or date.min,
            pledges=None if pledges is None else PledgeRule(parse_limit(pledges["broken_after"]), _remind(pledges)),
            suggestions=_once(document.get("suggestions"), "answer_within"),
            policies=_once(document.get("policies"), "help_within"),
            sessions=_once(document.get("joint_sessions"), "report_in"),
            cards=None
            if cards is None
            else CardRule(cards["yellow_to_letter"], cards["per"], OnceRule(parse_limit(cards["reply_within"]))),
            dispatch="dispatch" in document,
            measures={
                ground["id"]: frozenset(measure["id"] for measure in ground["measures"])
                for ground in document.get("accountability", ())
            },
        )

    def count(self, what: Counts) -> bool:
        """Whether any duty counts such records."""
        return any(need.counts == what for rule in self.duties.values() for need in rule.needs)

    def of_cases(self) -> Iterator[DutyRule]:
        """The duties that whoever accepts a case has for it."""
        return (rule for rule in self.duties.values() if rule.subject == "case" and rule.id != LONG_TERM)


def _duty(told: Mapping[str, Any], pairing: frozenset[str]) -> DutyRule:
    """`pairing`: the roles that teams pair with enterprises; others, such as experts, serve them all."""
    return DutyRule(
        id=told["id"],
        title=told["zh"],
        subject=told["subject"],
        every=told["every"],
        needs=tuple(
            Need(n["id"], n["counts"], n.get("min", 1), n.get("kind"), n.get("mode"), n.get("role"))
            for n in told["needs"]
        ),
        role=told.get("role"),
        tier=told.get("tier"),
        since=day_of(told.get("from")),
        until=day_of(told.get("until")),
        remind=_remind(told),
        card=told.get("card"),
        paired=told["subject"] == "person"
        and told.get("role") in pairing
        and any(need["counts"] == "visit" for need in told["needs"]),
    )


def _long_term(document: Mapping[str, Any]) -> Iterator[DutyRule]:
    told = document.get("long_term")
    if told is not None:
        needs = (Need("progress", "progress"),)
        card, remind = told.get("card"), _remind(told)
        yield DutyRule(LONG_TERM, None, "case", told["every"], needs, remind=remind, card=card)


def _reports(document: Mapping[str, Any]) -> Iterator[DutyRule]:
    for told in document.get("reports", ()):
        yield DutyRule(
            id=REPORT + told["id"],
            title=told["zh"],
            subject="programme",
            every=told["every"],
            needs=(Need("report", "report", kind=told["id"]),),
            since=day_of(told.get("from")),
            within=parse_limit(told["within"]),
        )


def _once(told: Mapping[str, Any] | None, limit: str) -> OnceRule | None:
    if told is None or told[limit] == "external":
        return None
    return OnceRule(parse_limit(told[limit]), _remind(told), told.get("card"))


def _remind(told: Mapping[str, Any]) -> Limit | None:
    return None if told.get("remind") is None else parse_limit(told["remind"])


def day_of(text: str | date | None) -> date | None:
    """The day that a document names, within the years that Bugle counts; None for none."""
    day = date.fromisoformat(text) if isinstance(text, str) else text
    return None if day is None else min(max(day, FIRST_DAY), LAST_DAY)
