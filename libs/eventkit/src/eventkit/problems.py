"""Problem details (RFC 9457): the one mapper from what was raised to what a caller reads, in the caller's language.

Whatever has `slug` and `status` is a refusal and speaks for itself; the domain's errors need inherit nothing from here.
A server that is away is 503. Everything else is 500 with a reference that stands in the log, and nothing more.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from fastapi import Response

from eventkit.delivery import Policy, policy_of
from eventkit.errors import Problem, VersionConflict
from eventkit.text import Text
from eventkit.voice import ENGLISH, Voice

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
"""Retry-After of a 503: a restarted PostgreSQL was ready again after about this long."""

_ATTRIBUTES = {"occurred_at": "/time"}
"""What a REST body tells among the data and a CloudEvent in an attribute beside them."""

log = logging.getLogger("eventkit.http")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One fault of a request: a JSON pointer (or the header's name), what is wrong, and how to mend it."""

    field: str
    problem: Text
    mend: Text


class Faulty(Problem):
    """The request does not have the form that is asked for; each fault is listed with its mend."""

    slug = "invalid"
    status = 422

    def __init__(self, faults: Sequence[FieldProblem], message: Text | None = None) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class Unreadable(Faulty):
    """The request cannot be read; each fault is listed with its mend."""

    slug = "unreadable"
    status = 400


class Unavailable(Problem):
    """A server that this service needs is away. Send the same request, with the same key, again."""

    slug = "unavailable"
    status = 503
    headers = {"Retry-After": str(RETRY_SECONDS)}  # noqa: RUF012 - never written


class Contended(Problem):
    """Other requests kept changing the same thing first. Send the request again."""

    slug = "contended"
    status = 409
    headers = {"Retry-After": "1"}  # noqa: RUF012 - never written


@dataclass(frozen=True, slots=True)
class Details:
    """A problem ready to be sent: HTTP status, members of the JSON object, further headers."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    def response(self) -> Response:
        """The answer as application/problem+json."""
        return Response(orjson.dumps(self.body), self.status, self.headers, MEDIA_TYPE)


def is_refusal(error: BaseException) -> bool:
    """Whether the error speaks for itself: a domain's refusal or a `Problem`."""
    return isinstance(getattr(error, "slug", None), str) and isinstance(getattr(error, "status", None), int)


def is_outage(error: BaseException) -> bool:
    """Whether a server is away or overloaded, so that the same request may succeed later."""
    return not isinstance(error, VersionConflict) and policy_of(error) is Policy.RETRY


def describe(error: BaseException, at: str = "", voice: Voice = ENGLISH) -> Details:
    """The problem of an error; `at` is the pointer to where a domain's field names stand ("/data" in a CloudEvent)."""
    if not is_refusal(error):
        if is_outage(error):
            log.warning("a server is away: %s", type(error).__name__, exc_info=error)
            error = Unavailable()
        else:
            return _unexpected(error, voice)
    slug: str = error.slug  # type: ignore[attr-defined]  # is_refusal
    status: int = error.status  # type: ignore[attr-defined]  # is_refusal
    detail = _detail(error)
    details = compose(slug, status, detail, voice)
    if faults := _faults(error, detail, at, voice):
        details.body["errors"] = faults
    details.body.update(getattr(error, "members", {}))
    details.headers.update(getattr(error, "headers", {}))
    return details


def compose(slug: str, status: int, detail: str, voice: Voice) -> Details:
    """The members every problem has, and the headers that tell its language."""
    told = {"title": voice.title(slug), "status": status, "detail": voice.say(detail)}
    return Details(status, {"type": f"urn:bugle:problem:{slug}", **told}, voice.headers)


def _detail(error: BaseException) -> str:
    """What the error says, still able to be said in another language; its docstring when it says nothing."""
    said = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
    return said or (type(error).__doc__ or "").strip()


def _faults(error: BaseException, detail: str, at: str, voice: Voice) -> list[dict[str, str]]:
    faults: Sequence[FieldProblem] = getattr(error, "faults", ())
    if faults:
        return [_told(f.field, f.problem, f.mend, voice) for f in faults]
    field, mend = getattr(error, "field", None), getattr(error, "mend", None)
    if field is None and mend is None:
        return []
    return [_told(_pointer(field, at), detail, mend or "", voice)]


def _told(field: str, problem: str, mend: str, voice: Voice) -> dict[str, str]:
    about = voice.about(field)
    return {"field": field, "problem": about.say(problem), "mend": about.say(mend)}


def _pointer(field: str | None, at: str) -> str:
    """ "history/0/at" as a pointer into the request; one that is a pointer into it already stays."""
    if field is None:
        return at
    if at and field.removeprefix("/") in _ATTRIBUTES:
        return _ATTRIBUTES[field.removeprefix("/")]
    return field if at and field.startswith(f"{at}/") else f"{at}/{field.removeprefix('/')}"


def _unexpected(error: BaseException, voice: Voice) -> Details:
    reference = str(uuid4())
    log.error("unexpected error, reference %s", reference, exc_info=error)
    detail = Text("Something went wrong that is no fault of the request. Give the operator the reference.")
    details = compose("internal", 500, detail, voice)
    details.body["reference"] = reference
    return details
