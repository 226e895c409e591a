"""The scheduler process: issues what programmes' schedules ask for. Any number of them may run."""

from __future__ import annotations

import logging
import signal
from threading import Event
from time import monotonic

from sqlalchemy.exc import DBAPIError

from eventkit import backoff, metrics, process, settings
from eventkit.delivery import Policy, policy_of
from eventkit.postgres import make_engine
from reporting import CONSUMER
from reporting.config import SchedulerSettings, templates
from reporting.issuing.scheduling import Scheduler

log = logging.getLogger(__name__)

SILENCE = 300.0  # seconds: drawing up many documents takes a while


class Rounds:
    """Runs a scheduler and tells whether it goes round."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._ended_at = monotonic()

    def run(self, stop: Event, rest: float) -> None:
        """Until told to stop. A server that is away is waited for; a document's fault is the round's affair; any other
        failure ends the process."""
        while not stop.is_set():
            try:
                self._scheduler.round()
                self._ended_at = monotonic()
                stop.wait(rest)
            except DBAPIError as error:
                if policy_of(error) is not Policy.RETRY:
                    raise
                log.warning("the round is tried again: %s", error)
                stop.wait(backoff.pause(1, 1, rest))

    def check(self) -> None:
        """For readiness: raises when no round has come to its end for a while."""
        if monotonic() - self._ended_at > SILENCE:
            raise TimeoutError(f"no round has ended for {SILENCE:.0f} s")


def main() -> None:
    """Issue until a signal ends it."""
    held = settings.read(SchedulerSettings)
    process.begin(CONSUMER, "scheduler", held)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    rounds = Rounds(Scheduler(make_engine(held.database_url, pool=2), templates(held)))
    metrics.serve(held.metrics_host, held.metrics_port, {"schedule": rounds.check})
    rounds.run(stop, held.rest_seconds)


if __name__ == "__main__":
    main()
