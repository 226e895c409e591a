"""The form of an action on a case: drawn with what may be chosen, sent, and drawn again with what was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from console.actions import Action
from console.case import CaseView
from console.choices import choices_of
from console.forms import Typed, data_of, first, names_of_fields, rows_of
from console.rendering import draw
from console.sending import ADD, KEY, key_of, new_key
from console.services import Away, Refused
from console.telling import Told, tell
from console.visiting import Desk
from pagekit.rendering import voice

VERSION = "version"
"""The field with the version that the visitor has seen."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An action that a visitor has asked for, with what has been typed so far."""

    desk: Desk
    view: CaseView
    name: str
    action: Action
    typed: Typed

    @classmethod
    def new(cls, desk: Desk, view: CaseView, name: str, action: Action) -> Self:
        """The empty form, with a key of its own and the version that is shown beside it."""
        return cls(desk, view, name, action, {KEY: [new_key()], VERSION: [view.version(action.service) or ""]})


def ask(request: Request, asked: Asked, problem: Told | None = None, more: int = 0) -> Response:
    """The form; `more`: further empty rows beside one."""
    rows = [] if asked.action.rows is None else [*rows_of(asked.action.rows, asked.typed), *({},) * (more + 1)]
    return draw(
        request,
        "action.html",
        200 if problem is None else problem.status,
        caller=asked.desk.caller,
        view=asked.view,
        name=asked.name,
        action=asked.action,
        typed=asked.typed,
        rows=rows,
        choices=choices_of(asked.view, voice(request)),
        problem=problem,
        offered=asked.name in asked.view.moves,
    )


def send(request: Request, asked: Asked) -> Response:
    """Carry it out and go back to the case; what was refused stands above the form, with everything typed in it."""
    action, typed, view = asked.action, asked.typed, asked.view
    if ADD in typed:
        return ask(request, asked, more=1)
    body = data_of(action.asked, typed, view.zone)
    if action.rows is not None:
        body[action.rows.name] = [data_of(action.rows.fields, row, view.zone) for row in rows_of(action.rows, typed)]
    path = action.path.format(case=view.case, extension=body.pop("extension", "0"))
    version = first(typed, VERSION) or None
    try:
        asked.desk.services.send(action.service, path, body, key=key_of(typed), version=version)
    except (Away, Refused) as error:
        named = names_of_fields(action.asked, action.rows, typed)
        return ask(request, _renewed(asked), tell(error, named, voice(request)))
    return RedirectResponse(f"/cases/{view.case}?done={asked.name}", 303)


def _renewed(asked: Asked) -> Asked:
    """With the version that is shown now: whoever sends it again has seen how the case stands."""
    seen = asked.view.version(asked.action.service) or ""
    return Asked(asked.desk, asked.view, asked.name, asked.action, {**asked.typed, VERSION: [seen]})
