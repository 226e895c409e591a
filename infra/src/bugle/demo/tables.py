"""What the demo prints: figures and timelines, in Chinese or English, aligned by the width the characters take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from bugle.demo.figures import Compared

HEADS = {
    "zh": ("指标", "公布", "投影", "生成行数", "是否一致"),
    "en": ("figure", "published", "projected", "generated", "agrees"),
}
ANSWERS = {"zh": ("一致", "不一致"), "en": ("yes", "NO")}
_WIDTHS = (40, 14, 14, 10, 8)
_SHOWN = (
    "lead", "unit", "letter", "due_at", "milestones", "outcome", "policy", "satisfaction", "level", "role", "colour",
    "limit", "observed_until", "in_time", "note",
)  # fmt: skip
"""Fields of an event that a timeline shows, in this order."""

_INNER = {"bugle.supervision.fact_learnt.v1", "bugle.supervision.fact_learnt.v2"}
"""Events that repeat what another service told."""


def figures(title: str, compared: Iterable[Compared], lang: str) -> str:
    """A table of one programme's figures under its title."""
    rows = [HEADS[lang], *(_cells(one, lang) for one in compared)]
    return "\n".join([title, *("  " + _line(row) for row in rows)])


def _cells(one: Compared, lang: str) -> tuple[str, ...]:
    published = f"{'≥ ' if one.figure.relation == '≥' else ''}{one.figure.value:,}"
    answer = ANSWERS[lang][0 if one.agrees else 1]
    return one.figure.title[lang], published, f"{one.projected:,}", f"{one.synthetic:,}", answer


def timeline(issue: Mapping[str, Any], items: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> str:
    """One issue's story: when, which service recorded what, and its particulars."""
    head = f"{issue['title']} — {issue['programme']} {issue['ledger_row']}, {issue['state']}"
    lines = [head + (" (synthetic)" if issue["synthetic"] else "")]
    for item in (item for item in items if item["type"] not in _INNER):
        at = datetime.fromisoformat(item["occurred_at"]).astimezone(zone)
        name = item["type"].removeprefix("bugle.").removesuffix(".v1")
        told = "  ".join(_particulars(item["data"], zone))
        lines.append(f"  {at:%Y-%m-%d %H:%M}  {_padded(name, 34)} {told}".rstrip())
    return "\n".join(lines)


def _particulars(data: Mapping[str, Any], zone: ZoneInfo) -> Iterable[str]:
    for name in _SHOWN:
        value = data.get(name)
        if name in ("due_at", "observed_until") and value:
            value = f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%d %H:%M}"
        if name == "milestones" and value:
            value = ", ".join(f"{one['name']} {one['due_on']}" for one in value)
        if value not in (None, "", []):
            yield f"{name}={value}"


def _line(cells: Sequence[str]) -> str:
    first, *rest = (_padded(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True))
    return " ".join([first, *rest]).rstrip()


def _padded(text: str, width: int) -> str:
    return text + " " * (width - sum(2 if east_asian_width(c) in "WF" else 1 for c in text))
