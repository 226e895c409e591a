"""Alembic's entry for reporting's database."""

from __future__ import annotations

from eventkit.migration import run

run()
