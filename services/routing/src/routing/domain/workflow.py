"""Which step may follow which: the state machine of a case as two tables and one gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from routing.domain import errors
from routing.domain.case import Case, Step


@dataclass(frozen=True, slots=True)
class Gate:
    """A step may be done once `needs` is done, and until one of `shut_by` is."""

    needs: Step
    shut_by: tuple[Step, ...]


GATES: Mapping[Step, Gate] = {
    Step.CLASSIFIED: Gate(Step.OPENED, (Step.ASSIGNED,)),
    Step.ASSIGNED: Gate(Step.CLASSIFIED, (Step.ASSIGNED,)),
    Step.RECEIVED: Gate(Step.ASSIGNED, (Step.RESULT_REPORTED, Step.RECEIVED)),
    Step.ACCEPTED: Gate(Step.RECEIVED, (Step.RESULT_REPORTED, Step.ACCEPTED)),
    Step.CONTACTED: Gate(Step.ASSIGNED, (Step.RESULT_REPORTED, Step.CONTACTED)),
    Step.PLANNED: Gate(Step.ACCEPTED, (Step.RESULT_REPORTED, Step.PLANNED)),
    Step.IN_PROGRESS: Gate(Step.ACCEPTED, (Step.RESULT_REPORTED,)),
    Step.RESULT_REPORTED: Gate(Step.ACCEPTED, (Step.RESULT_REPORTED,)),
    Step.FED_BACK: Gate(Step.RESULT_REPORTED, (Step.FED_BACK,)),
}

MISSING: Mapping[Step, type[errors.Refusal]] = {
    Step.OPENED: errors.UnknownCase,
    Step.CLASSIFIED: errors.NotClassified,
    Step.ASSIGNED: errors.NotAssigned,
    Step.RECEIVED: errors.NotReceived,
    Step.ACCEPTED: errors.NotAccepted,
    Step.RESULT_REPORTED: errors.NoResult,
}
"""How the absence of a needed step is refused."""

DONE: Mapping[Step, type[errors.Refusal]] = {
    Step.ASSIGNED: errors.AlreadyAssigned,
    Step.RECEIVED: errors.AlreadyReceived,
    Step.ACCEPTED: errors.AlreadyAccepted,
    Step.CONTACTED: errors.AlreadyContacted,
    Step.PLANNED: errors.AlreadyPlanned,
    Step.RESULT_REPORTED: errors.ResultAlreadyReported,
    Step.FED_BACK: errors.AlreadyFedBack,
}
"""How a step that comes too late is refused."""


def allow(case: Case, step: Step, at: datetime) -> None:
    """Pass, or raise the refusal that names what is missing, what has been done, or which time runs backwards."""
    gate = GATES[step]
    if not case.opened:
        raise errors.UnknownCase
    if case.concluded:
        raise errors.CaseIsConcluded
    if gate.needs not in case.done:
        raise MISSING[gate.needs]
    for shut in gate.shut_by:
        if shut in case.done:
            raise DONE[shut]
    _in_time(case, step, at)


def _in_time(case: Case, step: Step, at: datetime) -> None:
    """A step is not earlier than the one it needs; a result, which ends the work, not earlier than any other.

    Contact and acceptance may stand in either order, so a late record of one is not measured by the other.
    """
    before = case.done if step >= Step.RESULT_REPORTED else (GATES[step].needs,)
    latest = max(before, key=lambda done: case.done[done])
    if at < case.done[latest]:
        earlier = f"{latest.name.lower().replace('_', ' ')} at {case.done[latest].isoformat()}"
        raise errors.BackInTime(f"The move is dated {at.isoformat()}, but the case was {earlier}.")
