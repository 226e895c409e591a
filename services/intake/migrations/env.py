"""Alembic's entry for intake's database."""

from __future__ import annotations

from eventkit.migration import run

run()
