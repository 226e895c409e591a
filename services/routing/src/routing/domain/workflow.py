"""Which step may follow which: the state machine of a case as two tables and one gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from routing.domain import errors
from routing.domain.case import Case, Step
from routing.domain.text import Text


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

MOVES: Mapping[str, Gate] = {
    "return": Gate(Step.ASSIGNED, (Step.RESULT_REPORTED, Step.ACCEPTED)),
    "transfer": Gate(Step.ASSIGNED, (Step.RESULT_REPORTED,)),
    "arbitrate": Gate(Step.OPENED, (Step.RESULT_REPORTED,)),
    "support": Gate(Step.ASSIGNED, (Step.FED_BACK,)),
    "pass_on": Gate(Step.OPENED, (Step.ASSIGNED, Step.RESULT_REPORTED)),
    "grade": Gate(Step.OPENED, (Step.RESULT_REPORTED,)),
    "cause": Gate(Step.OPENED, ()),
    "copy": Gate(Step.FED_BACK, ()),
}
"""Moves that are no step of the course: they may be made at several places of it."""

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

SAID: Mapping[Step, Text] = {
    Step.OPENED: Text("opened"),
    Step.CLASSIFIED: Text("classified"),
    Step.ASSIGNED: Text("assigned"),
    Step.RECEIVED: Text("received"),
    Step.ACCEPTED: Text("accepted"),
    Step.CONTACTED: Text("contacted"),
    Step.PLANNED: Text("planned"),
    Step.IN_PROGRESS: Text("in progress"),
    Step.RESULT_REPORTED: Text("result reported"),
    Step.FED_BACK: Text("fed back"),
}
"""What a case was, once a step is done."""

LONG_TERM = "long_term"
"""A result that does not end the work: it is fed back as what it is, and the end is reported and fed back in turn."""

ANSWERS = (Step.RESULT_REPORTED, Step.FED_BACK)
"""What shuts nothing but a feedback while the last result is long-term: the case is worked on."""

HANDED_OVER = ("transfer", "arbitrate")
"""Moves that take a case from its unit: what that unit answered was before."""


def allow(case: Case, step: Step, at: datetime, *, owner: bool = False) -> None:
    """Pass, or raise the refusal that names what is missing, what has been done, or which time runs backwards.

    `owner`: the unit that was asked first acts; it need not wait until the case is assigned.
    """
    gate = Gate(Step.OPENED, GATES[step].shut_by) if owner else GATES[step]
    gate = _opened_by_long_term(case, step, gate)
    if case.passed_to is not None:  # the office answers for a body outside: there is nobody to accept
        if step < Step.RESULT_REPORTED:
            raise errors.PassedOn
        gate = Gate(Step.OPENED if step is Step.RESULT_REPORTED else gate.needs, gate.shut_by)
    _allow(case, gate)
    _in_time(case, step, gate, at)


def allow_move(case: Case, move: str, at: datetime) -> None:
    """The same for a move of `MOVES`."""
    gate = _opened_by_long_term(case, move, MOVES[move])
    _allow(case, gate)
    answered = [step for step in ANSWERS if move in HANDED_OVER and step in case.done]
    _not_before(case, max((gate.needs, *answered), key=lambda done: case.done[done]), at)


def _opened_by_long_term(case: Case, what: Step | str, gate: Gate) -> Gate:
    if case.outcome != LONG_TERM or what is Step.FED_BACK:
        return gate
    return Gate(gate.needs, tuple(step for step in gate.shut_by if step not in ANSWERS))


def _allow(case: Case, gate: Gate) -> None:
    if not case.opened:
        raise errors.UnknownCase
    if case.concluded:
        raise errors.CaseIsConcluded
    if case.withdrawn:
        raise errors.CaseIsWithdrawn
    if case.merged_into is not None:
        raise errors.CaseIsMerged(Text("The case was merged into {into}.", into=case.merged_into))
    if gate.needs not in case.done:
        raise MISSING[gate.needs]
    for shut in gate.shut_by:
        if shut in case.done:
            raise DONE[shut]


def _in_time(case: Case, step: Step, gate: Gate, at: datetime) -> None:
    """A step is not earlier than the one it needs; a result, which ends the work, not earlier than any other.

    Contact and acceptance may stand in either order, so a late record of one is not measured by the other.
    """
    before = case.done if step >= Step.RESULT_REPORTED else (gate.needs,)
    _not_before(case, max(before, key=lambda done: case.done[done]), at)


def _not_before(case: Case, latest: Step, at: datetime) -> None:
    if at < case.done[latest]:
        told = {"at": at.isoformat(), "step": SAID[latest], "earlier": case.done[latest].isoformat()}
        raise errors.BackInTime(Text("The move is dated {at}, but the case was {step} at {earlier}.", **told))
