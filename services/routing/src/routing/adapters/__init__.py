"""How routing's events are stored, and the tables it keeps beside them."""

from __future__ import annotations
