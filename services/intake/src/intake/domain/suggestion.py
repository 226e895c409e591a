"""A suggestion to the government: recorded once, answered once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.domain.commands import AnswerSuggestion, RecordSuggestion
from intake.domain.directory import Directory
from intake.domain.errors import AlreadyRegistered, AnsweredAlready, BeforeSuggestion, NotFound
from intake.domain.events import SuggestionAnswered, SuggestionRecorded
from intake.domain.programme import Programme
from intake.domain.text import Text
from intake.domain.timing import backdating_reason


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`recorded` is None before the suggestion exists, `answered` before its answer."""

    recorded: SuggestionRecorded | None = None
    answered: SuggestionAnswered | None = None


def apply(state: Suggestion, event: SuggestionRecorded | SuggestionAnswered) -> Suggestion:
    """The suggestion after an event."""
    match event:
        case SuggestionRecorded():
            return replace(state, recorded=event)
        case SuggestionAnswered():
            return replace(state, answered=event)


def record(
    state: Suggestion, command: RecordSuggestion, programme: Programme, directory: Directory
) -> list[SuggestionRecorded]:
    """Nothing when the same import reference recorded the same before.

    Raises NotInProgramme without [suggestions], UnknownPerson, OutsideWindow, FutureDate, BackDated, or
    AlreadyRegistered when the content differs.
    """
    programme.section("suggestions")
    directory.require_person(command.person, "person")
    programme.require_window(command.timing)
    event = SuggestionRecorded(
        suggestion=command.suggestion,
        programme=programme.id,
        agency=programme.agency,
        enterprise=command.enterprise,
        visit=command.visit,
        person=command.person,
        title=command.title,
        text=command.text,
        backdating_reason=backdating_reason(command.timing, programme.backdating_days),
        synthetic=command.synthetic,
        by=command.by,
        at=command.timing.at,
    )
    if state.recorded is None:
        return [event]
    at = event.at if command.timing.given else state.recorded.at
    if replace(event, at=at, by=state.recorded.by) != state.recorded:
        raise AlreadyRegistered(
            Text("This suggestion is recorded with other content."),
            field="ref",
            mend=Text("repeat its first content, or record a further suggestion under another ref"),
        )
    return []


def answer(
    state: Suggestion, command: AnswerSuggestion, programme: Programme, directory: Directory
) -> list[SuggestionAnswered]:
    """Nothing when it has this answer of this unit already.

    Raises NotFound, UnknownUnit, AnsweredAlready, BeforeSuggestion, FutureDate or BackDated.
    """
    if state.recorded is None:
        raise NotFound(field="suggestion")
    directory.require_unit(command.unit, "unit")
    if state.answered is not None:
        if (command.unit, command.answer) == (state.answered.unit, state.answered.answer):
            return []
        raise AnsweredAlready(field="answer")
    reason = backdating_reason(command.timing, programme.backdating_days)
    if command.timing.at < state.recorded.at:
        raise BeforeSuggestion(field="occurred_at")
    told = state.recorded.suggestion
    return [SuggestionAnswered(told, command.unit, command.answer, reason, command.by, command.timing.at)]
