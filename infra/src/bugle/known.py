"""Whether a running system knows what a command names, as intake tells, which knows it first."""

from __future__ import annotations

from urllib.parse import quote

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


def needs_programme(place: Place, programme: str) -> None:
    """BadParameter where there is no such programme."""
    with _Intake(place) as intake:
        if intake.held("programmes", programme) is None:
            said = f"There is no programme {programme}; write the id of a published one."
            raise typer.BadParameter(said, param_hint="--programme")


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
