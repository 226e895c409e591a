"""Answers as HTTP responses."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import Response

from eventkit.http.desk import Answer, Outcome
from eventkit.problems import describe
from eventkit.voice import Voice

JSON = "application/json"


def response(outcome: Outcome, voice: Voice, at: str = "") -> Response:
    """The response to one command; `at` is the pointer to its data in the request."""
    if isinstance(outcome, Answer):
        return Response(orjson.dumps(outcome.body), outcome.status, _headers(outcome), JSON)
    return describe(outcome, at, voice).response()


def _headers(answer: Answer) -> dict[str, str]:
    headers = {}
    if answer.version is not None:
        headers["ETag"] = f'"{answer.version}"'
    if answer.location is not None:
        headers["Location"] = answer.location
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return headers


def line(id: str | None, outcome: Outcome, voice: Voice) -> dict[str, Any]:
    """One event's answer in the list that answers a batch: {id, status, body | problem} and `replayed` when it is."""
    if isinstance(outcome, Answer):
        said: dict[str, Any] = {"id": id, "status": outcome.status, "body": outcome.body}
        if outcome.replayed:
            said["replayed"] = True
        return said
    details = describe(outcome, "/data", voice)
    return {"id": id, "status": details.status, "problem": details.body}


def json_response(body: Any, version: int | None = None, status: int = 200) -> Response:
    """A JSON answer of a read, with the ETag of the version when there is one."""
    headers = None if version is None else {"ETag": f'"{version}"'}
    return Response(orjson.dumps(body), status, headers, JSON)
