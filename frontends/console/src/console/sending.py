"""How forms are sent: from here alone, once, and with what was typed kept whatever comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from console.case import UnknownCase
from console.choices import FIXED
from console.forms import Field, Rows, Typed, first, gathered, read_back
from console.rendering import draw
from console.telling import tell
from console.visiting import Desk, desk_of
from eventkit.errors import Problem
from pagekit.addresses import requested
from pagekit.rendering import voice
from pagekit.sent import sent
from pagekit.session import refuse_foreign

MOST_BYTES = 1 << 20
MOST_FIELDS = 2000
KEY = "key"
"""The field that has the idempotency key, made when the form is drawn."""
ADD = "add"
"""The button that asks for a further row."""


def new_key() -> str:
    """A key for a form that is drawn for the first time."""
    return str(uuid4())


def key_of(typed: Typed) -> str:
    """The key that a form brought along; a new one for what is none."""
    try:
        return str(UUID(first(typed, KEY)))
    except ValueError:
        return new_key()


async def received(
    request: Request, fields: Sequence[Field], rows: Rows | None, handle: Callable[[Desk, Typed], Response]
) -> Response:
    """Have a form with these fields handled.

    Whoever may not send it any longer, or has a form that cannot even be drawn while a service is away or refuses, gets
    everything typed back, with the way to go on; of a case that has left them meanwhile, to be copied.
    """
    refuse_foreign(request)
    typed = gathered(await sent(request, MOST_BYTES, MOST_FIELDS))
    try:
        return await run_in_threadpool(lambda: handle(desk_of(request), typed))
    except Problem as error:
        speaking = voice(request)
        problem = tell(error, {}, speaking)
        hidden = [(name, value) for name, values in typed.items() for value in values]
        again = None if isinstance(error, UnknownCase) else requested(request)
        about = {"problem": problem, "again": again, "typed": read_back(fields, rows, typed, speaking, FIXED)}
        return draw(request, "kept.html", problem.status, hidden=hidden, **about)
