"""The notifier's rounds: again at once while there is work, else after a rest."""

from __future__ import annotations

import logging
from threading import Event
from time import monotonic

from sqlalchemy.exc import DBAPIError

from eventkit import backoff
from eventkit.delivery import Policy, policy_of
from eventkit.errors import VersionConflict
from supervision.adapters.levels import Levels
from supervision.bootstrap import Notifier

log = logging.getLogger(__name__)

SILENCE = 120.0  # seconds: a receiver that answers slowly holds a round up


class Rounds:
    """Runs a notifier and tells how deliveries stand."""

    def __init__(self, notifier: Notifier, levels: Levels) -> None:
        self._notifier = notifier
        self._levels = levels
        self._ended_at = monotonic()

    def run(self, stop: Event, rest: float) -> None:
        """Until told to stop. A server that is away is waited for; any other failure ends the process."""
        while not stop.is_set():
            try:
                idle = self._notifier.round() == 0
                self._levels.tell()
                self._ended_at = monotonic()
                if idle:
                    stop.wait(rest)
            except (DBAPIError, VersionConflict) as error:
                if policy_of(error) is not Policy.RETRY:
                    raise
                log.warning("the round is tried again: %s", error)
                stop.wait(backoff.pause(1, 2 * rest, 4 * rest))

    def check(self) -> None:
        """For readiness: raises when no round has come to its end for a while."""
        if monotonic() - self._ended_at > SILENCE:
            raise TimeoutError(f"no round has ended for {SILENCE:.0f} s")
