"""What the sweeper needs of its environment; the other processes need what `eventkit.settings` says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SweeperSettings:
    """The sweeper. `sweep_seconds`: how long it rests when nothing is due."""

    database_url: str
    metrics_port: int
    sweep_seconds: float = 0.5
    log_level: str = "INFO"
    metrics_host: str = "127.0.0.1"
