"""Supervision's processes: `python -m supervision.entrypoints.<http|relay|worker|sweeper|notifier>`."""

from __future__ import annotations
