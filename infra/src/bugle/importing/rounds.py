"""How a row names the columns of its rounds: `_2` marks the second."""

from __future__ import annotations

ROUNDS = 4
"""So many a row may tell."""


def mark(column: str, round: int) -> str:
    """A column's name for a round."""
    return column if round == 1 else f"{column}_{round}"
