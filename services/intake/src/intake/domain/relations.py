"""How issues belong together: raised again, divided, linked, merged, withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from intake.domain import errors
from intake.domain.commands import Link
from intake.domain.events import (
    IssueDivided,
    IssueLinked,
    IssueReported,
    IssueUnlinked,
    MergerDeclined,
    MergerRequested,
    MergerUndone,
    WithdrawalDeclined,
    WithdrawalRequested,
)
from intake.domain.issue import Event, Issue
from intake.domain.programme import Programme
from intake.domain.text import Text
from intake.domain.timing import Timing, backdating_reason


def check_recurrence(earlier: Issue, later: IssueReported, programme: Programme, field: str) -> None:
    """Same enterprise and programme, reported before, not longer ago than the programme's [recurrence] says."""
    rules = programme.section("recurrence")
    first = check_related(earlier, later, field)
    if first.at > later.at or first.issue == later.issue:
        raise errors.NotEarlier(field=field)
    if later.at - first.at > timedelta(days=rules["days"]):
        raise errors.TooLongAgo(Text("The programme counts back {days} days.", days=rules["days"]), field=field)


def check_related(other: Issue, one: IssueReported, field: str) -> IssueReported:
    """The other issue as it stands; OtherEnterprise unless it is of the same enterprise and programme."""
    held = other.current
    if held is None or held.agency != one.agency:
        raise errors.NotFound(field=field)
    if (held.enterprise, held.programme) != (one.enterprise, one.programme):
        raise errors.OtherEnterprise(field=field)
    return held


def link(state: Issue, wanted: Link, other: Issue, programme: Programme, by: str, timing: Timing) -> list[Event]:
    """By hand: a recurrence, or otherwise related."""
    current = _current(state)
    if wanted.relation == "recurrence":
        check_recurrence(other, current, programme, "to")
    else:
        check_related(other, current, "to")
    if (wanted.relation, wanted.to) in state.links:
        raise errors.LinkedAlready
    backdating_reason(timing, programme.backdating_days)
    return [IssueLinked(current.issue, wanted.relation, wanted.to, by, timing.at)]


def unlink(state: Issue, wanted: Link, reason: str, by: str, timing: Timing) -> list[Event]:
    """What was linked by hand; a part stays a part."""
    if (wanted.relation, wanted.to) not in state.links:
        raise errors.NotLinked
    return [IssueUnlinked(_current(state).issue, wanted.relation, wanted.to, reason, by, timing.at)]


def divide(
    state: Issue, parts: Sequence[str], programme: Programme, by: str, timing: Timing, *, struck_off: bool = False
) -> list[Event]:
    """Into issues of their own, as many at once as the programme's [split] allows; one level deep.

    Raises NotInProgramme, TooMany, PartOfAnother, or what `check_alive` raises.
    """
    rules = divisible(state, programme, struck_off=struck_off)
    if len(parts) > rules["max"]:
        raise errors.TooMany(Text("The programme allows {max} parts in one act.", max=rules["max"]), field="parts")
    return [IssueDivided(_current(state).issue, tuple(parts), by, timing.at)]


def divisible(state: Issue, programme: Programme, *, struck_off: bool) -> Mapping[str, Any]:
    """The programme's [split], if the issue can be divided."""
    rules = programme.section("split")
    check_alive(state, "issue", struck_off=struck_off)
    if state.is_part:
        raise errors.PartOfAnother
    return rules


def check_alive(state: Issue, field: str, *, struck_off: bool) -> None:
    """WithdrawnAlready, MergedAlready or StruckOff when nothing is left to be solved, or that was asked for."""
    if state.withdrawn:
        raise errors.WithdrawnAlready(field=field)
    if state.merged_into is not None:
        raise errors.MergedAlready(field=field)
    if struck_off:
        again = Text("link the issue to that one as a recurrence: it was raised again after its end")
        raise errors.StruckOff(field=field, mend=again if field == "into" else None)


def check_bundle(count: int, programme: Programme) -> None:
    """As many issues of one visit in one act as the programme's [bundle] allows."""
    rules = programme.section("bundle")
    if count > rules["max"]:
        raise errors.TooMany(Text("The programme allows {max} issues in one act.", max=rules["max"]), field="issues")


def merge(
    state: Issue,
    into: str,
    other: Issue,
    score: int | None,
    by: str,
    timing: Timing,
    *,
    struck_off: Collection[str] = (),
) -> list[Event]:
    """Into an issue of the same enterprise and programme; both are open, neither part of the other. `score`: percent.

    Raises NotFound (also for another agency's), IntoItself, OtherEnterprise, WholeAndPart, or as `check_alive` does.
    """
    current = _current(state)
    if into == current.issue:
        raise errors.IntoItself(field="into")
    check_related(other, current, "into")
    check_alive(state, "issue", struck_off=current.issue in struck_off)
    check_alive(other, "into", struck_off=into in struck_off)
    if into in state.parts or current.issue in other.parts:
        raise errors.WholeAndPart(field="into")
    return [MergerRequested(current.issue, into, score, by, timing.at)]


def undo_merge(state: Issue, reason: str, by: str, timing: Timing) -> list[Event]:
    """Whether or not routing has confirmed the merger; one that it refused needs no undoing."""
    return [MergerUndone(_current(state).issue, merged(state), reason, by, timing.at)]


def merged(state: Issue) -> str:
    """Into which issue; NotMerged when into none."""
    if state.merged_into is None:
        raise errors.NotMerged
    return state.merged_into


def withdraw(state: Issue, reason: str, by: str, timing: Timing, *, struck_off: bool = False) -> list[Event]:
    """Once, or again after routing has refused it."""
    withdrawable(state, struck_off=struck_off)
    return [WithdrawalRequested(_current(state).issue, reason, by, timing.at)]


def withdrawable(state: Issue, *, struck_off: bool) -> None:
    """Raises WithdrawnAlready, or StruckOff."""
    if state.withdrawn:
        raise errors.WithdrawnAlready
    if struck_off:
        raise errors.StruckOff(field="issue")


def decline_merger(state: Issue, into: str, reason: str, at: datetime) -> list[Event]:
    """Routing's no to the merger that was asked for at `at`; nothing when another was asked for meanwhile."""
    if (state.merged_into, state.merger_at) != (into, at):
        return []
    return [MergerDeclined(_current(state).issue, into, reason, at)]


def decline_withdrawal(state: Issue, reason: str, at: datetime) -> list[Event]:
    """Routing's no to the withdrawal; nothing when none is asked for."""
    return [WithdrawalDeclined(_current(state).issue, reason, at)] if state.withdrawn else []


def _current(state: Issue) -> IssueReported:
    if state.current is None:
        raise errors.NotFound(field="issue")
    return state.current
