"""What a ledger tells of a case's past, as the events it stands for. What a ledger does not tell is not made up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from routing.domain import events
from routing.domain.case import STEPS, Case, Step, apply
from routing.domain.events import Event, Milestone, Outcome

BY = "ledger"


@dataclass(frozen=True, slots=True)
class Fact:
    """One dated fact of a ledger row; which fields it has depends on `fact`. `round`: None for the first."""

    fact: str
    at: datetime
    unit: str | None = None
    supporting: tuple[str, ...] = ()
    letter: str | None = None
    meeting: str | None = None
    outcome: Outcome | None = None
    policy: str | None = None
    milestones: tuple[Milestone, ...] = ()
    milestone: str | None = None
    copied_to_office: bool | None = None
    note: str | None = None
    round: int | None = None
    reason: str | None = None

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit the fact names."""
        return (*filter(None, (self.unit,)), *self.supporting)


class IncompleteFact(ValueError):
    """A fact lacks what it is about. Intake lets none such pass, so the event is none of intake's."""


def _assigned(case: Case, fact: Fact) -> Event:
    if fact.unit is None:
        raise IncompleteFact("assigned needs its unit")
    supporting = tuple(dict.fromkeys(fact.supporting))
    return events.CaseAssigned(case.id, fact.unit, supporting, fact.letter, fact.meeting, None, case.round, BY, fact.at)


def _received(case: Case, fact: Fact) -> Event:
    return events.LetterReceived(case.id, fact.unit or case.lead, BY, fact.at)


def _accepted(case: Case, fact: Fact) -> Event:
    return events.CaseAccepted(case.id, fact.unit or case.lead, BY, fact.at)


def _contacted(case: Case, fact: Fact) -> Event:
    return events.EnterpriseContacted(case.id, fact.unit or case.lead, fact.note, BY, fact.at)


def _planned(case: Case, fact: Fact) -> Event:
    return events.CasePlanned(case.id, fact.unit or case.lead, fact.milestones, BY, fact.at)


def _progressed(case: Case, fact: Fact) -> Event:
    return events.ProgressReported(case.id, fact.unit or case.lead, fact.note, fact.milestone, BY, fact.at)


def _result(case: Case, fact: Fact) -> Event:
    if fact.outcome is None:
        raise IncompleteFact("result needs its outcome")
    unit = fact.unit or case.lead
    return events.ResultReported(case.id, unit, fact.outcome, fact.policy, fact.note, BY, fact.at)


def _fed_back(case: Case, fact: Fact) -> Event:
    return events.ResultFedBack(case.id, fact.unit or case.lead, bool(fact.copied_to_office), BY, fact.at)


def _returned(case: Case, fact: Fact) -> Event:
    unit = fact.unit or case.lead
    if unit is None or fact.reason is None:
        raise IncompleteFact("returned needs its unit and reason")
    again = (case.round + 1, case.transfers + 1)
    return events.CaseReturned(case.id, unit, fact.reason, fact.note, *again, BY, fact.at)


def _reopened(case: Case, fact: Fact) -> Event:
    return events.CaseReopened(case.id, case.round + 1, fact.reason, fact.at)


_EVENTS: Mapping[str, Callable[[Case, Fact], Event]] = {
    "assigned": _assigned,
    "received": _received,
    "accepted": _accepted,
    "contacted": _contacted,
    "planned": _planned,
    "progressed": _progressed,
    "result": _result,
    "fed_back": _fed_back,
    "returned": _returned,
    "reopened": _reopened,
}
ENDS = ("returned", "reopened")


def of_routing(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that routing records, in the order they happened; equal times keep the ledger's order."""
    return sorted((fact for fact in facts if fact.fact in _EVENTS), key=lambda fact: fact.at)


def declare(case: Case, facts: Iterable[Fact]) -> list[Event]:
    """The events of the facts that are not recorded yet. The order of steps is not judged: a ledger may lack some."""
    return list(_new(case, of_routing(facts)))


def _new(case: Case, facts: Iterable[Fact]) -> Iterator[Event]:
    for fact in facts:
        if fact.fact in ENDS and (fact.round or 1) < case.round:
            continue  # that round is over here already
        event = _EVENTS[fact.fact](case, fact)
        if not _known(case, event):
            case = apply(case, event)
            yield event


def _known(case: Case, event: Event) -> bool:
    """A step happens once a round; of progress there may be much, each report once. An end is told apart before."""
    if isinstance(event, events.CaseReturned | events.CaseReopened):
        return False
    if isinstance(event, events.ProgressReported):
        return event in case.progress
    return STEPS.get(type(event), Step.OPENED) in case.done
