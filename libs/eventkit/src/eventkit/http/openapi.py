"""What OpenAPI says of commands: their published schemas, headers and answers; and of all operations: who may."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from contracts import Contract
from eventkit.auth import bearer_scheme
from eventkit.commands import Entry
from eventkit.http.cloudevents import BATCH
from eventkit.http.refusals import Refusal, examples, show
from eventkit.problems import MEDIA_TYPE

_MEANINGS = {
    "400": "The request cannot be read",
    "401": "No valid token",
    "403": "The token's roles do not allow this",
    "404": "There is no such thing, or it is not the caller's to see",
    "408": "The body did not arrive in time",
    "409": "The state of things does not allow this",
    "410": "What the reference meant has been erased",
    "412": "What If-Match names is stale",
    "413": "The body is too large",
    "414": "The address with its parameters is too long",
    "415": "The body is of another media type",
    "422": "A value is wrong, or the idempotency key was used for another request",
    "429": "The caller asks too fast: send the same request again after Retry-After",
    "431": "The headers are too large",
    "503": "A server is away or has its hands full: send the same request again after Retry-After",
}

_TEXT = {"type": "string"}
_PRINTABLE = "^[^\\u0000-\\u001f\\u007f]+$"
"""The pattern of what `eventkit.http.reading.is_text` takes."""

PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457)",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"field": _TEXT, "problem": _TEXT, "mend": _TEXT}},
        },
    },
}

SECURITY_SCHEMES = {
    bearer_scheme.scheme_name: bearer_scheme.model.model_dump(mode="json", by_alias=True, exclude_none=True)
}
_SECURITY: list[dict[str, list[str]]] = [{bearer_scheme.scheme_name: []}]

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 512, "pattern": _PRINTABLE},
    "description": "The same key with the same body gives the first answer again and has no further effect",
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    "description": "The ETag of the last read; 412 when it is stale",
}
_OF_READS = ("400", "401", "403", "404", "414", "422", "429", "431", "503")
_RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait"}}


def problems(*statuses: str) -> dict[int | str, Any]:
    """Responses of these statuses, or of all that any command may give; for a read's `responses`."""
    return {s: _problem(s) for s in _MEANINGS if s in statuses or not statuses}


def _problem(status: str) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    told: dict[str, Any] = {"description": _MEANINGS[status], "content": content}
    return told | {"headers": _RETRY} if status in ("429", "503") else told


def complete(document: dict[str, Any], refusals: Iterable[Refusal] = ()) -> None:
    """Add what operations refer to, and to every operation with a token who may and which problems it answers with."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components.setdefault("securitySchemes", {}).update(SECURITY_SCHEMES)
    components["examples"] = examples(refusals)
    for path in document.get("paths", {}).values():
        for one in path.values():
            if "security" in one:
                _tell_roles(one)
                one["responses"] = {**one["responses"], **problems(*_OF_READS)}
                show(one, components["examples"])


def _tell_roles(one: dict[str, Any]) -> None:
    """`eventkit.auth.require` leaves a read's roles as scopes, which a bearer token of ours has not."""
    if scopes := {scope for scheme in one["security"] for scopes in scheme.values() for scope in scopes}:
        one["x-roles"], one["security"] = sorted(scopes), _SECURITY
    if roles := one.get("x-roles"):
        one["description"] = f"{one.get('description', '')}\n\nRoles: {', '.join(roles)}.".strip()


def operation(entry: Entry, contract: Contract) -> dict[str, Any]:
    """The operation of a command's REST route."""
    schema = contract.schema
    properties: dict[str, Any] = schema.get("properties", {})
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": properties.get(name, _TEXT)}
        for name in entry.parameters
    ]
    return {
        "parameters": [*in_path, _KEY, _MATCH],
        "security": _SECURITY,
        "requestBody": {"required": True, "content": {"application/json": _body(schema, contract.example, entry)}},
        "responses": {"201": _done("Done"), "200": _done("Nothing had to change"), **problems()},
        "x-command": entry.type,
        "x-roles": sorted(entry.roles),
    }


def _body(schema: dict[str, Any], example: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """The schema without the path's parameters, with `occurred_at`; it keeps its $id, so its $refs stay its own."""
    shown = {name: value for name, value in schema.items() if name != "$schema"}
    happened = {"type": "string", "format": "date-time", "description": "When it happened; left out: now"}
    kept = {name: value for name, value in schema.get("properties", {}).items() if name not in entry.parameters}
    shown["properties"] = {**kept, "occurred_at": happened}
    shown["required"] = [name for name in schema.get("required", ()) if name not in entry.parameters]
    data = example.get("data", {})
    return {"schema": shown, "example": {name: value for name, value in data.items() if name not in entry.parameters}}


def _done(description: str) -> dict[str, Any]:
    headers = {
        "ETag": {"schema": _TEXT, "description": "The version of what was changed"},
        "Idempotency-Replayed": {"schema": _TEXT, "description": "true when this is the first answer again"},
    }
    return {
        "description": description,
        "headers": headers,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }


def events_operation(types: list[str]) -> dict[str, Any]:
    """The operation of POST /v1/events."""
    event = _event(types)
    content = {
        "application/cloudevents+json": {"schema": event},
        "application/cloudevents-batch+json": {"schema": {"type": "array", "items": event, "maxItems": BATCH}},
        "application/json": {"schema": {"type": "object", "description": "Binary mode: attributes in ce- headers"}},
    }
    batch = {"type": "array", "items": {"type": "object", "required": ["id", "status"]}}
    told = _done("One event: nothing had to change. A batch: {id, status, body or problem} for each event")
    told["content"]["application/json"]["schema"] = {"oneOf": [{"type": "object"}, batch]}
    answers = {"201": _done("One event: done"), "200": told}
    return {
        "parameters": _ATTRIBUTES,
        "security": _SECURITY,
        "requestBody": {"required": True, "content": content},
        "responses": {**answers, **problems()},
    }


_ATTRIBUTES = [
    {"name": f"ce-{name}", "in": "header", "schema": _TEXT, "description": f"Binary mode: the attribute {name}"}
    for name in ("specversion", "id", "source", "type", "time")
]


def _event(types: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "minLength": 1, "maxLength": 512, "pattern": _PRINTABLE},
            "source": {"type": "string", "minLength": 1, "maxLength": 512, "format": "uri-reference"},
            "type": {"enum": types},
            "time": {"type": "string", "format": "date-time", "description": "When it happened; left out: now"},
            "data": {
                "type": "object",
                "description": "The REST route's body with the path's parameters",
            },
        },
    }
