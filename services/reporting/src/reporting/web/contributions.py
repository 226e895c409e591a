"""Who held an issue when: its lead, its supporters and the office, interval by interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from reporting.queries.lists import OF_ONE, list_query
from reporting.web.opening import View


def contributions_of(view: View, issue: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """The intervals in their order, until the view's moment."""
    about = (issue["programme"], issue["agency"], view.asked.moment, issue["case_id"])
    rows, keys = list_query(OF_ONE, view.asked.scope, *about)
    return view.connection.execute(rows.order_by(*keys)).all()
