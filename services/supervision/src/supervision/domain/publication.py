"""Publishing calendars, and what a newly known year changes for clocks that run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from supervision.domain import errors
from supervision.domain.calendar import Calendar, Year
from supervision.domain.clock import Clock
from supervision.domain.events import CalendarPublished, ClockCancelled, PublishedYear, WatchEvent
from supervision.domain.facts import Subject, start_clock
from supervision.domain.limits import Counting
from supervision.domain.policy import Policy
from supervision.domain.schedule import Schedule, schedule
from supervision.domain.sweep import rescind
from supervision.domain.watch import Watch
from supervision.domain.watch import apply as apply_to_watch


@dataclass(frozen=True, slots=True)
class PublishCalendar:
    """Publish a calendar as a whole."""

    calendar: str
    version: int
    source: str
    years: dict[str, PublishedYear]
    at: datetime


def publish(known: Calendar, command: PublishCalendar) -> list[CalendarPublished]:
    """The newer calendar; nothing when it is the published one."""
    event = CalendarPublished(command.calendar, command.version, command.source, command.years, command.at)
    published = apply(known, event)
    if command.version <= known.version:
        same = (known.version, known.source, known.years) == (published.version, published.source, published.years)
        if not same:
            raise errors.StaleCalendar(f"Version {known.version} is published; a change needs a newer one.")
        return []
    for text, year in command.years.items():
        _check(int(text), year)
    return [event]


def _check(number: int, year: PublishedYear) -> None:
    place = f"years/{number}"
    strangers = [day for day in (*year.off, *year.work) if day.year != number]
    if strangers:
        raise errors.BadCalendar(f"{strangers[0]} does not lie in {number}.", field=place, mend="Move it to its year.")
    both = set(year.off) & set(year.work)
    if both:
        raise errors.BadCalendar(
            f"{min(both)} is listed as a day off and as a working day.", field=place, mend="List it once."
        )


def apply(_: Calendar, event: CalendarPublished) -> Calendar:
    """The calendar after its publication: a version replaces the one before it as a whole."""
    years = {int(y): Year(frozenset(e.off), frozenset(e.work), e.notice) for y, e in event.years.items()}
    return Calendar(event.calendar, event.version, event.source, event.at, MappingProxyType(years))


def recompute(watch: Watch, policy: Policy, calendar: Calendar) -> list[WatchEvent]:
    """New generations of the provisional clocks that still run and of which the calendar now knows more."""
    happened: list[WatchEvent] = []
    for clock in watch.clocks:
        if not clock.provisional or not clock.runs or calendar.published_at is None:
            continue
        if calendar.version > (clock.calendar_version or 0) and not _ended(watch, clock, policy):
            events = _renew(watch, clock, policy, calendar, calendar.published_at)
            happened += events
            for event in events:
                watch = apply_to_watch(watch, event)
    return happened


def _ended(watch: Watch, clock: Clock, policy: Policy) -> bool:
    return bool(watch.evidence(clock, policy.rule(clock.name)))


def _renew(watch: Watch, clock: Clock, policy: Policy, calendar: Calendar, at: datetime) -> list[WatchEvent]:
    rule, fact = policy.rule(clock.name), watch.fact(clock.fact, clock.round)
    assert fact is not None
    milestone = next((m for m in fact.milestones if m.name == clock.milestone), None)
    found = schedule(rule, Counting(calendar, policy.zone), fact.at, watch.due_at, milestone)
    if found == Schedule(clock.due_at, clock.stages, clock.provisional):
        return []
    happened: list[WatchEvent] = [ClockCancelled(watch.case, clock.name, clock.generation, "recomputed", at)]
    fired = [stage for stage in clock.stages if stage.stage in clock.fired - clock.withdrawn]
    if fired:
        happened.append(rescind(watch, clock, fired, "calendar_published", at, policy))
    started = start_clock(watch, fact, Subject(clock.name, milestone), policy, calendar, known_at=at)
    return [*happened, *started]
