"""What a form that was not taken tells: a service's problem and its field, or that the service does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from console.case import UnknownCase
from console.forms import CHOICE, DAY, LIMIT, MOMENT, ROWS, SEVERAL, Field, placed
from console.services import NAMES, Away
from eventkit.auth import Unauthenticated
from eventkit.errors import Problem
from eventkit.problems import compose, describe
from eventkit.text import Text
from eventkit.voice import Voice

REQUIRED: Final = Text("this field is required")
"""What a schema says of an empty field: plain enough."""
MISSHAPEN: Final = "urn:bugle:problem:invalid"
"""The type of a problem whose faults a schema has found."""
AWAY: Final = Text(
    "The {service} service does not answer. What you typed stands below. Send it again in a moment: however often "
    "it is sent, it counts once."
)
GONE: Final = Text(
    "The case is no longer with your unit, or there is none. What you typed has not been sent: it stands below, to be "
    "copied."
)
"""What is told of a case that its sender does not see, when a form of it was filled in."""
SIGNED_OUT: Final = Text("You are no longer signed in. What you typed stands below.")
CHOOSE: Final = Text("choose from the list")
WRONG: Final = {
    CHOICE: Text("this is not in the list"),
    SEVERAL: Text("this is not in the list"),
    ROWS: Text("there are too few or too many"),
    **dict.fromkeys((DAY, MOMENT, LIMIT), Text("this cannot be read")),
}
"""What is wrong with a value of which a schema speaks by a pattern, a list or a number, by the kind of the field."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `place`: the field of the form, None for the whole; `label`: what it is called."""

    place: str | None
    label: str
    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class Told:
    """What stands in the summary above the form."""

    status: int
    title: str
    detail: str
    faults: tuple[Fault, ...]
    reference: str | None

    def of(self, place: str) -> list[Fault]:
        """What is wrong with a field."""
        return [fault for fault in self.faults if fault.place == place]


def tell(error: Exception, fields: Mapping[str, Field], voice: Voice) -> Told:
    """The summary for an error that came of sending a form with these fields."""
    if isinstance(error, Away):
        return _told(error, AWAY.filled(service=NAMES[error.service]), voice)
    if isinstance(error, UnknownCase):
        return _told(error, GONE, voice)
    if isinstance(error, Unauthenticated):
        return _told(error, SIGNED_OUT, voice)
    details = describe(error, voice=voice)
    body: Mapping[str, Any] = details.body
    faults = tuple(_fault(one, fields, body["type"] == MISSHAPEN, voice) for one in body.get("errors", ()))
    return Told(details.status, body["title"], body.get("detail", ""), faults, body.get("reference"))


def _fault(one: Mapping[str, str], fields: Mapping[str, Field], misshapen: bool, voice: Voice) -> Fault:
    """A service's words about a field; where they are only of a value's form, what the field asks for instead."""
    place = placed(one["field"], fields)
    if place is None:
        return Fault(None, "", one["problem"], one["mend"])
    field = fields[place]
    problem, mend = _plainly(one, field, voice) if misshapen else (one["problem"], one["mend"])
    return Fault(place, voice.say(field.label), voice.say(problem), voice.say(mend))


def _plainly(one: Mapping[str, str], field: Field, voice: Voice) -> tuple[str, str]:
    asked = CHOOSE if field.options else field.hint
    if one["problem"] == voice.say(REQUIRED):
        return one["problem"], CHOOSE if field.options else one["mend"]
    return (one["problem"], one["mend"]) if asked is None or field.kind not in WRONG else (WRONG[field.kind], asked)


def _told(error: Problem, said: Text, voice: Voice) -> Told:
    """The error in words for whoever has typed something."""
    details = compose(error.slug, error.status, said, voice)
    return Told(error.status, details.body["title"], details.body["detail"], (), None)
