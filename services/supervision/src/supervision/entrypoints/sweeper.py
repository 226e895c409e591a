"""The sweeper process: fires what is due. Any number of them may run."""

from __future__ import annotations

import signal
from threading import Event

from eventkit import metrics, process, settings
from eventkit.clocks import run
from eventkit.postgres import PostgresStore
from supervision import bootstrap
from supervision.config import SweeperSettings


def main() -> None:
    """Sweep until a signal ends it."""
    held = settings.read(SweeperSettings)
    process.begin(bootstrap.SERVICE, "sweeper", held)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sweepers = bootstrap.sweepers(PostgresStore.at(held.database_url, bootstrap.SERVICE))
    checks = {f"sweep_{n}": sweeper.check for n, sweeper in enumerate(sweepers)}
    metrics.serve(held.metrics_host, held.metrics_port, checks)
    run(sweepers, stop, held.sweep_seconds)


if __name__ == "__main__":
    main()
