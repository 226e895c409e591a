"""What a case is and what may be done with it; the standard library only."""

from __future__ import annotations
