"""Ranks of departments: score first, then the share of deadlines kept."""

from __future__ import annotations

from typing import Any

from reporting.bulletins.departments import ranked


def row(unit: str, score: int | None, kept: int = 0, due: int = 0) -> dict[str, Any]:
    return {"unit": unit, "score": score, "kept": kept, "due": due}


def ranks(*rows: dict[str, Any]) -> list[tuple[str, int | None]]:
    return [(one["unit"], one["rank"]) for one in ranked(rows)]


def test_equal_departments_share_a_rank() -> None:
    assert ranks(row("b", 98, 1, 2), row("a", 98, 1, 2), row("c", 90, 1, 1)) == [("a", 1), ("b", 1), ("c", 3)]


def test_no_deadline_is_no_merit() -> None:
    assert ranks(row("idle", 100), row("busy", 100, 99, 100)) == [("busy", 1), ("idle", 2)]


def test_nothing_to_compare_has_no_rank() -> None:
    assert ranks(row("idle", None), row("busy", None, 1, 2)) == [("busy", 1), ("idle", None)]
