"""What a form sends, within limits."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import Request

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text


async def sent(request: Request, most_bytes: int, most_fields: int) -> list[tuple[str, str]]:
    """The fields of a form in their order, empty ones left out; Faulty when it is larger than any that we send."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most_bytes:
            raise _too_long()
    try:
        return parse_qsl(body.decode("utf-8", "replace"), max_num_fields=most_fields)
    except ValueError:
        raise _too_long() from None


def _too_long() -> Faulty:
    return Faulty([FieldProblem("", Text("The form is too long."), Text("send less at a time"))])
