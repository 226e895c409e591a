"""The four services as one visitor may use them: their public interfaces, in the visitor's name and language."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from eventkit import tracing
from eventkit.auth import Unauthenticated
from eventkit.errors import Problem
from eventkit.text import Text

MOST = 200
"""Rows of one page of a list: as many as the services give."""

NAMES = {
    "intake": Text("intake"),
    "routing": Text("routing"),
    "supervision": Text("supervision"),
    "reporting": Text("reporting"),
}
"""The services as people are told of them."""


class Away(Problem):
    """A service does not answer."""

    slug = "service-away"
    status = 503
    headers = {"Retry-After": "2"}  # noqa: RUF012 - never written

    def __init__(self, service: str) -> None:
        super().__init__(Text("The {service} service does not answer. Try again in a moment.", service=NAMES[service]))
        self.service = service


class Refused(Problem):
    """A service has refused."""

    slug = "refused"

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        super().__init__()
        self.status = status
        kept = ("title", "detail", "errors", "reference", "type")
        self.members = {name: told[name] for name in kept if name in told}

    def within(self, pointer: str, fields: Collection[str]) -> Refused:
        """The same where these fields of the request lie below a pointer of a larger form."""
        errors = [
            {**one, "field": f"{pointer}/{name}"} if (name := one["field"].strip("/")) in fields else one
            for one in self.members.get("errors", ())
        ]
        return Refused(self.status, {**self.members, "errors": errors})


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that a service has taken. `replayed`: it had taken it before, and has done nothing now."""

    body: dict[str, Any]
    replayed: bool


@dataclass(frozen=True, slots=True)
class Services:
    """`client` is shared, `token` and `language` are the visitor's. Methods raise Away, Refused, Unauthenticated."""

    client: httpx.Client
    urls: Mapping[str, str]
    token: str = field(repr=False)
    language: str

    def get(self, service: str, path: str, **query: object) -> dict[str, Any]:
        """The answer to a read; parameters that are None are left out."""
        given = {name: str(value) for name, value in query.items() if value is not None}
        return self._asked(service, "GET", path, params=given).json()  # type: ignore[no-any-return]  # an object

    def all(self, service: str, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """The rows of a list, page by page."""
        after: str | None = None
        while True:
            page = self.get(service, path, **query, limit=MOST, after=after)
            yield from page["items"]
            after = page["next"]
            if after is None:
                return

    def send(self, service: str, path: str, body: Mapping[str, Any], *, key: str, version: str | None = None) -> Sent:
        """A command, once however often it is sent with this key; `version`: what it was decided on, None: whatever."""
        headers = {"Idempotency-Key": key} | ({} if version is None else {"If-Match": f'"{version}"'})
        answer = self._asked(service, "POST", path, json=dict(body), headers=headers)
        return Sent(answer.json(), "idempotency-replayed" in answer.headers)

    def _asked(
        self, service: str, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        about = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language, **(headers or {})}
        if (trace := tracing.current()) is not None:
            about["traceparent"] = trace
        try:
            answer = self.client.request(method, f"{self.urls[service]}/v1{path}", headers=about, **more)
            told = answer.json()
        except (httpx.TransportError, ValueError):
            raise Away(service) from None
        if answer.is_success:
            return answer
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise Unauthenticated(Text("the token is not valid here"))
        if answer.status_code in (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT):
            raise Away(service)
        raise Refused(answer.status_code, told)
