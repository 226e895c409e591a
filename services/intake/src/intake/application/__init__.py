"""What intake does with a command: load the streams, decide, record."""

from __future__ import annotations
