"""Load, decide, record: what routing does with a command or another service's event."""

from __future__ import annotations
