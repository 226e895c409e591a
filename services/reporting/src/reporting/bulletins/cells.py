"""How reports and pages write numbers and instants, in one language and one zone; deadlines as the office says them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal, format_percent

from eventkit.envelope import parse_instant
from eventkit.moments import minute, until
from reporting.bulletins.labels import REASONS

Told = Mapping[str, Any]
_BETWEEN = {"zh": ("、", "；"), "en": (", ", "; ")}


@dataclass(frozen=True, slots=True)
class Cells:
    """`texts`: of reports; `names`: what states, events and cards are called."""

    language: str
    zone: ZoneInfo
    texts: NullTranslations
    names: NullTranslations

    def filters(self) -> dict[str, Callable[..., str | None]]:
        """All of these by the names that templates use."""
        return {
            "number": self.number, "percent": self.percent, "fraction": self.fraction, "counted": self.counted,
            "change": self.change, "day": self.day, "minute": self.minute, "until": self.until, "joined": self.joined,
            "unit": self.unit, "kind": self.kind, "happened": self.happened, "points": self.points, "times": self.times,
            "amount": self.amount, "units": self.units, "event": self.event,
            "called": self.called, "written": self.written,
        }  # fmt: skip

    def number(self, value: float | None) -> str | None:
        """With separators of thousands."""
        return None if value is None else format_decimal(value, locale=self.language)

    def percent(self, value: float | None) -> str | None:
        """A share with two decimals."""
        return None if value is None else format_percent(value, "0.00%", locale=self.language)

    def fraction(self, rate: Told) -> str | None:
        """What a rate divides; None where it is a mean of others."""
        if rate["denominator"] is None:
            return None
        return f"{self.number(rate['numerator'])} / {self.number(rate['denominator'])}"

    def counted(self, counts: Mapping[str, int], labels: Mapping[str, str]) -> str | None:
        """Each label that has a count, with it."""
        return (
            self.joined(
                f"{self.texts.gettext(labels[name])} {self.number(count)}" for name, count in counts.items() if count
            )
            or None
        )

    def change(self, rate: Told) -> str | None:
        """By how many percentage points a rate moved since the period before; None where one of them has no value."""
        now, then = rate["period"]["value"], rate["previous"]["value"]
        return None if now is None or then is None else f"{100 * (now - then):+.2f}"

    def day(self, moment: datetime) -> str:
        """The day of an instant, in the programme's zone."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d}"

    def minute(self, moment: datetime) -> str:
        """An instant to the minute, in the programme's zone."""
        return minute(moment, self.zone)

    def until(self, moment: datetime) -> str:
        """A deadline to the minute; one at midnight is the end of the day before, 24:00."""
        return until(moment, self.zone)

    def amount(self, value: float | str | Mapping[str, str] | None) -> str | None:
        """A figure of any kind: a number, a share, or what it divides; or a text, in this language if it has two."""
        if isinstance(value, Mapping):
            return value[self.language]
        if value is None or isinstance(value, str):
            return value
        return self.percent(value) if isinstance(value, float) else self.number(value)

    def called(self, item: str | Mapping[str, str] | None) -> str | None:
        """What a line of a table is called: by catalogues, if they know it."""
        return self.texts.gettext(item) if isinstance(item, str) and item else self.amount(item or None)

    def written(self, value: Any, form: str) -> str | None:
        """A value as its column is written; instants come as JSON has them."""
        if value is None:
            return None
        forms: Mapping[str, Callable[[Any], str | None]] = {
            "amount": self.amount, "number": self.number, "times": self.times, "joined": self.joined,
            "points": self.points, "excluded": lambda counts: self.counted(counts, REASONS),
            "day": lambda at: self.day(parse_instant(at)), "minute": lambda at: self.minute(parse_instant(at)),
            "until": lambda at: self.until(parse_instant(at)),
            "happened": lambda events: self.happened({**one, "at": parse_instant(one["at"])} for one in events),
        }  # fmt: skip
        return forms[form](value)

    def event(self, name: str) -> str:
        """What an event is called."""
        return self.names.pgettext("event", name)

    def joined(self, parts: Iterable[str]) -> str:
        """One after the other."""
        return _BETWEEN[self.language][0].join(parts)

    def unit(self, id: str | None, told: Told) -> str:
        """The name of a unit, by the directory."""
        return self.texts.gettext("not assigned") if id is None else told["units"].get(id, id)

    def units(self, ids: Iterable[str], told: Told) -> str | None:
        """The names of units, by the directory."""
        return self.joined(self.unit(id, told) for id in ids) or None

    def kind(self, id: str | None, told: Told) -> str:
        """The name of a kind of issue, by the programme."""
        if id is None:
            return self.texts.gettext("not classified")
        found: str = told["kinds"].get(id, {}).get(self.language, id)
        return found

    def happened(self, events: Iterable[Told]) -> str:
        """What happened to a case, each with its day."""
        named = (f"{self.day(one['at'])} {self.event(one['type'])}" for one in events)
        return _BETWEEN[self.language][1].join(named)

    def points(self, items: Iterable[Told]) -> str:
        """What gave and took points, how often, and how many."""
        return self.joined(f"{one[self.language]} ×{one['count']} ({one['points']:+d})" for one in items)

    def times(self, counts: Iterable[tuple[str, int]]) -> str | None:
        """Each name with how often."""
        return self.joined(f"{name} ×{count}" for name, count in counts) or None
