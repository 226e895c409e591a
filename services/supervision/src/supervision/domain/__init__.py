"""What supervision decides: deadlines, misses, verification and close-out; the standard library only."""

from __future__ import annotations
