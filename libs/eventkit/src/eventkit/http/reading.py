"""Reading requests: bodies within a limit, JSON, instants, texts that travel in headers and paths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from functools import reduce
from itertools import chain, count
from typing import Any

import orjson
from fastapi import Request

from eventkit.envelope import parse_instant
from eventkit.errors import Problem
from eventkit.problems import FieldProblem, Unreadable
from eventkit.text import Text

MIB = 1024 * 1024
COMMAND_LIMIT = MIB
BATCH_LIMIT = 4 * MIB
DRAIN_LIMIT = 32 * MIB
"""How much of a body that is too large is read and thrown away, so that its sender comes to read the answer."""

LARGE = 128 * 1024
"""Bytes from which on a body is judged in turn: parsed, one may be twenty-five times what it was."""
LARGE_AT_ONCE = 2

DEPTH = 64
"""How deep lists and objects may lie in each other; what judges and stores them goes down by recursion."""

EXACT = 2**53 - 1
"""The largest integer that every reader of JSON takes for itself (RFC 8259, section 6)."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,512}")


class TooLarge(Problem):
    """The body is too large. Send less at a time."""

    slug = "too-large"
    status = 413


class UnsupportedMedia(Unreadable):
    """The body is of a media type that is not taken here."""

    slug = "unsupported-media-type"
    status = 415


def media_type(request: Request) -> str:
    """The media type of the body in lower case without parameters; "" when it is not told."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def unsupported(found: str, *taken: str) -> UnsupportedMedia:
    """The problem of a media type that is not one of those taken."""
    problem = Text("is {media}", media=found) if found else Text("is missing")
    mend = Text("send {media}", media=either(taken))
    return UnsupportedMedia([FieldProblem("Content-Type", problem, mend)])


def either(texts: Sequence[str]) -> str:
    """One or another of them: joined by "or" in the reader's language. At least one is needed."""
    return reduce(lambda one, other: Text("{one} or {other}", one=one, other=other), texts)


async def read_body(request: Request, limit: int) -> bytes:
    """The body; TooLarge as soon as it is known to exceed the limit, without keeping it in memory."""
    announced = request.headers.get("content-length", "")
    size = 0
    chunks: list[bytes] = []
    excess = announced.isdigit() and int(announced) > limit
    async for chunk in request.stream():
        size += len(chunk)
        excess = excess or size > limit
        if excess:
            chunks.clear()
            if size > DRAIN_LIMIT:
                break
        else:
            chunks.append(chunk)
    if excess:
        larger = Text("The body is larger than {size} MiB.", size=limit // MIB)
        raise TooLarge(larger, mend=Text("send less at a time"))
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def in_turn(request: Request, raw: bytes) -> AbstractAsyncContextManager[None]:
    """To be held while a body is judged: waits as long as LARGE_AT_ONCE other large ones of the process are."""
    turn: AbstractAsyncContextManager[None] = request.app.state.large if len(raw) > LARGE else nullcontext()
    return turn


def parse_json(raw: bytes) -> Any:
    """The JSON value of a body, not yet checked by `check_json`; Unreadable when it is empty or no JSON."""
    if not raw.strip():
        raise _unreadable(Text("the body is empty"), Text("send a JSON object, {} if there is nothing to say"))
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        problem = Text("the body is not JSON: {why}", why=str(error))
        raise _unreadable(problem, Text("send JSON text in UTF-8")) from None


def check_json(value: Any) -> None:
    """Unreadable when the value lies deeper than DEPTH or holds what PostgreSQL cannot keep; level by level."""
    level = [value]
    for depth in count():
        if any("\x00" in one for one in level if isinstance(one, str)):
            raise _unreadable(Text("a text holds the character U+0000"), Text("leave it out"))
        nests = [one for one in level if isinstance(one, (dict, list))]
        if not nests:
            return
        if depth == DEPTH:
            problem = Text("lists and objects lie deeper than {depth} in each other", depth=DEPTH)
            raise _unreadable(problem, Text("send a flatter value"))
        level = [inner for one in nests for inner in (chain(one, one.values()) if isinstance(one, dict) else one)]


def parse_object(raw: bytes) -> dict[str, Any]:
    """The JSON object of a body, checked."""
    value = parse_json(raw)
    check_json(value)
    if not isinstance(value, dict):
        raise _unreadable(Text("the body is not a JSON object"), Text("send an object: {...}"))
    return value


def whole(value: Any) -> Any:
    """The JSON value with 1 for 1.0: JSON Schema takes both for the integer, columns and readers only the first."""
    match value:
        case dict():
            return {name: whole(part) for name, part in value.items()}
        case list():
            return [whole(part) for part in value]
        case float() if value.is_integer() and abs(value) <= EXACT:
            return int(value)
    return value


def _unreadable(problem: Text, mend: Text) -> Unreadable:
    return Unreadable([FieldProblem("", problem, mend)])


def parse_time(value: object, field: str) -> datetime:
    """The instant of an RFC 3339 text with offset; Unreadable naming the field otherwise."""
    try:
        if isinstance(value, str) and _INSTANT.fullmatch(value.upper()):
            return parse_instant(value)
    except (ValueError, OverflowError):
        pass
    mend = Text("write date, time and offset, such as 2026-01-31T09:00:00+08:00")
    raise Unreadable([FieldProblem(field, Text("is no instant"), mend)])


def is_text(value: object) -> bool:
    """Whether it is a text of 1 to 512 characters without control characters, fit for an id, a key or a path."""
    return isinstance(value, str) and _TEXT.fullmatch(value) is not None
