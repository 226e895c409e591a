"""What columns of files hold. A column's name says its kind, in every list alike, and so in every format."""

from __future__ import annotations

from enum import Enum, auto
from functools import cache
from typing import Final


class Kind(Enum):
    """What the cells of a column are."""

    TEXT = auto()
    TEXTS = auto()
    """Several texts."""
    NUMBER = auto()
    """A whole number."""
    SHARE = auto()
    """A fraction of one."""
    INSTANT = auto()
    DAY = auto()
    TRUTH = auto()
    DECIMAL = auto()


NUMBERS: Final = frozenset(
    {
        *("amount", "back", "cards", "closed_out", "count", "denominator", "enterprises", "excluded", "fell_due"),
        *("generation", "given", "issues", "kept", "level", "log_seq", "misses", "numerator", "open", "ordinal"),
        *("points", "rank", "reported", "round", "score", "synthetic_count", "teams", "threshold", "times"),
        *("transfers", "unsatisfied", "value", "weight", "with_findings", "with_issues"),
    }
)
SHARES: Final = frozenset({"share", "share_kept", "share_closed"})
TRUTHS: Final = frozenset({"synthetic", "provisional", "again"})
DECIMALS: Final = frozenset({"days", "overdue_days", "awaited_days"})
SEVERAL: Final = frozenset(
    {"supporting", "purposes", "units", "present", "absent", "lacking", "has", "missing", "events"}
)


@cache
def kind_of(column: str) -> Kind:
    """The kind of a column of this name."""
    if column.endswith("_at"):
        return Kind.INSTANT
    if column.endswith(("_on", "_day")):
        return Kind.DAY
    kinds = {Kind.DECIMAL: DECIMALS, Kind.NUMBER: NUMBERS, Kind.SHARE: SHARES, Kind.TRUTH: TRUTHS, Kind.TEXTS: SEVERAL}
    return next((kind for kind, names in kinds.items() if column in names), Kind.TEXT)
