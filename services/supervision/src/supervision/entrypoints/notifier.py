"""The notifier process: raises notifications and sends them. Any number of them may run."""

from __future__ import annotations

import signal
from threading import Event

from eventkit import metrics, process, settings
from eventkit.postgres import PostgresStore
from supervision import bootstrap
from supervision.adapters.levels import Levels
from supervision.config import NotifierSettings
from supervision.entrypoints.rounds import Rounds


def main() -> None:
    """Notify until a signal ends it."""
    held = settings.read(NotifierSettings)
    process.begin(bootstrap.SERVICE, "notifier", held)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    store = PostgresStore.at(held.database_url, bootstrap.SERVICE, pool=held.at_once + 1)
    rounds = Rounds(bootstrap.notifier(store, held), Levels(store.engine))
    metrics.serve(held.metrics_host, held.metrics_port, {"notify": rounds.check})
    rounds.run(stop, held.rest_seconds)


if __name__ == "__main__":
    main()
