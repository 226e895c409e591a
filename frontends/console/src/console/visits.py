"""A visit and the issues it brought: what has been recorded is not recorded again, however often the form comes back.

Where the programme has a [bundle] the issues go in one act, all or none; elsewhere one by one, each marked once in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from console.coming_in import Coming
from console.forms import DATED, data_of, first, rows_of
from console.rendering import draw
from console.reporting_forms import ISSUES, VISIT
from console.sending import ADD, key_of
from console.services import Away, Refused

VISITED = "visit"
"""The field with the visit's id, once it is recorded."""
DONE = "done"
"""The field of a row with the issue's id, once it is recorded."""


def record_visit(request: Request, coming: Coming) -> Response:
    """First the visit, then its issues; what is refused stands above the form, which goes on from there."""
    coming = coming.closed_up()
    if ADD in coming.typed:
        return coming.draw(request, more=1)
    recorded = [coming]
    try:
        _visit(recorded)
        (_bundle if coming.bundled() else _one_by_one)(recorded)
    except (Away, Refused) as error:
        return recorded[-1].draw(request, error)
    rows = rows_of(ISSUES, recorded[-1].typed)
    issues = [(first(row, DONE), first(row, "title")) for row in rows]
    return draw(request, "visited.html", 201, caller=coming.desk.caller, issues=issues)


def _visit(recorded: list[Coming]) -> None:
    coming = recorded[-1]
    if not first(coming.typed, VISITED):
        body = data_of(VISIT, coming.typed, coming.zone)
        sent = coming.desk.services.send("intake", "/visits", body, key=f"{key_of(coming.typed)}/visit")
        recorded.append(coming.with_typed(**{VISITED: sent.body["id"]}))


def _bundle(recorded: list[Coming]) -> None:
    coming = recorded[-1]
    rows = [data_of(ISSUES.fields, row, coming.zone) for row in rows_of(ISSUES, coming.typed)]
    if rows:
        path, body = f"/visits/{first(coming.typed, VISITED)}/issues", {"issues": rows, **_dated(coming)}
        ids = coming.desk.services.send("intake", path, body, key=f"{key_of(coming.typed)}/issues").body["issues"]
        recorded.append(coming.with_typed(**{f"issues-{n}-{DONE}": id for n, id in enumerate(ids)}))


def _one_by_one(recorded: list[Coming]) -> None:
    coming = recorded[-1]
    about = {name: first(coming.typed, name) for name in ("programme", "enterprise", VISITED)}
    for number, row in enumerate(rows_of(ISSUES, coming.typed)):
        if first(row, DONE):
            continue
        body = {**about, **data_of(ISSUES.fields, row, coming.zone), **_dated(coming)}
        try:
            sent = coming.desk.services.send("intake", "/issues", body, key=f"{key_of(coming.typed)}/{_digest(body)}")
        except Refused as error:
            raise error.within(f"/issues/{number}", [field.name for field in ISSUES.fields]) from None
        recorded.append(recorded[-1].with_typed(**{f"issues-{number}-{DONE}": sent.body["id"]}))


def _dated(coming: Coming) -> dict[str, Any]:
    """The issues came up when the visit took place."""
    return data_of(DATED, coming.typed, coming.zone)


def _digest(body: Mapping[str, Any]) -> str:
    """Of what is said: a row that was mended is another request."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
