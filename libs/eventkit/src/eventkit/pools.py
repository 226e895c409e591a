"""How many connections of its pools a process uses."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakSet

from prometheus_client import REGISTRY
from prometheus_client.metrics_core import GaugeMetricFamily
from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool

NAME = "bugle_database_pool_connections"

_engines: WeakSet[Engine] = WeakSet()


def watch(engine: Engine) -> None:
    """Count the engine's pool in."""
    _engines.add(engine)


class _Pools:
    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Asked by Prometheus' client at each scrape."""
        pools = [engine.pool for engine in list(_engines) if isinstance(engine.pool, QueuePool)]
        family = GaugeMetricFamily(NAME, "Connections in use, and how many there may be", labels=["state"])
        family.add_metric(["in_use"], sum(pool.checkedout() for pool in pools))
        family.add_metric(["size"], sum(pool.size() for pool in pools))
        yield family


REGISTRY.register(_Pools())
