"""POST /v1/events: the route of CloudEvents, which tells the three modes apart by the media type."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from eventkit import tracing
from eventkit.auth import authenticate
from eventkit.caller import Caller
from eventkit.http.answers import JSON, line, response
from eventkit.http.cloudevents import BATCH, Counter, binary, event_id
from eventkit.http.openapi import events_operation
from eventkit.http.reading import (
    BATCH_LIMIT,
    COMMAND_LIMIT,
    TooLarge,
    in_turn,
    media_type,
    parse_json,
    read_body,
    unsupported,
)
from eventkit.http.rest import Endpoint
from eventkit.problems import FieldProblem, Unreadable
from eventkit.text import Text
from eventkit.voice import Voice, voice_of

STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"


def add_events(app: FastAPI, counter: Counter, types: list[str]) -> None:
    """Give the service its route for CloudEvents of these command types."""
    app.add_api_route(
        "/v1/events",
        _endpoint(counter),
        methods=["POST"],
        name="events",
        operation_id="events",
        response_class=Response,
        openapi_extra=events_operation(types),
        summary="Commands as CloudEvents",
        description="Binary, structured and batched mode. Source and id make a repeated event have no further effect.",
    )


def _endpoint(counter: Counter) -> Endpoint:
    async def admit(request: Request) -> Response:
        """Reads the request in the event loop; what blocks runs in a thread."""
        caller = authenticate(request)
        raw = await read_body(request, BATCH_LIMIT if media_type(request) == BATCHED else COMMAND_LIMIT)
        async with in_turn(request, raw):
            return await run_in_threadpool(take, request, caller, raw)

    def take(request: Request, caller: Caller, raw: bytes) -> Response:
        media, trace = media_type(request), tracing.current()
        if media not in (JSON, STRUCTURED, BATCHED):
            raise unsupported(media, STRUCTURED, BATCHED, Text("{media} with ce- headers", media=JSON))
        value = parse_json(raw)
        if media == BATCHED:
            return _answers(_batch(value), counter, caller, trace, voice_of(request))
        event = binary(request.headers, value) if media == JSON else value
        [outcome] = counter.take([event], caller, trace)
        return response(outcome, voice_of(request), "/data")

    return admit


def _batch(value: Any) -> list[Any]:
    if not isinstance(value, list):
        fault = FieldProblem("", Text("a batch is a JSON array"), Text("send [event, event, ...]"))
        raise Unreadable([fault])
    if len(value) > BATCH:
        mend = Text("send at most {most} at a time", most=BATCH)
        raise TooLarge(Text("The batch holds {events} events.", events=len(value)), mend=mend)
    return value


def _answers(events: list[Any], counter: Counter, caller: Caller, trace: str | None, voice: Voice) -> Response:
    outcomes = counter.take(events, caller, trace)
    lines = [line(event_id(event), outcome, voice) for event, outcome in zip(events, outcomes, strict=True)]
    return Response(orjson.dumps(lines), 200, voice.headers, JSON)
