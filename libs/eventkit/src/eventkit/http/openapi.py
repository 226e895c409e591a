"""What OpenAPI says of commands: their published schemas, headers and answers."""

from __future__ import annotations

from typing import Any

from contracts import Contract
from eventkit.auth import bearer_scheme
from eventkit.commands import Entry
from eventkit.problems import MEDIA_TYPE

_MEANINGS = {
    "400": "The request cannot be read",
    "401": "No valid token",
    "403": "The token's roles do not allow this",
    "404": "There is no such thing, or it is not the caller's to see",
    "409": "The state of things does not allow this",
    "410": "What the reference meant has been erased",
    "412": "What If-Match names is stale",
    "413": "The body is too large",
    "415": "The body is of another media type",
    "422": "A value is wrong, or the idempotency key was used for another request",
    "503": "A server is away: send the same request again",
}

_TEXT = {"type": "string"}

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
    "schema": {"type": "string", "maxLength": 512},
    "description": "The same key with the same body gives the first answer again and has no further effect",
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "schema": _TEXT,
    "description": "The ETag of the last read; 412 when it is stale",
}


def problems(*statuses: str) -> dict[int | str, Any]:
    """Responses of these statuses, or of all that any command may give; for a read's `responses`."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        s: {"description": text, "content": content} for s, text in _MEANINGS.items() if s in statuses or not statuses
    }


def complete(document: dict[str, Any]) -> None:
    """Add what operations refer to, and to every operation with a token the problems that it may answer with."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components.setdefault("securitySchemes", {}).update(SECURITY_SCHEMES)
    for path in document.get("paths", {}).values():
        for one in path.values():
            if "security" in one:
                one["responses"] = {**one["responses"], **problems("400", "401", "403", "404", "422", "503")}


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
        "application/cloudevents-batch+json": {"schema": {"type": "array", "items": event, "maxItems": 500}},
        "application/json": {"schema": {"type": "object", "description": "Binary mode: attributes in ce- headers"}},
    }
    answers = {"201": _done("One event: done"), "200": _done("A batch: {id, status, body or problem} for each event")}
    return {
        "security": _SECURITY,
        "requestBody": {"required": True, "content": content},
        "responses": {**answers, **problems()},
    }


def _event(types: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": _TEXT,
            "source": {"type": "string", "format": "uri-reference"},
            "type": {"enum": types},
            "time": {"type": "string", "format": "date-time", "description": "When it happened; left out: now"},
            "data": {
                "type": "object",
                "description": "The REST route's body with the path's parameters",
            },
        },
    }
