"""Decisions: (state, command) → events, pure. Each raises the refusal that applies and then leaves no event."""

from __future__ import annotations

from datetime import datetime

from supervision.domain import errors
from supervision.domain.calendar import Calendar
from supervision.domain.commands import CloseOut, HelpToApply, Verify
from supervision.domain.events import CaseClosedOut, EnterpriseVerified, HelpGiven, ReopeningOrdered, WatchEvent
from supervision.domain.facts import BY, learn
from supervision.domain.policy import Policy
from supervision.domain.watch import REPORTED, SATISFIED, Fact, Watch, apply


def verify(watch: Watch, command: Verify, policy: Policy, calendar: Calendar) -> list[WatchEvent]:
    """Once a round, after the feedback; an unsatisfied enterprise has the case reopened."""
    act = command.act
    require_open(watch, act.at)
    _not_before(act.at, _fed_back(watch))
    if watch.fact("verified", watch.round) is not None:
        raise errors.AlreadyVerified
    verified = EnterpriseVerified(
        watch.case,
        command.satisfaction,
        command.note,
        watch.round,
        act.by,
        act.backdating_reason,
        act.learnt_at,
        act.at,
    )
    happened = learn(watch, verified, policy, calendar)
    if command.satisfaction in SATISFIED:
        return happened
    reopening = ReopeningOrdered(watch.case, watch.round + 1, command.note, act.by, act.learnt_at, act.at)
    for event in happened:
        watch = apply(watch, event)
    return happened + learn(watch, reopening, policy, calendar)


def close_out(watch: Watch, command: CloseOut, policy: Policy, calendar: Calendar) -> list[WatchEvent]:
    """Once; with the copy to the office and the enterprise's satisfaction where the programme asks for them."""
    require_open(watch, command.act.at)
    if watch.parts - watch.closed_parts:
        raise errors.PartsOpen(f"{len(watch.parts - watch.closed_parts)} of its {len(watch.parts)} parts are open.")
    steps = [watch.fact("fed_back", watch.round), watch.fact("verified", watch.round)]
    if policy.copy_to_office and not _fed_back(watch).copied_to_office:
        raise errors.NotCopiedToOffice
    if policy.verification_required and (steps[1] is None or steps[1].satisfaction not in SATISFIED):
        raise errors.NotVerified
    for step in steps:
        _not_before(command.act.at, step)
    act = command.act
    closed = CaseClosedOut(watch.case, watch.round, act.by, act.backdating_reason, act.learnt_at, act.at)
    return learn(watch, closed, policy, calendar)


def all_parts_ended(
    watch: Watch, at: datetime, learnt_at: datetime, policy: Policy, calendar: Calendar
) -> list[WatchEvent]:
    """The close-out of a case whose parts have all come to their end."""
    if watch.over or not watch.parts or watch.parts - watch.closed_parts:
        return []
    return learn(watch, CaseClosedOut(watch.case, watch.round, BY, None, learnt_at, at), policy, calendar)


def help_to_apply(watch: Watch, command: HelpToApply) -> list[WatchEvent]:
    """Once for each policy that matched, also after the close-out."""
    match, act = watch.match(command.policy), command.act
    if match is None:
        raise errors.NoSuchMatch
    if match.helped is not None:
        raise errors.HelpedAlready
    if act.at < match.at:
        raise errors.BackInTime("The help is dated before the policy came.")
    return [HelpGiven(watch.case, command.policy, command.note, act.by, act.backdating_reason, act.learnt_at, act.at)]


def require_open(watch: Watch, at: datetime) -> None:
    """UnknownCase, AlreadyClosedOut or NoLongerWorkedOn unless something may still be done with the case.

    BackInTime for what is dated before its report.
    """
    if not watch.opened:
        raise errors.UnknownCase
    _not_before(at, watch.fact(REPORTED, None))
    if watch.closed:
        raise errors.AlreadyClosedOut
    if watch.gone is not None:
        raise errors.NoLongerWorkedOn(f"The case was {watch.gone}.")


def _fed_back(watch: Watch) -> Fact:
    fed_back = watch.fact("fed_back", watch.round)
    if fed_back is None:
        raise errors.NothingFedBack
    return fed_back


def _not_before(at: datetime, step: Fact | None) -> None:
    if step is not None and at < step.at:
        raise errors.BackInTime(f"It is dated before the step it follows, which happened at {step.at.isoformat()}.")
