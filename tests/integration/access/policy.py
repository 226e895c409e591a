"""The policy as `matrix.toml` has it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.integration.access.asking import BLIND, OPEN, REFUSED, UNKNOWN, Row

FILE = Path(__file__).with_name("matrix.toml")
WITHOUT_TOKEN = frozenset({"forger", "anonymous"})

Rows = Mapping[tuple[str, str], Row]


def policy() -> Rows:
    """The rows by service and operation."""
    held = tomllib.loads(FILE.read_text(encoding="utf-8"))
    groups, asking = held["groups"], held["asking"]
    stray = [(service, name) for service in asking for name in asking[service] if name not in held["policy"][service]]
    assert not stray, f"asked, but with no line in the policy: {stray}"
    return {
        (service, name): Row(
            open=_callers(who["open"], groups),
            blind=_callers(who.get("blind", ""), groups),
            **asking.get(service, {}).get(name, {}),
        )
        for service, rows in held["policy"].items()
        for name, who in rows.items()
    }


def expected(row: Row, caller: str) -> str:
    """What the policy lets a caller find."""
    if caller in WITHOUT_TOKEN:
        return UNKNOWN
    if caller in row.open:
        return OPEN
    return BLIND if caller in row.blind else REFUSED


def named(row: Row) -> frozenset[str]:
    """The callers that a row speaks of."""
    return row.open | row.blind


def _callers(text: str, groups: Mapping[str, Any]) -> frozenset[str]:
    words = [part for word in text.split() for part in (groups[word[1:]].split() if word[0] == "@" else [word])]
    assert len(words) == len(set(words)), f"named twice: {text}"
    return frozenset(words)
