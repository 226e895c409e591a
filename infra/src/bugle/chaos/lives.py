"""What the client does: lives of cases, as far as their clocks, with repetitions and with requests that must fail."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import monotonic

from bugle.chaos.client import UNIT, Answer, Client, Request, report, step
from bugle.chaos.ledger import Ledger, Outcome
from bugle.stack.place import Place

ATTEMPTS = 60
PATIENCE = 20.0  # seconds until a case that does not come to routing is left alone: its message is held up
REPEATED, LEFT_UNKNOWN, WRONG, CONTACTED = 0.2, 0.2, 0.1, 0.5
"""How often an answered request is sent again, an unanswered one is given up, a report is one to be refused, and an
enterprise is contacted."""


class Writers:
    """Threads that live lives until they are told to stop."""

    def __init__(self, system: Place, ledger: Ledger, seed: str, threads: int = 2) -> None:
        self._stop = Event()
        self._lives = [Life(Client(system, ledger), f"{seed}-{n}", self._stop) for n in range(threads)]
        self._threads = [Thread(target=life.run, name=f"client-{n}") for n, life in enumerate(self._lives)]

    def start(self) -> None:
        """Begin to write."""
        for thread in self._threads:
            thread.start()

    @property
    def acknowledged(self) -> int:
        """How many requests have been acknowledged so far."""
        return sum(life.acknowledged for life in self._lives)

    @property
    def failure(self) -> BaseException | None:
        """What ended a thread, if something did."""
        return next((life.failure for life in self._lives if life.failure), None)

    def stop(self) -> None:
        """End after the requests in hand."""
        self._stop.set()
        for thread in self._threads:
            thread.join()


class Life:
    """One thread's cases, one after the other."""

    def __init__(self, client: Client, name: str, stop: Event) -> None:
        self._client = client
        self._name = name
        self._stop = stop
        self._dice = random.Random(name)
        self._requests = 0
        self.acknowledged = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Until told to stop."""
        try:
            while not self._stop.is_set():
                self._case()
        except BaseException as error:
            self.failure = error
            raise
        finally:
            self._client.close()

    def _case(self) -> None:
        """A case whose limit is past, or half an hour from its reminder; the contact comes late, in time, or never."""
        at = datetime.now(UTC) - timedelta(hours=self._dice.choice((8, 2.5)))
        if self._dice.random() < WRONG:
            self._persistently(report(self._marker(), at, "没有这家企业"))
            return
        case = self._persistently(report(self._marker(), at)).body.get("id")
        if case is None or not self._arrived(case):
            return
        self._persistently(self._step(case, at, "assignment", "case_assigned"))
        self._persistently(self._step(case, at, "receipt", "letter_received", UNIT))
        if self._dice.random() < CONTACTED:
            self._persistently(self._step(case, at, "contact", "enterprise_contacted", UNIT))

    def _marker(self) -> str:
        self._requests += 1
        return f"{self._name}-{self._requests}"

    def _step(self, case: str, at: datetime, name: str, event: str, unit: str | None = None) -> Request:
        """A command on the case, a moment after the one before it."""
        marker = self._marker()
        return step(marker, at + timedelta(milliseconds=self._requests), case, name, event, unit)

    def _persistently(self, request: Request) -> Answer:
        """Send until there is an answer, unless the dice say to leave it; sometimes once more."""
        for attempt in range(1, ATTEMPTS):
            answer = self._client.send(request, attempt)
            if answer.outcome is not Outcome.unknown:
                break
            if self._dice.random() < LEFT_UNKNOWN or self._stop.wait(0.3):
                return answer
        if answer.outcome is Outcome.acknowledged:
            self.acknowledged += 1
            if self._dice.random() < REPEATED:
                self._client.send(request, attempt + 1)
        return answer

    def _arrived(self, case: str) -> bool:
        """Whether routing comes to know the case while it is worth waiting."""
        return self._eventually(lambda: self._client.ask("routing", f"/cases/{case}") is not None)

    def _eventually(self, condition: Callable[[], bool]) -> bool:
        until = monotonic() + PATIENCE
        while not condition():
            if monotonic() > until or self._stop.wait(0.05):
                return False
        return True
