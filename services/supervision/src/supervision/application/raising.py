"""The causes that wait, chunk by chunk, each chunk in a transaction of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError

from eventkit.errors import VersionConflict
from eventkit.session import Projector, Session
from eventkit.store import Store, Transaction
from supervision.application.notifying import Cause, Causes, Notifying
from supervision.application.ports import Streams

log = logging.getLogger(__name__)

CHUNK = 100
POSTPONED = timedelta(minutes=1)

raised = Counter("bugle_notifier_raised", "Notifications raised")
failed = Counter("bugle_notifier_failures", "Causes that failed, tried again a minute later")


class Raising:
    """Raises what is asked for; several may run, and none raises twice. `clock` tells the time."""

    def __init__(
        self,
        store: Store,
        streams: Streams,
        projectors: Sequence[Projector],
        causes: Callable[[Transaction], Causes],
        notifying: Notifying,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._streams = streams
        self._projectors = projectors
        self._causes = causes
        self._notifying = notifying
        self._clock = clock

    def round(self) -> int:
        """Settle one chunk of causes; how many causes that were."""
        with self._store.transaction() as tx:
            causes, session = self._causes(tx), Session(tx, self._projectors)
            due = causes.due(self._clock(), CHUNK)
            watches = (one.about for one in due if one.kind == "watch")
            session.preload((self._streams.watch, case) for case in watches)
            broken = [one for one in due if not self._one(session, one)]
            session.flush()
            causes.settle([one.id for one in due if one not in broken])
            causes.postpone([one.id for one in broken], self._clock() + POSTPONED)
        failed.inc(len(broken))
        return len(due)

    def _one(self, session: Session, cause: Cause) -> bool:
        """Whether the cause is settled."""
        mark = session.mark()
        try:
            raised.inc(self._notifying.tell(session, cause))
        except (DBAPIError, VersionConflict):
            raise
        except Exception:
            session.undo(mark)
            log.exception("nobody can be told of the event %s", cause.id)
            return False
        return True
