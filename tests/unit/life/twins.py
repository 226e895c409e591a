"""A fresh service that is told the same, but hears the topics in other batches, another order, and twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from random import Random
from typing import Any

from eventkit.envelope import Envelope
from tests.unit.life import made, making
from tests.unit.life.making import Clock, Supervision
from tests.unit.life.services import Service, Topics

MAKERS = {"intake": making.intake, "routing": making.routing, "supervision": making.supervision}


class Twin:
    """Of one of the services. Between two commands it hears what the other had heard by then, in its own order."""

    def __init__(self, other: Service, seed: int) -> None:
        self.other, self.random = other, Random(seed)
        self.now = made.START
        self.service = _fresh(other.name, other.topics, lambda: self.now)

    def live(self) -> Service:
        """Through the script and everything that came after it."""
        for done in self.other.script:
            self._hear(done.cursors)
            self.now = done.now
            if done.command is not None:
                self.service.take(*done.command)
            elif isinstance(self.service, Supervision):
                self.service.sweep()
        self._hear(self.other.cursors)
        return self.service

    def _hear(self, until: Mapping[Any, int]) -> None:
        while self.service.consume(self.random, until):
            if self.random.random() < 0.05:
                self.service.go_back(self.random)


def _fresh(name: str, topics: Topics, clock: Clock) -> Service:
    return MAKERS[name](topics, clock)


def said(service: Service, apart: Collection[str]) -> list[str]:
    """What the service has recorded, without what two equal runs may differ in; nothing of the cases `apart`."""
    return sorted(_text(event) for event in service.store.tables.events if event.key not in apart)


def _text(event: Envelope) -> str:
    data = event.json()
    data.pop("letter", None)  # numbered in the order of arrival
    return f"{event.key} {event.type} {event.occurred_at} {sorted(data.items())}"


def noted(service: Service) -> Any:
    """What intake has heard of its issues."""
    return service.store.tables.own.get("notes")
