"""Asks every operation that the services document as every caller, and says what came of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from contracts import COMMANDS

OPEN, BLIND, REFUSED, UNKNOWN = "open", "blind", "refused", "unknown"
"""What a caller finds: the thing; an answer that knows of no such thing; a refusal of the role; of the token."""

_UNITS = {"unit": "power", "lead": "power", "units": ["power"], "supporting": ["industry"], "person": "wang"}
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Operation:
    """One operation of a service's OpenAPI document; `method` in upper case, `path` without /v1."""

    service: str
    method: str
    path: str
    roles: frozenset[str]
    command: str | None

    @property
    def name(self) -> str:
        """As the matrix names it within its service."""
        return f"{self.method} {self.path}"


def operations(service: str, document: Mapping[str, Any]) -> Iterator[Operation]:
    """All operations of a document."""
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            roles = frozenset(about.get("x-roles", ()))
            yield Operation(service, method.upper(), path.removeprefix("/v1"), roles, about.get("x-command"))


@dataclass(frozen=True)
class Row:
    """What the policy says of an operation: who finds it open, who blind; the others are refused.

    `shows`: a pattern that an answer has for those who see the thing (by default its id); `names`: what
    stands in the path beside ids; `query`, and `body` beside what the contract's example says; `shared`: about the
    case that reads are about, and not about one that nobody has moved; `spent`: the problem of who finds it done.
    """

    open: frozenset[str]
    blind: frozenset[str]
    shows: str | None = None
    query: str = ""
    body: Mapping[str, Any] | None = None
    names: Mapping[str, str] | None = None
    shared: bool = False
    media: str = "application/json"
    spent: str = "none"


def ask(http: httpx.Client, operation: Operation, row: Row, ids: Mapping[str, str], headers: dict[str, str]) -> str:
    """What the caller with these headers finds."""
    body = None if operation.method == "GET" else _body(operation, row, ids)
    ids = {**ids, **{name: filled(value, ids) for name, value in (row.names or {}).items()}}
    url = f"/v1{filled(operation.path, ids)}{filled(row.query, ids)}"
    content = None if body is None else json.dumps(body)
    answer = http.request(operation.method, url, content=content, headers={**headers, "Content-Type": row.media})
    return judged(answer, shown(operation, row, ids), row.spent)


def shown(operation: Operation, row: Row, ids: Mapping[str, str]) -> str:
    """The pattern that tells whether the thing is in an answer; commands answer about nothing else."""
    if row.shows is not None:
        return filled(row.shows, ids)
    return "" if operation.command else "|".join(ids[name] for name in _PLACE.findall(operation.path)) or "$^"


def judged(answer: httpx.Response, pattern: str, spent: str) -> str:
    """What an answer comes to. A fault of the request's form is the test's, and so fits nothing."""
    status, slug = answer.status_code, _slug(answer)
    if status in (401, 403):
        return UNKNOWN if status == 401 else REFUSED
    if slug == spent:
        return OPEN
    if status == 404 or (status == 422 and (re.match("unknown-|foreign-", slug) or _of_no_programme(answer))):
        return BLIND
    if answer.is_success:
        return OPEN if re.search(pattern, answer.text) else BLIND
    formal = slug in ("invalid", "unreadable", "unsupported-media-type")
    return f"{status} {slug}: {answer.text[:300]}" if formal or status not in (409, 422) else OPEN


def _of_no_programme(answer: httpx.Response) -> bool:
    """Whether a read names a programme that the caller has nothing to do with: it is told as one that is not there."""
    return [fault["problem"].partition(" '")[0] for fault in answer.json().get("errors", ())] == [
        "there is no programme"
    ]


def _slug(answer: httpx.Response) -> str:
    if answer.is_success:
        return ""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"]).rsplit(":", 1)[1]


def filled(text: str, ids: Mapping[str, str]) -> str:
    """The text with ids in the places of their names."""
    return _PLACE.sub(lambda place: ids.get(place[1], place[0]), text)


def _body(operation: Operation, row: Row, ids: Mapping[str, str]) -> Any:
    example = COMMANDS[operation.command].example.get("data", {}) if operation.command else {}
    in_path = set(_PLACE.findall(operation.path))
    held = {name: value for name, value in example.items() if name not in in_path} | dict(row.body or {})
    return {name: _fitted(name, value, ids) for name, value in held.items() if value != ""}


def _fitted(name: str, value: Any, ids: Mapping[str, str]) -> Any:
    """A value of an example with the ids of the world; "{case}" stands for one as well."""
    if isinstance(value, dict):
        return {key: _fitted(key, part, ids) for key, part in value.items()}
    if name in _UNITS and not (isinstance(value, list) and any(isinstance(part, dict) for part in value)):
        return _UNITS[name]
    if isinstance(value, list):
        return [_fitted(name.removesuffix("s"), part, ids) for part in value]
    if isinstance(value, str) and _PLACE.search(value):
        return filled(value, ids)
    return ids.get(name, value) if isinstance(value, str) else value
