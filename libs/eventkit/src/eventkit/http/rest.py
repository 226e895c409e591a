"""One REST route per command: the body is the command's data without what stands in the path."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from eventkit import tracing
from eventkit.auth import authenticate
from eventkit.caller import Caller
from eventkit.commands import Entry
from eventkit.http.acceptance import Acceptance, Submission
from eventkit.http.answers import JSON, response
from eventkit.http.desk import Desk
from eventkit.http.openapi import operation
from eventkit.http.reading import (
    COMMAND_LIMIT,
    in_turn,
    is_text,
    media_type,
    parse_object,
    parse_time,
    read_body,
    unsupported,
)
from eventkit.ids import uid
from eventkit.problems import FieldProblem, Unreadable
from eventkit.text import Text
from eventkit.voice import voice_of

Endpoint = Callable[[Request], Awaitable[Response]]

_ETAG = re.compile(r'"(\d{1,9})"')


def add_command(app: FastAPI, entry: Entry, acceptance: Acceptance, desk: Desk) -> None:
    """Give the command its route."""
    app.add_api_route(
        f"/v1{entry.path}",
        _endpoint(entry, acceptance, desk),
        methods=[entry.method],
        name=entry.name,
        operation_id=entry.name,
        status_code=201,
        response_class=Response,
        openapi_extra=operation(entry, acceptance.contract(entry)),
        summary=entry.name.replace("_", " ").capitalize(),
        description=acceptance.contract(entry).schema.get("description", ""),
    )


def _endpoint(entry: Entry, acceptance: Acceptance, desk: Desk) -> Endpoint:
    async def admit(request: Request) -> Response:
        """Reads the request in the event loop; what blocks runs in a thread."""
        caller = authenticate(request)
        caller.needs(entry.roles)
        body = await read_body(request, COMMAND_LIMIT)
        if (media := media_type(request)) != JSON and body:
            raise unsupported(media, JSON)
        async with in_turn(request, body):
            return await run_in_threadpool(carry_out, request, caller, body)

    def carry_out(request: Request, caller: Caller, body: bytes) -> Response:
        scope = f"rest:{caller.agency or ''}/{caller.sub}"
        order = acceptance.accept(entry, _submission(request, entry, caller, scope, parse_object(body)))
        return response(desk.settle(scope, [order])[0], voice_of(request))

    return admit


def _submission(http: Request, entry: Entry, caller: Caller, scope: str, data: dict[str, Any]) -> Submission:
    occurred_at = data.pop("occurred_at", None)
    key = _key(http)
    _merge(data, http.path_params)
    return Submission(
        id=uuid4() if key is None else uid(scope, entry.type, key),
        key=key,
        key_name="Idempotency-Key",
        data=data,
        at="",
        caller=caller,
        received_at=datetime.now(UTC),
        occurred_at=None if occurred_at is None else parse_time(occurred_at, "/occurred_at"),
        expected_version=_expected(http),
        traceparent=tracing.current(),
    )


def _merge(data: dict[str, Any], parameters: dict[str, str]) -> None:
    """Put the path's parameters into the data."""
    faults = [
        FieldProblem(f"/{name}", Text("stands in the path"), Text("leave it out"))
        for name in parameters
        if name in data
    ]
    faults += [
        FieldProblem(f"/{name}", Text("is no id"), Text("correct the path"))
        for name, value in parameters.items()
        if not is_text(value)
    ]
    if faults:
        raise Unreadable(faults)
    data.update(parameters)


def _key(http: Request) -> str | None:
    key = http.headers.get("idempotency-key")
    if key is None or is_text(key):
        return key
    mend = Text("send 1 to 512 characters, best a UUID")
    raise Unreadable([FieldProblem("Idempotency-Key", Text("is no key"), mend)])


def _expected(http: Request) -> int | None:
    tag = http.headers.get("if-match")
    if tag is None:
        return None
    if match := _ETAG.fullmatch(tag.strip()):
        return int(match[1])
    mend = Text('send the ETag of your last read, such as "3"')
    raise Unreadable([FieldProblem("If-Match", Text("is no version"), mend)])
