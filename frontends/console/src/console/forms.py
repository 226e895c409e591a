"""Forms: what may be typed, how it becomes a command's data, and which field a service's problem is about.

A field's name is its name in the command; a row's field is `<rows>-<number>-<name>`, as the pointer `/<rows>/0/<name>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from eventkit.text import Text
from eventkit.voice import Voice

Typed = Mapping[str, Sequence[str]]
"""What was typed, by the name of the field."""

LINE, AREA, CHOICE, SEVERAL, TICK, DAY, MOMENT = "line", "area", "choice", "several", "tick", "day", "moment"
ROWS, LIMIT = "rows", "limit"
_ROW: Final = re.compile(r"([a-z_]+)-(\d{1,4})-([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form. `options`: the name of the list that a choice is made from; `unset`: what none is called."""

    name: str
    label: Text
    kind: str = LINE
    hint: Text | None = None
    needed: bool = False
    options: str = ""
    unset: Text | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of like fields, such as the issues of a visit; `one`: what a row is called, with its number.

    `hint`: how many there may be.
    """

    name: str
    label: Text
    one: Text
    more: Text
    fields: tuple[Field, ...]
    hint: Text | None = None


DATED: Final = (
    Field(
        "occurred_at",
        Text("When it happened"),
        MOMENT,
        Text("Leave it empty if it is now. Earlier only within the days that the programme allows."),
    ),
    Field("reason", Text("Why it is recorded late"), LINE, Text("Only if it happened earlier.")),
)
"""What every act may say of its time."""


def gathered(sent: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """What a form has sent, by field. A browser ends lines by two signs, whatever ended those that it was given."""
    typed: dict[str, list[str]] = {}
    for name, value in sent:
        typed.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return typed


def first(typed: Typed, name: str) -> str:
    """The text of a field, without spaces around it."""
    return next(iter(typed.get(name, ())), "").strip()


def data_of(fields: Iterable[Field], typed: Typed, zone: ZoneInfo) -> dict[str, Any]:
    """The fields as a command tells them; what was left empty is left out. A moment is one of the zone."""
    told: dict[str, Any] = {}
    for field in fields:
        values = [value.strip() for value in typed.get(field.name, ()) if value.strip()]
        if not values:
            continue
        if field.kind == SEVERAL:
            told[field.name] = values
        elif field.kind == TICK:
            told[field.name] = True
        else:
            told[field.name] = _moment(values[0], zone) if field.kind == MOMENT else values[0]
    return told


def _moment(text: str, zone: ZoneInfo) -> str:
    """An instant with its offset; what is none is handed on as it is, for the service to say so."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
    except ValueError:
        return text


def rows_of(rows: Rows, typed: Typed) -> list[Typed]:
    """The rows in which anything was typed, in their order."""
    found: dict[int, dict[str, Sequence[str]]] = {}
    for name, values in typed.items():
        match = _ROW.fullmatch(name)
        if match is not None and match[1] == rows.name and any(value.strip() for value in values):
            found.setdefault(int(match[2]), {})[match[3]] = values
    return [found[number] for number in sorted(found)]


def read_back(
    fields: Iterable[Field], rows: Rows | None, typed: Typed, voice: Voice, choices: Mapping[str, Mapping[str, Text]]
) -> list[tuple[str, str]]:
    """What was typed, each by what its field is called, in a row with the row's number; `choices`: what has a name."""
    told = [
        (voice.say(field.label), voice.say(choices.get(field.options or field.kind, {}).get(value, value)))
        for field in fields
        for value in typed.get(field.name, ())
    ]
    if rows is None:
        return told
    for number, row in enumerate(rows_of(rows, typed), 1):
        one = voice.say(rows.one.filled(n=number))
        told += [(f"{one} · {name}", value) for name, value in read_back(rows.fields, None, row, voice, choices)]
    return told


def place_of(pointer: str) -> str:
    """The name of the field that a problem's JSON pointer is about: "/issues/0/title" is issues-0-title."""
    return pointer.strip("/").replace("/", "-")


def placed(pointer: str, names: Iterable[str]) -> str | None:
    """The field of the form that a pointer is about or lies in; None for one that is not in the form."""
    place = place_of(pointer)
    known = set(names)
    while place and place not in known:
        place = place.rpartition("-")[0]
    return place or None


def names_of_fields(fields: Iterable[Field], rows: Rows | None, typed: Typed) -> dict[str, Field]:
    """Every field that the form has when it is drawn again with this, by its name there."""
    named = {field.name: field for field in fields}
    if rows is not None:
        of = len(rows_of(rows, typed)) + 1
        named[rows.name] = Field(rows.name, rows.label, ROWS, rows.hint)
        named |= {f"{rows.name}-{number}-{field.name}": field for number in range(of) for field in rows.fields}
    return named
