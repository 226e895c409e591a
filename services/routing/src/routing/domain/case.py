"""The case: its state as the fold of its events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, auto
from typing import Any

from routing.domain import events
from routing.domain.events import Event


class Step(IntEnum):
    """The steps of the workflow in their order; a case's state is the furthest one of its round."""

    OPENED = auto()
    CLASSIFIED = auto()
    ASSIGNED = auto()
    RECEIVED = auto()
    ACCEPTED = auto()
    CONTACTED = auto()
    PLANNED = auto()
    IN_PROGRESS = auto()
    RESULT_REPORTED = auto()
    FED_BACK = auto()


STATES = (
    *(step.name.lower() for step in Step),
    *("passed_on", "returned", "reopened", "merged", "withdrawn", "concluded"),
)
"""Every state a case can show."""

STEPS: Mapping[type, Step] = {
    events.CaseOpened: Step.OPENED,
    events.CaseClassified: Step.CLASSIFIED,
    events.CaseAssigned: Step.ASSIGNED,
    events.LetterReceived: Step.RECEIVED,
    events.CaseAccepted: Step.ACCEPTED,
    events.EnterpriseContacted: Step.CONTACTED,
    events.CasePlanned: Step.PLANNED,
    events.ProgressReported: Step.IN_PROGRESS,
    events.ResultReported: Step.RESULT_REPORTED,
    events.ResultFedBack: Step.FED_BACK,
}


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands. `done` has the (last) time of each step of this round; round 0: not opened.

    `letters` are those of all rounds, the newest last. `restart`: what began this round. `transfers`: how often it went
    to another unit; `final`: by arbitration. `owner`: who was asked first and answers until another accepts.
    `supported`: the supporters that have had their say. `copied`: the feedback has gone to the office too.
    """

    id: str = ""
    programme: str = ""
    programme_version: int = 0
    agency: str = ""
    enterprise: str = ""
    title: str = ""
    text: str | None = None
    synthetic: bool = False
    kind: str | None = None
    lead: str | None = None
    supporting: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    meeting: str | None = None
    round: int = 0
    done: Mapping[Step, datetime] = field(default_factory=dict)
    milestones: tuple[events.Milestone, ...] = ()
    progress: frozenset[events.ProgressReported] = frozenset()
    result: events.ResultReported | None = None
    copied: bool = False
    restart: str = "reopened"
    transfers: int = 0
    final: bool = False
    return_by: datetime | None = None
    returned_by: tuple[str, ...] = ()
    supported: frozenset[str] = frozenset()
    grade: str | None = None
    owner: str | None = None
    passed_to: str | None = None
    cause: str | None = None
    merged_into: str | None = None
    withdrawn: bool = False
    concluded: bool = False

    @property
    def opened(self) -> bool:
        """Whether the case exists."""
        return self.round > 0

    @property
    def outcome(self) -> events.Outcome | None:
        """How this round ended; None without a result."""
        return None if self.result is None else self.result.outcome

    @property
    def state(self) -> str:
        """The state by name, one of STATES; "" before the case is opened."""
        ended = (("concluded", self.concluded), ("withdrawn", self.withdrawn), ("merged", self.merged_into is not None))
        for name, so in ended:
            if so:
                return name
        furthest = max(self.done, default=None)
        if furthest is None:
            return ""
        if self.passed_to is not None and furthest < Step.RESULT_REPORTED:
            return "passed_on"
        if furthest >= Step.ASSIGNED:
            return furthest.name.lower()
        return self.restart if self.round > 1 else furthest.name.lower()

    @property
    def letter(self) -> str | None:
        """The newest letter's number."""
        return self.letters[-1] if self.letters else None

    def concerns(self, unit: str | None) -> bool:
        """Whether the unit leads or supports the case, or was asked first and answers for it."""
        return unit is not None and (unit in (self.lead, self.owner) or unit in self.supporting)


def _opened(case: Case, event: events.CaseOpened) -> Case:
    return Case(
        id=event.case,
        programme=event.programme,
        programme_version=event.programme_version,
        agency=event.agency,
        enterprise=event.enterprise,
        title=event.title,
        text=event.text,
        synthetic=event.synthetic,
        round=1,
    )


def _classified(case: Case, event: events.CaseClassified) -> Case:
    return replace(case, kind=event.kind)


def _assigned(case: Case, event: events.CaseAssigned) -> Case:
    return replace(
        case,
        lead=event.lead,
        supporting=event.supporting,
        letters=case.letters if event.letter is None else (*case.letters, event.letter),
        meeting=event.meeting,
        round=event.round,
    )


def _planned(case: Case, event: events.CasePlanned) -> Case:
    return replace(case, milestones=event.milestones)


def _progressed(case: Case, event: events.ProgressReported) -> Case:
    return replace(case, progress=case.progress | {event})


def _resulted(case: Case, event: events.ResultReported) -> Case:
    """A further result, after one that put the case off for long, has yet to be fed back."""
    if Step.RESULT_REPORTED not in case.done:
        return replace(case, result=event)
    done: dict[Step, datetime] = {step: at for step, at in case.done.items() if step != Step.FED_BACK}
    return replace(case, result=event, done=done, copied=False)


def _fed_back(case: Case, event: events.ResultFedBack) -> Case:
    return replace(case, copied=case.copied or event.copied_to_office)


def _accepted(case: Case, event: events.CaseAccepted) -> Case:
    return replace(case, owner=None)


def _round(case: Case, round: int, at: datetime, restart: str) -> Case:
    """The case at the beginning of a further round: open, of its kind, and nobody's yet."""
    kept = {step: at for step in (Step.OPENED, Step.CLASSIFIED) if step in case.done}
    return replace(
        case,
        round=round,
        done=kept,
        restart=restart,
        milestones=(),
        progress=frozenset(),
        supported=frozenset(),
        result=None,
        copied=False,
        return_by=None,
        concluded=False,
    )


def _reopened(case: Case, event: events.CaseReopened) -> Case:
    return _round(case, event.round, event.at, "reopened")


def _returned(case: Case, event: events.CaseReturned) -> Case:
    again = _round(case, event.round, event.at, "returned")
    given_back = (*case.returned_by, event.unit)
    return replace(again, lead=None, supporting=(), transfers=event.transfers, returned_by=given_back)


def _transferred(case: Case, event: events.CaseTransferred) -> Case:
    return replace(_round(case, event.round, event.at, "returned"), transfers=event.transfers)


def _arbitrated(case: Case, event: events.CaseArbitrated) -> Case:
    return replace(_round(case, event.round, event.at, "returned"), final=True)


def _limited(case: Case, event: events.ReturnLimitSet) -> Case:
    return replace(case, return_by=event.due_at) if event.round == case.round else case


def _supported(case: Case, event: events.SupportReported) -> Case:
    return replace(case, supported=case.supported | {event.unit})


def _graded(case: Case, event: events.CaseGraded) -> Case:
    return replace(case, grade=event.grade)


def _passed_on(case: Case, event: events.CasePassedOn) -> Case:
    return replace(case, passed_to=event.body)


def _owned(case: Case, event: events.OwnerNamed) -> Case:
    return replace(case, owner=event.unit)


def _caused(case: Case, event: events.CauseNamed) -> Case:
    return replace(case, cause=event.cause)


def _amended(case: Case, event: events.CaseAmended) -> Case:
    return replace(case, title=event.title, text=event.text)


def _merged(case: Case, event: events.CaseMerged) -> Case:
    return replace(case, merged_into=event.into)


def _unmerged(case: Case, event: events.CaseUnmerged) -> Case:
    return replace(case, merged_into=None)


def _withdrawn(case: Case, event: events.CaseWithdrawn) -> Case:
    return replace(case, withdrawn=True)


def _concluded(case: Case, event: events.CaseConcluded) -> Case:
    return replace(case, concluded=True)


_FOLDS: Mapping[type, Callable[[Case, Any], Case]] = {
    events.CaseOpened: _opened,
    events.CaseClassified: _classified,
    events.CaseAssigned: _assigned,
    events.CaseAccepted: _accepted,
    events.CaseReturned: _returned,
    events.ReturnLimitSet: _limited,
    events.CaseTransferred: _transferred,
    events.CaseArbitrated: _arbitrated,
    events.SupportReported: _supported,
    events.CaseGraded: _graded,
    events.CasePassedOn: _passed_on,
    events.OwnerNamed: _owned,
    events.CauseNamed: _caused,
    events.CaseAmended: _amended,
    events.CaseMerged: _merged,
    events.CaseUnmerged: _unmerged,
    events.CaseWithdrawn: _withdrawn,
    events.CasePlanned: _planned,
    events.ProgressReported: _progressed,
    events.ResultReported: _resulted,
    events.ResultFedBack: _fed_back,
    events.CaseReopened: _reopened,
    events.CaseConcluded: _concluded,
}


def apply(case: Case, event: Event) -> Case:
    """The case after the event. Pure, and total: whatever was recorded can be folded."""
    fold = _FOLDS.get(type(event))
    after = case if fold is None else fold(case, event)
    step = STEPS.get(type(event))
    return after if step is None else replace(after, done={**after.done, step: event.at})
