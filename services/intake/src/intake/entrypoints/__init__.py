"""Intake's processes: `python -m intake.entrypoints.<http|relay|worker>`."""

from __future__ import annotations
