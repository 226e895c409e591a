"""Pages of the ledger at a moment that is past, by each filter, against a fold of all that had occurred by then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from eventkit.paging import Window
from reporting.projections.workflow import STATES
from reporting.queries.desk import Asked, look
from reporting.queries.issues import ledger_rows
from reporting.queries.moments import NOW, Knowledge, Moment
from reporting.queries.scope import Scope
from tests.integration.reporting.naive import past
from tests.unit.reporting.made import Log

Row = dict[str, Any]
FILTERS: dict[tuple[str, str], Callable[[Row], bool]] = {
    ("open", "true"): lambda row: not (row["closed_at"] or row["merged_into"] or row["withdrawn"]),
    ("open", "false"): lambda row: bool(row["closed_at"] or row["merged_into"] or row["withdrawn"]),
    ("satisfaction", "unsatisfied"): lambda row: row["satisfaction"] == "unsatisfied",
    ("department", "bank"): lambda row: row["lead"] == "bank",
    **{("state", name): lambda row, name=name: row["state"] == name for name in STATES},  # type: ignore[misc]
}


def moments(history: Log) -> list[datetime]:
    """Every third at which something occurred; many after a case was closed and before it was reopened."""
    return sorted({event.occurred_at for event in history.events})[::3]


@pytest.mark.parametrize(("name", "value"), FILTERS)
def test_page_at_a_moment_has_what_stood_then(filled: Engine, history: Log, name: str, value: str) -> None:
    found = 0
    with filled.connect() as connection:
        look(connection, NOW)
        for before in moments(history):
            moment = Moment(before.isoformat(), before)
            asked = Asked(connection, Scope(None, None), {name: value}, moment, NOW, Knowledge({}))
            rows = ledger_rows(asked, Window(1000, None))
            wanted = [row for row in past(history.events, before).issues if FILTERS[name, value](row)]
            assert [row.case_id for row in rows] == [
                row["case_id"] for row in sorted(wanted, key=lambda row: (row["reported_at"], row["case_id"]))
            ], before
            found += len(rows)
    assert found
