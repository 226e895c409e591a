"""How deliveries stand, as gauges: what waits, what is held, and what was given up."""

from __future__ import annotations

from time import monotonic

from prometheus_client import Gauge
from sqlalchemy import Engine, text

LOOK_SECONDS = 5.0

_STATES = ("waiting", "held", "no_address", "dead")
_LEVELS = text(
    "SELECT state, channel, count(*) AS number,"
    " coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0) AS age"
    " FROM deliveries WHERE state IN ('waiting', 'held', 'no_address', 'dead') GROUP BY state, channel"
)

number = Gauge("bugle_deliveries", "Deliveries that have not arrived, by state", ["channel", "state"])
oldest = Gauge("bugle_deliveries_oldest_seconds", "Age of the oldest such delivery", ["channel", "state"])


class Levels:
    """Looks every few seconds: counting costs more than sending."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._next = 0.0

    def tell(self) -> None:
        """Bring the gauges up to the table, unless that was done a moment ago."""
        if monotonic() < self._next:
            return
        self._next = monotonic() + LOOK_SECONDS
        with self._engine.connect() as connection:
            found = {(row.channel, row.state): row for row in connection.execute(_LEVELS)}
        for channel in ("email", "webhook"):
            for state in _STATES:
                row = found.get((channel, state))
                number.labels(channel, state).set(0 if row is None else row.number)
                oldest.labels(channel, state).set(0 if row is None else float(row.age))
