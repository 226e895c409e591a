"""Leave to take longer 暂停, 延期, and asking those above 逐级上报: decisions that change clocks by events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import reduce

from supervision.domain import errors
from supervision.domain.calendar import Calendar
from supervision.domain.clock import Clock
from supervision.domain.commands import Act, AskExtension, DecideExtension, PauseCase, RaiseCase
from supervision.domain.decisions import require_open
from supervision.domain.events import (
    CasePaused,
    CaseRaised,
    CaseResumed,
    ExtensionAsked,
    ExtensionDecided,
    WatchEvent,
)
from supervision.domain.limits import Counting, Limit
from supervision.domain.policy import ExtensionRule, PauseRule, Policy
from supervision.domain.renewal import Cause, renew
from supervision.domain.text import Text
from supervision.domain.times import require_near
from supervision.domain.watch import Extension, Pause, Watch, apply

Events = list[WatchEvent]

DECIDING = {"office": Text("office"), "leader": Text("leader")}
"""Who may decide on extensions, as a refusal says it."""


def pause(watch: Watch, command: PauseCase, policy: Policy, calendar: Calendar) -> Events:
    """One pause at a time, for a reason of the programme, with an end within the programme's longest."""
    act = command.act
    rule = pausable(watch, act, policy)
    if command.reason not in rule.reasons:
        raise errors.UnknownReason(mend=Text("Choose one of: {choices}.", choices=sorted(rule.reasons)))
    if command.until is not None:
        require_near(command.until, act, "until")
    counting = Counting(calendar, policy.zone)
    latest = counting.due(act.at, rule.max).at
    last = latest.astimezone(policy.zone).date()  # no day after it is counted: the last day of all has no end
    until = latest if command.until is None else counting.end(min(command.until, last))
    if until <= act.at:
        raise errors.PauseTooShort
    if until > latest or (command.until is not None and command.until > last):
        raise errors.PauseTooLong(
            Text("The programme allows {span}, which is until {latest}.", span=rule.max, latest=latest.isoformat())
        )
    signed = (act.by, act.backdating_reason, act.learnt_at, act.at)
    paused = CasePaused(watch.case, len(watch.pauses) + 1, command.reason, command.note, until, *signed)
    return _renewed(watch, paused, policy, calendar, Cause("paused", act.at, act.learnt_at, "paused"))


def pausable(watch: Watch, act: Act, policy: Policy) -> PauseRule:
    """The programme's rule, or raise why the case cannot be paused."""
    require_open(watch, act)
    if policy.pause is None:
        raise errors.NotInProgramme.of("pause")
    if any(act.at < pause.span.to_at for pause in watch.pauses):
        raise errors.AlreadyPaused
    return policy.pause


def resume(watch: Watch, act: Act, policy: Policy, calendar: Calendar) -> Events:
    """End the running pause now, once."""
    running = paused(watch, act)
    resumed = CaseResumed(watch.case, running.number, act.by, act.backdating_reason, act.learnt_at, act.at)
    return _renewed(watch, resumed, policy, calendar, Cause("paused", act.at, act.learnt_at, "resumed"))


def paused(watch: Watch, act: Act) -> Pause:
    """The pause that runs, or raise that none does."""
    require_open(watch, act)
    unended = (pause for pause in watch.pauses if not pause.resumed)
    running = next((pause for pause in unended if pause.span.from_at <= act.at < pause.span.to_at), None)
    if running is None:
        raise errors.NotPaused
    return running


def ask_extension(watch: Watch, command: AskExtension, policy: Policy, calendar: Calendar) -> Events:
    """By the unit of a running clock, the lead or the office; early enough, not too often, for not too long.

    Not while another of the round is undecided.
    """
    act = command.act
    clock, rule = extendable(watch, command.clock, command.unit, act, policy, calendar)
    _short_enough(clock, rule, command.limit, Counting(calendar, policy.zone, watch.spans))
    asked = ExtensionAsked(
        case=watch.case,
        extension=len(watch.extensions) + 1,
        clock=clock.name,
        generation=clock.generation,
        limit=str(command.limit),
        reason=command.reason,
        unit=command.unit,
        by=act.by,
        backdating_reason=act.backdating_reason,
        learnt_at=act.learnt_at,
        at=act.at,
    )
    return [asked]


def extendable(
    watch: Watch, name: str, unit: str | None, act: Act, policy: Policy, calendar: Calendar
) -> tuple[Clock, ExtensionRule]:
    """The clock and the programme's rule, or raise why the unit (None: the office) may not ask."""
    rule = policy.extension
    require_open(watch, act)
    if rule is None:
        raise errors.NotInProgramme.of("extension")
    clock = _running(watch, name)
    if unit not in (None, clock.unit, watch.lead()):
        raise errors.NotYourClock
    if watch.asked(clock):
        raise errors.ExtensionUndecided
    if len(watch.granted(clock.name, *clock.lap)) >= rule.times:
        raise errors.ExtendedOftenEnough(Text("The programme extends a clock {times} times.", times=rule.times))
    _early_enough(clock, rule, act.at, Counting(calendar, policy.zone, watch.spans))
    return clock, rule


def decide_extension(watch: Watch, command: DecideExtension, policy: Policy, calendar: Calendar) -> Events:
    """Once, by whom the programme names. What is granted counts from the asking on, however long deciding took."""
    act = command.act
    asked, rule = decidable(watch, command.extension, command.roles, act, policy)
    decided = ExtensionDecided(
        case=watch.case,
        extension=asked.number,
        clock=asked.clock,
        generation=asked.generation,
        decision=command.decision,
        limit=_limit(watch, asked, command, rule, Counting(calendar, policy.zone, watch.spans)),
        note=command.note,
        by=act.by,
        backdating_reason=act.backdating_reason,
        learnt_at=act.learnt_at,
        at=act.at,
    )
    cause = Cause("extended", asked.asked_at, act.learnt_at, "extended", clock=asked.clock)
    return _renewed(watch, decided, policy, calendar, cause)


def decidable(
    watch: Watch, number: int, roles: Collection[str], act: Act, policy: Policy
) -> tuple[Extension, ExtensionRule]:
    """What was asked for and the programme's rule, or raise why these roles may not decide on it."""
    rule = policy.extension
    require_open(watch, act)
    if rule is None:
        raise errors.NotInProgramme.of("extension")
    if rule.decides not in roles:
        raise errors.NotYoursToDecide(Text("In this programme the {role} decides.", role=DECIDING[rule.decides]))
    asked = next((e for e in watch.extensions if e.number == number), None)
    if asked is None:
        raise errors.UnknownExtension
    if asked.decided:
        raise errors.ExtensionDecidedAlready
    if act.at < asked.asked_at:
        raise errors.BackInTime(Text("It is dated before it was asked for."))
    return asked, rule


def if_granted(
    watch: Watch, number: int, roles: Collection[str], act: Act, policy: Policy, calendar: Calendar
) -> datetime:
    """When the deadline would be, were what was asked for granted now. Raises why these roles may not decide on it."""
    asked, _ = decidable(watch, number, roles, act, policy)
    command = DecideExtension(number, "granted", None, None, frozenset(roles), act)
    after = reduce(apply, decide_extension(watch, command, policy, calendar), watch).newest(asked.clock)
    assert after is not None
    return after.due_at


def raise_case(watch: Watch, command: RaiseCase, policy: Policy) -> Events:
    """To the level above the highest reached; LadderEnds at the top."""
    level, act = watch.level + 1, command.act
    role = raisable(watch, act, policy)
    return [CaseRaised(watch.case, level, role, "request", None, command.note, act.by, act.learnt_at, act.at)]


def raisable(watch: Watch, act: Act, policy: Policy) -> str:
    """The role of the level above, or raise why the case cannot go there."""
    require_open(watch, act)
    role = policy.ladder.get(watch.level + 1)
    if role is None:
        raise errors.LadderEnds
    return role


def _renewed(watch: Watch, event: WatchEvent, policy: Policy, calendar: Calendar, cause: Cause) -> Events:
    return [event, *renew(apply(watch, event), policy, calendar, cause)]


def _running(watch: Watch, name: str) -> Clock:
    clock = watch.newest(name)
    if clock is None:
        raise errors.UnknownClock.of({c.name for c in watch.clocks})
    if not clock.runs:
        raise errors.ClockNotRunning
    return clock


def _early_enough(clock: Clock, rule: ExtensionRule, at: datetime, counting: Counting) -> None:
    latest = clock.due_at if rule.ask_before is None else counting.earlier(clock.due_at, rule.ask_before).at
    if at > latest:
        raise errors.ExtensionTooLate(Text("It had to be asked for by {latest}.", latest=latest.isoformat()))


def _short_enough(clock: Clock, rule: ExtensionRule, limit: Limit, counting: Counting) -> None:
    if counting.later(clock.due_at, limit).at > counting.later(clock.due_at, rule.max).at:
        raise errors.ExtensionTooLong(Text("The programme extends by at most {span}.", span=rule.max))


def _limit(
    watch: Watch, asked: Extension, command: DecideExtension, rule: ExtensionRule, counting: Counting
) -> str | None:
    if command.decision == "granted":
        return asked.limit
    if command.decision == "refused":
        return None
    if command.limit is None:
        raise errors.ChangedToWhat
    _short_enough(watch.clock(asked.clock, asked.generation), rule, command.limit, counting)
    return str(command.limit)
