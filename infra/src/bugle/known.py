"""Whether a running system knows what a command names, as intake tells, which knows it first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote
from zoneinfo import ZoneInfo

import typer

from bugle.answers import AsOperator, Json, check
from bugle.stack.place import Place


class _Intake(AsOperator):
    service = "intake"
    subject = "operator"

    def held(self, kind: str, id: str) -> Json | None:
        answer = self._send("GET", f"/v1/{kind}/{quote(id, safe='')}", {})
        if answer.status_code == 404:
            return None
        check(answer, self.service)
        told: Json = answer.json()
        return told


@dataclass(frozen=True, slots=True)
class Programme:
    """How people are told of a programme's cases. `units`: what its agency's directory calls its units, by id."""

    zone: ZoneInfo
    units: Mapping[str, str]


def programme_named(place: Place, programme: str) -> Programme:
    """The programme of an id; BadParameter where there is none."""
    with _Intake(place) as intake:
        held = intake.held("programmes", programme)
        if held is None:
            said = f"There is no programme {programme}; write the id of a published one."
            raise typer.BadParameter(said, param_hint="--programme")
        directory = intake.held("directories", held["agency"]) or {"units": []}
    units = {unit["id"]: unit["name"] for unit in directory["units"]}
    return Programme(ZoneInfo(held["document"]["zone"]), units)


def stranger(place: Place, agency: str, department: str | None) -> str | None:
    """What to tell of an agency, or a unit of its directory, that the system does not know; None when it does."""
    with _Intake(place) as intake:
        directory = intake.held("directories", agency)
    if directory is None:
        unknown = f"agency {agency}"
    elif department is None or department in [unit["id"] for unit in directory["units"]]:
        return None
    else:
        unknown = f"unit {department} of {agency}"
    return f"The running system knows no {unknown}: there the token opens nothing."
