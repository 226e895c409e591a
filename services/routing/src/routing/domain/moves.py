"""What may be done with a case next: the moves that a form filled in rightly would not be refused.

Each guard is what the decision of that name begins with, so the two cannot differ; a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from routing.domain import decisions, errors, handing_over, remarks
from routing.domain.case import Case, Step
from routing.domain.programme import Programme
from routing.domain.workflow import allow


@dataclass(frozen=True, slots=True)
class Mover:
    """Who asks when, under which programme. `unit` is None for the office."""

    unit: str | None
    programme: Programme
    at: datetime

    def owns(self, case: Case) -> bool:
        """Whether it is the unit that was asked first."""
        return self.unit is not None and self.unit == case.owner


Guard = Callable[[Case, Mover], object]


def _step(step: Step, *, owner: bool = False) -> Guard:
    return lambda case, mover: allow(case, step, mover.at, owner=owner and mover.owns(case))


GUARDS: Mapping[str, Guard] = {
    "classify": _step(Step.CLASSIFIED),
    "assign": lambda case, mover: decisions.assignable(case, mover.at, mover.programme),
    "receive": _step(Step.RECEIVED),
    "accept": _step(Step.ACCEPTED),
    "contact": _step(Step.CONTACTED, owner=True),
    "plan": _step(Step.PLANNED),
    "report_progress": _step(Step.IN_PROGRESS, owner=True),
    "report_result": _step(Step.RESULT_REPORTED),
    "feed_back": lambda case, mover: decisions.to_be_fed_back(case, mover.at, copied=True),
    "return_case": lambda case, mover: handing_over.returnable(case, mover.at, mover.programme),
    "transfer": lambda case, mover: handing_over.transferable(case, mover.at, mover.programme),
    "arbitrate": lambda case, mover: handing_over.arbitrable(case, mover.at, mover.programme),
    "pass_on": lambda case, mover: handing_over.to_be_passed_on(case, mover.at, mover.programme),
    "report_support": lambda case, mover: remarks.to_be_supported(case, mover.at, mover.unit),
    "grade": lambda case, mover: remarks.grades_of(case, mover.at, mover.programme),
    "name_cause": lambda case, mover: remarks.causes_of(case, mover.at, mover.programme),
}
"""By the name of the command."""


def possible(name: str, case: Case, mover: Mover) -> bool:
    """Whether the move is open to whoever may make it."""
    try:
        GUARDS[name](case, mover)
    except errors.Refusal:
        return False
    return True
