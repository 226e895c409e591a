"""Between the domain's frozen dataclasses and stored JSON; the one place where a stored form is upcast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import orjson
from pydantic import TypeAdapter

from eventkit.envelope import Envelope

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class DomainEvent(Protocol):
    """What the domain must give of itself: the moment it happened. All other fields are payload."""

    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that has been decided but not recorded."""

    type: str
    data: bytes
    occurred_at: datetime


class Codec:
    """Names and (de)serialisation of one service's events.

    `events` maps "issue_reported.v1" to the dataclass that the domain uses today; `upcasters` maps an older stored
    name to (newer name, function over the payload), applied until a current name is reached. Stored forms are the
    owner's affair: other services read the published contract.
    """

    def __init__(
        self, service: str, events: Mapping[str, type], upcasters: Mapping[str, tuple[str, Upcaster]] | None = None
    ) -> None:
        self.service = service
        self.events = dict(events)
        self._upcasters = dict(upcasters or {})
        self._prefix = f"bugle.{service}."
        self._names = {cls: name for name, cls in self.events.items()}
        self._adapters: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(cls) for name, cls in self.events.items()}

    @property
    def older(self) -> dict[str, str]:
        """Stored names that are only read, each with the name it is upcast to."""
        return {name: newer for name, (newer, _) in self._upcasters.items()}

    def encode(self, event: DomainEvent) -> NewEvent:
        """The stored form: payload without `at`, which travels as occurred_at. KeyError for a foreign class."""
        name = self._names[type(event)]
        payload = self._adapters[name].dump_python(event, mode="json", exclude={"at"})
        return NewEvent(self._prefix + name, orjson.dumps(payload), event.at)

    def decode(self, event: Envelope) -> Any:
        """The dataclass of a stored event, upcast to today's form."""
        name, payload = event.type.removeprefix(self._prefix), event.json()
        while name in self._upcasters:
            name, upcast = self._upcasters[name]
            payload = upcast(payload)
        return self._adapters[name].validate_python({**payload, "at": event.occurred_at})


def message(adapter: TypeAdapter[Any], event: Envelope) -> Any:
    """Another service's event read into the consumer's own type; fields it does not know are passed over."""
    return adapter.validate_python({**event.json(), "at": event.occurred_at})
