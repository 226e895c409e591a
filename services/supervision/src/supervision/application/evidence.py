"""What may be cited against somebody: events that stand, of the same programme, about the case, unit or person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventkit.session import Session
from supervision.application.duties import Duties
from supervision.application.ports import Recorded
from supervision.domain import errors
from supervision.domain.duty import Duty
from supervision.domain.policy import Policy
from supervision.domain.steering import AccountabilityRecorded, DispatchHeld, Filed, Letter
from supervision.domain.watch import Watch


@dataclass(frozen=True, slots=True)
class Named:
    """Whom and what a record of accountability names."""

    case: str | None
    unit: str | None
    person: str | None

    def concerned(self, other: Named) -> bool:
        """Whether something that names these names one of ours."""
        pairs = ((self.case, other.case), (self.unit, other.unit), (self.person, other.person))
        return any(ours is not None and ours == theirs for ours, theirs in pairs)


@dataclass(frozen=True, slots=True)
class _Told:
    """What an event belongs to and whom it names; several where it names several units."""

    programme: str
    agency: str
    names: tuple[Named, ...]


class Evidence:
    """Looks events up in supervision's own log. What is not known and what is not theirs are refused alike."""

    def __init__(self, duties: Duties) -> None:
        self._duties = duties

    def require(self, session: Session, policy: Policy, named: Named, evidence: Sequence[UUID]) -> None:
        """UnknownEvidence for the first that does not stand for it; steps that others told count with their case."""
        known = self._steps(session, named.case)
        for one in self._duties.register(session.tx).recorded(evidence):
            if not one.withdrawn and self._fits(self._told(session, one), policy, named):
                known.add(one.id)
        for place, id in enumerate(evidence):
            if id not in known:
                raise errors.UnknownEvidence(field=f"evidence/{place}")

    def _steps(self, session: Session, case: str | None) -> set[UUID]:
        facts = () if case is None else session.get(self._duties.streams.watch, case).facts
        return {UUID(fact.source) for fact in facts if fact.source is not None}

    def _fits(self, told: _Told | None, policy: Policy, named: Named) -> bool:
        if told is None or (told.programme, told.agency) != (policy.programme, policy.agency):
            return False
        return any(named.concerned(names) for names in told.names)

    def _told(self, session: Session, one: Recorded) -> _Told | None:
        kind, _, id = one.stream.partition("-")
        streams = self._duties.streams
        match kind:
            case "watch":
                return _of_watch(session.get(streams.watch, id), one.data)
            case "duty":
                return _of_duty(session.get(streams.duty, id))
            case "letter":
                return _of_letter(session.get(streams.letter, id))
            case "dispatch":
                return _of_paper(session.get(streams.dispatch, id))
            case "accountability":
                return _of_paper(session.get(streams.record, id))
        return None  # calendars and reports are about nobody


def _of_watch(watch: Watch, data: Mapping[str, Any]) -> _Told:
    """By the unit that the event names, else by every unit that ever had the case."""
    units = {data.get("unit")} if data.get("unit") is not None else {f.unit for f in watch.facts}
    named = (Named(watch.case, unit, None) for unit in sorted(unit for unit in units if unit is not None))
    return _Told(watch.programme, watch.agency, (Named(watch.case, None, None), *named))


def _of_duty(duty: Duty) -> _Told | None:
    opened = duty.opened
    if opened is None:
        return None
    return _Told(opened.programme, opened.agency, (Named(opened.case, opened.unit, opened.person),))


def _of_letter(letter: Letter) -> _Told | None:
    issued = letter.issued
    if issued is None or letter.withdrawn:
        return None
    return _Told(issued.programme, issued.agency, (Named(issued.case, issued.unit, None),))


def _of_paper(filed: Filed) -> _Told | None:
    match filed.paper:
        case DispatchHeld() as held:
            return _Told(held.programme, held.agency, tuple(Named(i.case, i.unit, None) for i in held.items))
        case AccountabilityRecorded() as made:
            return _Told(made.programme, made.agency, (Named(made.case, made.unit, made.person),))
    return None
