"""What a form that was not taken tells: a service's problem and its field, or that the service does not answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from console.forms import placed
from console.services import NAMES, Away
from eventkit.problems import compose, describe
from eventkit.text import Text
from eventkit.voice import Voice


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `place`: the field of the form, None for the whole."""

    place: str | None
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


def tell(error: Exception, fields: Collection[str], voice: Voice) -> Told:
    """The summary for an error that came of sending a form with these fields."""
    if isinstance(error, Away):
        return _away(error, voice)
    details = describe(error, voice=voice)
    body: Mapping[str, Any] = details.body
    faults = tuple(Fault(placed(one["field"], fields), one["problem"], one["mend"]) for one in body.get("errors", ()))
    return Told(details.status, body["title"], body.get("detail", ""), faults, body.get("reference"))


def _away(error: Away, voice: Voice) -> Told:
    said = Text(
        "The {service} service does not answer. What you typed stands below. Send it again in a moment: however often "
        "it is sent, it counts once.",
        service=NAMES[error.service],
    )
    details = compose(error.slug, error.status, said, voice)
    return Told(error.status, details.body["title"], details.body["detail"], (), None)
