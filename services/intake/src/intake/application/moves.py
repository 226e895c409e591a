"""Which commands a caller may give on an issue now."""

from __future__ import annotations

from eventkit.caller import Caller
from eventkit.session import Session
from eventkit.store import Store
from intake.application.book import AGENCY
from intake.application.ports import Lookups, Streams
from intake.domain.moves import moves


class Moves:
    """Looks at the issue as it stands; whoever asks may see it."""

    def __init__(self, store: Store, streams: Streams, lookups: Lookups) -> None:
        self._store, self._streams, self._lookups = store, streams, lookups

    def of(self, issue: str, caller: Caller) -> list[str]:
        """The names of the commands; none for whoever may give none of them."""
        if caller.roles.isdisjoint(AGENCY):
            return []
        with self._store.transaction() as tx:
            session = Session(tx)
            state = session.get(self._streams.issue, issue)
            if state.current is None:
                return []
            programme = session.get(self._streams.programme, state.current.programme)
            return moves(state, programme, struck_off=self._lookups.struck_off(tx, issue))
