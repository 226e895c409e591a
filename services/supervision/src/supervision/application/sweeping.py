"""What supervision does because time has passed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from eventkit.clocks import Ripe
from eventkit.session import Session
from supervision.application.context import Context
from supervision.application.pairing import Pairing
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


class SweepingTeams:
    """Has what is owed follow the end of one team after the other."""

    def __init__(self, context: Context) -> None:
        self._pairing = Pairing(context.duties)

    def prepare(self, session: Session, ripe: Sequence[Ripe]) -> None:
        """Nothing is loaded for all of them at once: teams end rarely."""

    def decide(self, session: Session, ripe: Ripe) -> int:
        """End what was owed because of the team alone, and withdraw what was missed since; how many events."""
        before = session.pending
        self._pairing.dismiss(session, ripe.key)
        return session.pending - before

    def finish(self, session: Session, ripe: Sequence[Ripe]) -> None:
        """A team that is dismissed is on the agenda no more."""


class SweepingDuties:
    """Decides one ripe duty after the other."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def prepare(self, session: Session, ripe: Sequence[Ripe]) -> None:
        """Load all duties in one query."""
        session.preload((self._context.streams.duty, str(one.key)) for one in ripe)

    def decide(self, session: Session, ripe: Ripe) -> int:
        """Record what was done, is about to be due, and was missed; how many events that were."""
        return self._context.duties.settle(session, UUID(str(ripe.key)), ripe.upto)

    def finish(self, session: Session, ripe: Sequence[Ripe]) -> None:
        """Put each duty down for the next moment at which something comes of it."""
        for upto, ones in groupby(ripe, lambda one: one.upto):  # one moment for all of a chunk, as a rule
            self._context.duties.keep(session, [UUID(str(one.key)) for one in ones], upto)
