"""Routing's processes: `python -m routing.entrypoints.<http|relay|worker>`."""

from __future__ import annotations
