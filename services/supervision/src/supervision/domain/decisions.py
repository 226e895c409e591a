"""Decisions: (state, command) → events, pure. Each raises the refusal that applies and then leaves no event."""

from __future__ import annotations

from datetime import datetime

from supervision.domain import errors
from supervision.domain.calendar import Calendar
from supervision.domain.commands import Act, CloseOut, HelpToApply, Verify
from supervision.domain.events import CaseClosedOut, EnterpriseVerified, HelpGiven, ReopeningOrdered, WatchEvent
from supervision.domain.facts import learn
from supervision.domain.obligations import LONG_TERM
from supervision.domain.policy import Policy
from supervision.domain.text import Text
from supervision.domain.times import SKEW
from supervision.domain.watch import REPORTED, SATISFIED, Fact, Watch, apply


def verify(watch: Watch, command: Verify, policy: Policy, calendar: Calendar) -> list[WatchEvent]:
    """Once for each result, after its feedback; an unsatisfied enterprise has the case reopened."""
    act = command.act
    verifiable(watch, act)
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


def verifiable(watch: Watch, act: Act) -> None:
    """Pass, or raise why the enterprise cannot be asked."""
    require_open(watch, act)
    _not_before(act.at, _fed_back(watch))
    if watch.answer("verified") is not None:
        raise errors.AlreadyVerified


def close_out(watch: Watch, command: CloseOut, policy: Policy, calendar: Calendar) -> list[WatchEvent]:
    """Once, after a final result; with its copy to the office and a satisfied enterprise if the programme asks for it.

    A ledger may lack steps: what it says was fed back or verified had a result. So had a case whose parts were solved.
    """
    closable(watch, command.act, policy)
    act = command.act
    closed = CaseClosedOut(watch.case, watch.round, act.by, act.backdating_reason, act.learnt_at, act.at)
    return learn(watch, closed, policy, calendar)


def closable(watch: Watch, act: Act, policy: Policy) -> None:
    """Pass, or raise what is missing before the case may be struck off."""
    require_open(watch, act)
    if watch.open_parts:
        count = {"open": len(watch.open_parts), "all": len(watch.parts)}
        raise errors.PartsOpen(Text("{open} of its {all} parts are open.", **count))
    result, *steps = map(watch.answer, ("result", "fed_back", "verified"))
    if not any((result, *steps, watch.solved_parts)):
        raise errors.NoResult
    if result is not None and result.outcome == LONG_TERM and not watch.solved_parts:
        raise errors.StillLongTerm
    if policy.copy_to_office and not _copied(watch):
        raise errors.NotCopiedToOffice
    if policy.verification_required and (steps[1] is None or steps[1].satisfaction not in SATISFIED):
        raise errors.NotVerified
    for step in (result, *steps):
        _not_before(act.at, step)


def help_to_apply(watch: Watch, command: HelpToApply) -> list[WatchEvent]:
    """Once for each policy that matched, also after the close-out."""
    match, act = watch.match(command.policy), command.act
    if match is None:
        raise errors.NoSuchMatch
    if match.helped is not None:
        raise errors.HelpedAlready
    if act.at < match.at:
        raise errors.BackInTime(Text("The help is dated before the policy came."))
    return [HelpGiven(watch.case, command.policy, command.note, act.by, act.backdating_reason, act.learnt_at, act.at)]


def require_open(watch: Watch, act: Act) -> None:
    """UnknownCase, AlreadyClosedOut, NoLongerWorkedOn or BackInTime unless something may be done with the case then."""
    if not watch.opened:
        raise errors.UnknownCase
    if watch.closed:
        raise errors.AlreadyClosedOut
    if watch.gone is not None:
        gone = Text("merged") if watch.gone == "merged" else Text("withdrawn")
        raise errors.NoLongerWorkedOn(Text("The case was {gone}.", gone=gone))
    require_reported(watch, act)


def require_reported(watch: Watch, act: Act) -> None:
    """BackInTime for what is dated before the case was reported."""
    reported = watch.fact(REPORTED, None)
    if reported is not None and act.at < reported.at - SKEW:
        raise errors.BackInTime(Text("It is dated before the case was reported."))


def _copied(watch: Watch) -> bool:
    """Whether the feedback of the last result has gone to the office, with it or handed in later."""
    _fed_back(watch)
    return any(fact.copied_to_office for fact in watch.answered if fact.name == "fed_back")


def _fed_back(watch: Watch) -> Fact:
    fed_back = watch.answer("fed_back")
    if fed_back is None:
        raise errors.NothingFedBack
    return fed_back


def _not_before(at: datetime, step: Fact | None) -> None:
    if step is not None and at < step.at:
        follows = Text("It is dated before the step it follows, which happened at {at}.", at=step.at.isoformat())
        raise errors.BackInTime(follows)
