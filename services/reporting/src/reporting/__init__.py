"""Reporting: projections of all events, and the queries over them."""

from __future__ import annotations

CONSUMER = "reporting"
TOPICS = ("intake.events", "routing.events", "supervision.events")
