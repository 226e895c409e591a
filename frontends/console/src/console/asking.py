"""The form of an action on a case: drawn with what may be chosen, sent, and drawn again with what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Self

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from console.actions import Action
from console.case import CaseView, UnknownCase, case_of
from console.choices import choices_of, others_of
from console.forms import Typed, data_of, first, names_of_fields, rows_of
from console.names import Options
from console.rendering import draw
from console.sending import ADD, KEY, key_of, new_key
from console.services import Away, Refused
from console.telling import CHOOSE, REQUIRED, Told, tell
from console.visiting import Desk
from eventkit.problems import Faulty, FieldProblem
from pagekit.rendering import voice

VERSION, SEEN = "version", "seen"
"""The fields with the version that the visitor has decided on, and the digest of what it showed."""
EXTENSION = "extension"
"""The field that is told in a command's path."""
PASSED_OVER = 5
"""So often a command follows a case that only machines write to; afterwards the visitor is asked."""


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
        """The form with a key of its own and the version that is shown beside it: empty, or as the issue stands."""
        stands = {field.name: [str((view.issue or {}).get(field.name) or "")] for field in action.fields}
        typed = stands if action.amends else {}
        return cls(desk, view, name, action, {KEY: [new_key()], **_shown(view, action), **typed})


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
        choices=_choices(request, asked),
        away=asked.view.away,
        problem=problem,
        offered=asked.name in asked.view.moves,
    )


def _choices(request: Request, asked: Asked) -> dict[str, Options]:
    found = choices_of(asked.view, voice(request))
    if any(field.options == "others" for field in asked.action.fields):
        found["others"] = others_of(asked.view, asked.desk.services)
    return found


def send(request: Request, asked: Asked) -> Response:
    """Carry it out and go back to the case; what was refused stands above the form, with everything typed in it."""
    action, typed = asked.action, asked.typed
    if ADD in typed:
        return ask(request, asked, more=1)
    try:
        _carried_out(asked, *_command(asked))
    except (Away, Refused, Faulty) as error:
        named = names_of_fields(action.asked, action.rows, typed)
        changed = isinstance(error, Refused) and error.status == HTTPStatus.PRECONDITION_FAILED
        now = replace(asked, view=_anew(asked)) if changed else asked
        return ask(request, _renewed(now), tell(error, named, voice(request)))
    return _done(asked)


def send_again(asked: Asked) -> Response:
    """Where a form leads whose sender no longer sees the case, since it was taken before: a second click, say.

    The service knows the key and says its first answer again. Raises UnknownCase when it has none, and when nothing
    was to be sent yet: the service may not know so soon that the case has left them, and would take it.
    """
    if ADD in asked.typed:
        raise UnknownCase
    version = first(asked.typed, VERSION) or None
    try:
        path, body = _command(asked)
        asked.desk.services.send(asked.action.service, path, body, key=key_of(asked.typed), version=version)
    except (Refused, Faulty):
        raise UnknownCase from None  # it was never taken, and what is refused is as little theirs as the case
    return _done(asked)


def _done(asked: Asked) -> Response:
    return RedirectResponse(f"/cases/{asked.view.case}?done={asked.name}", 303)


def _command(asked: Asked) -> tuple[str, dict[str, Any]]:
    """The path and the data of what was typed; Faulty where the path lacks a field's."""
    action, typed, view = asked.action, asked.typed, asked.view
    body = data_of(action.asked, typed, view.zone)
    if f"{{{EXTENSION}}}" in action.path and EXTENSION not in body:
        raise Faulty([FieldProblem(EXTENSION, REQUIRED, CHOOSE)])
    if action.amends:
        body = {field.name: "" if field.needed else None for field in action.fields} | body
    if action.rows is not None:
        body[action.rows.name] = [data_of(action.rows.fields, row, view.zone) for row in rows_of(action.rows, typed)]
    return action.path.format(case=view.case, extension=body.pop(EXTENSION, None)), body


def _carried_out(asked: Asked, path: str, body: Mapping[str, Any]) -> None:
    """Send it for the version that the visitor has seen; for a newer one as long as that shows nothing else."""
    service, version, key = asked.action.service, first(asked.typed, VERSION), key_of(asked.typed)
    for left in reversed(range(PASSED_OVER + 1)):
        try:
            asked.desk.services.send(service, path, body, key=key, version=version or None)
            return
        except Refused as error:
            if error.status != HTTPStatus.PRECONDITION_FAILED or not left:
                raise
            view = _anew(asked)
            if view.version(service) == version or view.seen(service) != first(asked.typed, SEEN):
                raise
            version = view.version(service)


def _anew(asked: Asked) -> CaseView:
    return case_of(asked.desk.services, asked.desk.caller, asked.view.case)


def _shown(view: CaseView, action: Action) -> Typed:
    return {VERSION: [view.version(action.service)], SEEN: [view.seen(action.service)]}


def _renewed(asked: Asked) -> Asked:
    """With what is shown now: whoever sends it again has seen how the case stands."""
    return replace(asked, typed={**asked.typed, **_shown(asked.view, asked.action)})
