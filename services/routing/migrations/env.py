"""Alembic's entry for routing's database."""

from __future__ import annotations

from eventkit.migration import run

run()
