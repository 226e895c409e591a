"""Alembic's entry for supervision's database."""

from __future__ import annotations

from eventkit.migration import run

run()
