"""The first thing that every process does."""

from __future__ import annotations

from eventkit import logs, tracing
from eventkit.settings import LogSettings


def begin(service: str, kind: str, held: LogSettings) -> None:
    """Set up the logs and traces of the process `<service>-<kind>`."""
    logs.configure(held, service, f"{service}-{kind}")
    tracing.configure(service, kind)
