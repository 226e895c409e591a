"""The system as a play sees it: commands as CloudEvents, reads over HTTP, tokens by role."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx

from bugle.importing.sender import persist
from bugle.quiet import Observer
from bugle.stack.keys import Keys
from bugle.stack.place import Place
from contracts import COMMANDS

SERVICES = ("intake", "routing", "supervision", "reporting")
SOURCE = "urn:bugle:scenarios"


class Stage:
    """Connections to the four services and, for how far they are, to their databases; thread-safe."""

    def __init__(self, system: Place) -> None:
        self._observer = Observer(system)
        self._keys = Keys(system.home)
        self._urls = {service: system.url(service) for service in SERVICES}
        self._stack = ExitStack()
        self._clients: dict[str, httpx.Client] = {}

    def __enter__(self) -> Stage:
        self._stack.enter_context(self._observer)
        for service, url in self._urls.items():
            self._clients[service] = self._stack.enter_context(httpx.Client(base_url=url, timeout=30))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def headers(self, agency: str, who: Mapping[str, Any] | str) -> dict[str, str]:
        """Authorisation of a caller: a role, or {role, department?, enterprise?}."""
        caller = {"role": who} if isinstance(who, str) else dict(who)
        token = self._keys.token(
            [caller["role"]],
            agency=agency,
            department=caller.get("department"),
            enterprise=caller.get("enterprise"),
        )
        return {"Authorization": f"Bearer {token}"}

    def command(
        self, name: str, data: Mapping[str, Any], headers: Mapping[str, str], time: str | None, id: str
    ) -> httpx.Response:
        """Send `service.command` in its newest version; the same id again gives the first answer."""
        service, _, command = name.partition(".")
        event = {"specversion": "1.0", "id": id, "source": SOURCE, "type": newest(service, command), "data": dict(data)}
        if time is not None:
            event["time"] = time
        kind = {"Content-Type": "application/cloudevents+json"}
        client = self._clients[service]
        return persist(lambda: client.post("/v1/events", json=event, headers={**headers, **kind}), client)

    def applied_until(self) -> datetime | None:
        """The moment up to which every service has applied what all have recorded; None while one has not begun."""
        return self._observer.applied_until()

    def read(self, address: str, headers: Mapping[str, str]) -> httpx.Response:
        """GET `service:/path`."""
        service, _, path = address.partition(":")
        client = self._clients[service]
        return persist(lambda: client.get(f"/v1{path}", headers=dict(headers)), client)


def newest(service: str, command: str) -> str:
    """The type of the newest version of a command; LookupError when there is none."""
    held = [c for c in COMMANDS.values() if (c.service, c.name) == (service, command)]
    if not held:
        raise LookupError(f"{service} has no command {command}")
    return max(held, key=lambda contract: contract.version).type


def known(service: str, command: str) -> bool:
    """Whether the service takes such a command in any version."""
    return any((c.service, c.name) == (service, command) for c in COMMANDS.values())


def has_field(service: str, command: str, field: str) -> bool:
    """Whether the newest version of a command takes a field."""
    return field in COMMANDS[newest(service, command)].schema["properties"]


def new_id() -> str:
    """An id that no other play uses."""
    return uuid4().hex
