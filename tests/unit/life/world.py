"""Intake, routing and supervision together: commands go in, events go between them late, twice and in any order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from eventkit.caller import Caller
from eventkit.http.desk import Outcome
from eventkit.session import Session
from routing.adapters.messages import CASES
from routing.domain.case import Case
from supervision.domain.watch import Watch
from tests.unit.life import made, making
from tests.unit.life.services import Service, Topics


class World:
    """Starts with a directory, an enterprise, a programme and a calendar that everybody knows."""

    def __init__(self, start: datetime = made.START) -> None:
        self.now = start
        self.topics = Topics()
        self.intake = making.intake(self.topics, self.clock)
        self.routing = making.routing(self.topics, self.clock)
        self.supervision = making.supervision(self.topics, self.clock)
        self.services = (self.intake, self.routing, self.supervision)
        self.commands = 0
        self._begin()
        self.settle(Random(0))

    def clock(self) -> datetime:
        """The time of day everywhere."""
        return self.now

    def _begin(self) -> None:
        units = [{"id": id, "name": id} for id in made.UNITS]
        self.tell("intake", "publish_directory", {"agency": made.AGENCY, "units": units}, made.office())
        about = {"agency": made.AGENCY, "name": "荣鑫实业"}
        self.tell("intake", "register_enterprise", about, made.office())
        self.publish_programme(1)
        self.tell("supervision", "publish_calendar", made.calendar(1, None), made.operator())

    def publish_programme(self, version: int) -> Outcome:
        """A version, by the office."""
        told = {"programme": made.PROGRAMME, "version": version, "document": made.document(version)}
        return self.tell("intake", "publish_programme", told, made.office())

    def service(self, name: str) -> Service:
        """One of the three."""
        return next(service for service in self.services if service.name == name)

    def tell(
        self, service: str, type: str, data: Mapping[str, Any], caller: Caller, at: datetime | None = None
    ) -> Outcome:
        """A command, a second after the last one."""
        self.now += timedelta(seconds=1)
        self.commands += 1
        return self.service(service).take(type, data, caller, str(self.commands), at)

    def repeat(self, service: str, type: str, data: Mapping[str, Any], caller: Caller, at: Any = None) -> Outcome:
        """The last command again, under its key."""
        return self.service(service).take(type, data, caller, str(self.commands), at)

    def case(self, case: str) -> Case:
        """Routing's case as stored."""
        with self.routing.store.transaction() as tx:
            return Session(tx).get(CASES, case)

    def watch(self, case: str) -> Watch:
        """Supervision's watch as stored."""
        with self.supervision.store.transaction() as tx:
            assert self.supervision.context is not None
            return Session(tx).get(self.supervision.context.streams.watch, case)

    def some(self, random: Random) -> None:
        """One relay or one batch, whichever comes first."""
        if random.random() >= 0.7 or not random.choice(self.services).consume(random):
            self.now += timedelta(seconds=1)
            random.choice(self.services).relay()

    def settle(self, random: Random) -> None:
        """Until nobody has anything more to say."""
        while True:
            before = [len(service.store.tables.events) for service in self.services]
            self.now += timedelta(seconds=1)
            for service in self.services:
                service.relay()
            while any(service.consume(random) for service in random.sample(self.services, 3)):
                pass
            self.supervision.sweep()
            if before == [len(service.store.tables.events) for service in self.services]:
                return
