"""Supervision's processes: `python -m supervision.entrypoints.<http|relay|worker|sweeper>`."""

from __future__ import annotations
