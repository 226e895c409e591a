"""Load, decide, record: what supervision does with a command, another service's event, or the passing of time."""

from __future__ import annotations
