"""Publishing calendars, and what a newly known year changes for clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from supervision.domain import errors
from supervision.domain.calendar import Calendar, Year
from supervision.domain.events import CalendarPublished, PublishedYear, WatchEvent
from supervision.domain.policy import Policy
from supervision.domain.renewal import Cause, renew
from supervision.domain.text import Text
from supervision.domain.watch import Watch


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
            raise errors.StaleCalendar(
                Text("Version {version} is published; a change needs a newer one.", version=known.version)
            )
        return []
    for text, year in command.years.items():
        _check(int(text), year)
    return [event]


def _check(number: int, year: PublishedYear) -> None:
    place = f"years/{number}"
    strangers = [day for day in (*year.off, *year.work) if day.year != number]
    if strangers:
        outside = Text("{day} does not lie in {year}.", day=strangers[0], year=number)
        raise errors.BadCalendar(outside, field=place, mend=Text("Move it to its year."))
    both = set(year.off) & set(year.work)
    if both:
        twice = Text("{day} is listed as a day off and as a working day.", day=min(both))
        raise errors.BadCalendar(twice, field=place, mend=Text("List it once."))


def apply(_: Calendar, event: CalendarPublished) -> Calendar:
    """The calendar after its publication: a version replaces the one before it as a whole."""
    years = {int(y): Year(frozenset(e.off), frozenset(e.work), e.notice) for y, e in event.years.items()}
    return Calendar(event.calendar, event.version, event.source, event.at, MappingProxyType(years))


def recompute(watch: Watch, policy: Policy, calendar: Calendar) -> list[WatchEvent]:
    """New generations of the clocks that run, or were late, and count otherwise by a newer version of the calendar."""
    at = calendar.published_at
    counted = (clock for clock in watch.clocks if clock.movable)
    if at is None or not any((clock.calendar_version or 0) < calendar.version for clock in counted):
        return []
    return renew(watch, policy, calendar, Cause("recomputed", at, at, "calendar_published", corrects=True))
