"""Ours against theirs: what the clocks say of each row, beside a column of the ledger that was not imported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bugle.importing import sender
from bugle.importing.mapping import Oracle

NONE = "none"
"""Status of a row without a clock: it had no due date."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One row on which the two differ."""

    key: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`table`: rows by (ours, theirs)."""

    table: Mapping[tuple[str, str], int]
    disagreements: tuple[Disagreement, ...]

    def json(self) -> dict[str, Any]:
        """The comparison as a JSON object."""
        table = [{"ours": ours, "theirs": theirs, "rows": n} for (ours, theirs), n in sorted(self.table.items())]
        told = [{"key": d.key, "ours": d.ours, "theirs": d.theirs} for d in self.disagreements]
        return {"table": table, "disagreements": told}


def compare(theirs: Mapping[str, str], clocks: Iterable[Mapping[str, Any]], oracle: Oracle) -> Comparison:
    """Compare the rows of `theirs` (value by row key) with the clocks, given as reporting lists them."""
    ours = {clock["ledger_row"]: str(clock["status"]) for clock in clocks if clock["status"] != "cancelled"}
    pairs = [(key, ours.get(key, NONE), value) for key, value in theirs.items()]
    differing = [Disagreement(*pair) for pair in pairs if pair[2] not in oracle.agree.get(pair[1], ())]
    return Comparison(Counter((mine, value) for _, mine, value in pairs), tuple(differing))


def read_clocks(client: httpx.Client, programme: str) -> list[dict[str, Any]]:
    """Every clock of a programme, page by page."""
    clocks: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        asked = {"programme": programme, "limit": 200} | ({"after": after} if after else {})
        page = sender.get(client, "/v1/clocks", asked)
        clocks += page["items"]
        after = page["next"]
        if after is None:
            return clocks
