"""Intake's side of PostgreSQL and of the wire."""

from __future__ import annotations
