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


STATES = (*(step.name.lower() for step in Step), "reopened", "concluded")
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

    `letters` are those of all rounds, the newest last.
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
    outcome: events.Outcome | None = None
    concluded: bool = False

    @property
    def opened(self) -> bool:
        """Whether the case exists."""
        return self.round > 0

    @property
    def state(self) -> str:
        """The state by name, one of STATES; "" before the case is opened."""
        if self.concluded:
            return "concluded"
        furthest = max(self.done, default=None)
        if furthest is None:
            return ""
        return "reopened" if self.round > 1 and furthest < Step.ASSIGNED else furthest.name.lower()

    @property
    def letter(self) -> str | None:
        """The newest letter's number."""
        return self.letters[-1] if self.letters else None

    def concerns(self, unit: str | None) -> bool:
        """Whether the unit leads or supports the case."""
        return unit is not None and (unit == self.lead or unit in self.supporting)


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
    return replace(case, outcome=event.outcome)


def _reopened(case: Case, event: events.CaseReopened) -> Case:
    kept = {step: event.at for step in (Step.OPENED, Step.CLASSIFIED) if step in case.done}
    return replace(
        case, round=event.round, done=kept, milestones=(), progress=frozenset(), outcome=None, concluded=False
    )


def _concluded(case: Case, event: events.CaseConcluded) -> Case:
    return replace(case, concluded=True)


_FOLDS: Mapping[type, Callable[[Case, Any], Case]] = {
    events.CaseOpened: _opened,
    events.CaseClassified: _classified,
    events.CaseAssigned: _assigned,
    events.CasePlanned: _planned,
    events.ProgressReported: _progressed,
    events.ResultReported: _resulted,
    events.CaseReopened: _reopened,
    events.CaseConcluded: _concluded,
}


def apply(case: Case, event: Event) -> Case:
    """The case after the event. Pure, and total: whatever was recorded can be folded."""
    fold = _FOLDS.get(type(event))
    after = case if fold is None else fold(case, event)
    step = STEPS.get(type(event))
    return after if step is None else replace(after, done={**after.done, step: event.at})
