"""What supervision does because time has passed."""

from __future__ import annotations

from collections.abc import Sequence

from eventkit.clocks import Ripe
from eventkit.session import Session
from supervision.application.context import Context
from supervision.domain.sweep import settle


class Sweeping:
    """Decides one ripe watch after the other; `finish` then brings the tables up to date once."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def prepare(self, session: Session, ripe: Sequence[Ripe]) -> None:
        """Load all watches in one query."""
        session.preload((self._context.streams.watch, one.key) for one in ripe)

    def decide(self, session: Session, ripe: Ripe) -> int:
        """Record what has run out; how many events that were."""
        adopted = self._context.adopt_newest(session, ripe.key)
        return adopted + self._context.decide(
            session, ripe.key, lambda watch, policy, calendar: settle(watch, policy, ripe.upto)
        )

    def finish(self, session: Session, ripe: Sequence[Ripe]) -> None:
        """Put each watch down for the next moment at which something of it runs out."""
        self._context.keep(session, (one.key for one in ripe))
