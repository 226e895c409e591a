"""The three issues whose timelines the demo prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from bugle.importing import sender

STORIES = (
    ("jinxian", {"enterprise": "江西进贤荣信钢构公司"}, "I001"),
    ("rongchang", {"enterprise": "重庆市川捷电子有限公司"}, "I004"),
)
"""Rongxin's transformer and Chuanjie's platforms: programme, filters, key of the row."""

CLIMBER = "jinxian"
"""The third is of this programme: the issue that climbed its ladder highest."""

Story = tuple[dict[str, Any], list[dict[str, Any]]]


def stories(client: httpx.Client) -> Iterator[Story]:
    """Ledger row and timeline of each."""
    for programme, filters, row in STORIES:
        rows = ledger(client, {"programme": programme, **filters})
        yield _timeline(client, next(issue["case_id"] for issue in rows if issue["ledger_row"] == row))
    climbed = max(ledger(client, {"programme": CLIMBER}), key=lambda issue: (issue["level"], issue["ledger_row"]))
    yield _timeline(client, climbed["case_id"])


def ledger(client: httpx.Client, filters: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Rows of the ledger, page by page."""
    after: dict[str, str] = {}
    while True:
        page = sender.get(client, "/v1/ledger", {"limit": 200, **filters, **after})
        yield from page["items"]
        if page["next"] is None:
            return
        after = {"after": page["next"]}


def _timeline(client: httpx.Client, case: str) -> Story:
    answer = sender.get(client, f"/v1/issues/{case}/timeline", {})
    return answer["issue"], answer["items"]
