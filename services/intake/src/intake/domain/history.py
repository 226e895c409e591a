"""The dated facts of a ledger row: whether they can have happened, and which of them are new at a re-import."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from intake.domain.commands import ReportIssue
from intake.domain.directory import Directory
from intake.domain.errors import BadHistory, ClosedWhileLongTerm, RowChanged
from intake.domain.events import Fact
from intake.domain.more_time import check_extensions
from intake.domain.programme import Programme
from intake.domain.rounds import check_rounds, ended, round_of
from intake.domain.text import Text
from intake.domain.timing import DECADE, check_moment

NEEDS = {
    "assigned": ("unit",),
    "result": ("outcome",),
    "verified": ("satisfaction",),
    "returned": ("unit", "reason"),
    "extended": ("due_on", "reason"),
}
"""Without these a fact says nothing: who was assigned, how it ended, what the enterprise answered, why it was moved."""

Identity = tuple[str, str | None, int]


def identity(fact: Fact) -> Identity:
    """A row has each fact once a round, progress once per milestone."""
    return fact.fact, fact.milestone, round_of(fact)


def ordered(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """By time; equal times in the order given."""
    return tuple(sorted(facts, key=lambda fact: fact.at))


def check_history(command: ReportIssue, since: datetime, programme: Programme, directory: Directory) -> None:
    """Raises BadHistory (no ledger row, before the report, told twice, incomplete; impossible rounds or extensions),
    FutureDate, UnknownUnit or ClosedWhileLongTerm.

    `since`: when the issue was reported.
    """
    if command.facts and command.ledger is None:
        raise BadHistory(
            Text("Only a ledger row has a history."),
            field="history",
            mend=Text("give `ledger`, or report the steps as they happen"),
        )
    seen: set[Identity] = set()
    for index, fact in enumerate(command.facts):
        where = f"history/{index}"
        if fact.at < since:
            raise BadHistory(
                Text("{fact} lies before the issue was reported.", fact=_SAID[fact.fact]),
                field=f"{where}/at",
                mend=Text("correct the date of the fact or the date of the report"),
            )
        check_moment(fact.at, command.timing.now, f"{where}/at")
        _check_evidence(fact, command.timing.now, where)
        if identity(fact) in seen:
            raise BadHistory(
                Text("{fact} is told twice.", fact=_SAID[fact.fact]), field=f"{where}/fact", mend=Text("tell it once")
            )
        seen.add(identity(fact))
        _check_content(fact, where, directory)
    check_rounds(command.facts, programme)
    check_extensions(command.facts, command.due_at, programme)
    _check_end(command.facts)


def _check_end(facts: tuple[Fact, ...]) -> None:
    """What takes long is not over: a ledger that strikes it off lacks the result by which it was."""
    put_off = {round_of(fact) for fact in facts if (fact.fact, fact.outcome) == ("result", "long_term")}
    for index, fact in enumerate(facts):
        if fact.fact == "closed_out" and round_of(fact) in put_off:
            raise ClosedWhileLongTerm(field=f"history/{index}/fact")


def _check_content(fact: Fact, where: str, directory: Directory) -> None:
    for needed in NEEDS.get(fact.fact, ()):
        if getattr(fact, needed) is None:
            raise BadHistory(
                Text("{fact} needs {needed}.", fact=_SAID[fact.fact], needed=needed),
                field=f"{where}/{needed}",
                mend=Text("give {needed}, or leave the fact out", needed=needed),
            )
    directory.require_unit(fact.unit, f"{where}/unit")
    for number, unit in enumerate(fact.supporting):
        directory.require_unit(unit, f"{where}/supporting/{number}")
    for number, milestone in enumerate(fact.milestones):
        if abs(milestone.due_on - fact.at.date()) > 2 * DECADE:
            raise BadHistory(
                Text("A milestone is due at most 20 years from the plan."),
                field=f"{where}/milestones/{number}/due_on",
                mend=Text("give a day within 20 years of the plan"),
            )


def _check_evidence(fact: Fact, now: datetime, where: str) -> None:
    if fact.evidence_at is None:
        return
    if fact.evidence_at < fact.at:
        raise BadHistory(
            Text("What shows that it happened lies before it."),
            field=f"{where}/evidence_at",
            mend=Text("correct one of the two dates"),
        )
    check_moment(fact.evidence_at, now, f"{where}/evidence_at")


def news(declared: tuple[Fact, ...], told: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts not declared before, ordered. RowChanged when a declared one is told otherwise or no longer told."""
    known = {identity(fact): fact for fact in declared}
    for index, fact in enumerate(told):
        before = known.get(identity(fact))
        if before is not None:
            _refuse_difference(before, fact, f"history/{index}")
    for missing in known.keys() - {identity(fact) for fact in told}:
        raise RowChanged(
            Text("The row no longer tells of {fact}.", fact=_SAID[missing[0]]), field="history", mend=_MEND
        )
    added = [(index, fact) for index, fact in enumerate(told) if identity(fact) not in known]
    for index, fact in added:
        if round_of(fact) in ended(declared):
            raise RowChanged(
                Text("The row tells something new of a round that is over."), field=f"history/{index}/at", mend=_MEND
            )
    return ordered(tuple(fact for _, fact in added))


def _refuse_difference(before: Fact, fact: Fact, where: str) -> None:
    for field in fields(Fact):
        if getattr(fact, field.name) != getattr(before, field.name):
            raise RowChanged(
                Text(
                    "The row tells {fact} with another {field} than at its import.",
                    fact=_SAID[fact.fact],
                    field=field.name,
                ),
                field=f"{where}/{field.name}",
                mend=_MEND,
            )


_MEND = Text("restore what the row told first: a fact that others have acted on is not edited")
_SAID = {
    "assigned": Text("assigned"),
    "received": Text("received"),
    "accepted": Text("accepted"),
    "contacted": Text("contacted"),
    "planned": Text("planned"),
    "progressed": Text("progressed"),
    "result": Text("result"),
    "fed_back": Text("fed_back"),
    "verified": Text("verified"),
    "closed_out": Text("closed_out"),
    "returned": Text("returned"),
    "extended": Text("extended"),
    "reopened": Text("reopened"),
}
