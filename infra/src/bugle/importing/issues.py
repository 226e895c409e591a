"""An issue's row: the report, and the dated facts of its course as far as the ledger has them."""

from __future__ import annotations

from dataclasses import replace

from bugle.importing import values
from bugle.importing.history import FACTS, FIRST, LATER, TURNS, further, history, known_before, moment
from bugle.importing.rows import Command, Row

FIELDS = (
    "visit", "enterprise", "title", "text", "kind", "jurisdiction", "batch", "channel", "reported_at", "due_at",
    *FIRST, "synthetic", "note", *LATER,
)  # fmt: skip


_DATES = {name for name in (*FIRST, *LATER) if name.startswith(tuple(f"{fact}_at" for fact in (*FACTS, *TURNS)))}


def issue(row: Row) -> Command:
    """One request: the issue and its history; with late evidence also what was known before it came."""
    notes = _notes(row)
    told = history(row, notes)
    command = row.command(
        "report_issue",
        "reported_at",
        version=3 if any(map(further, told)) else 1,
        programme=row.folder.id,
        enterprise=row.needed("enterprise"),
        title=row.needed("title"),
        text=_told(row.text("text"), notes),
        kind=row.read("kind", row.folder.kind),
        visit=row.read("visit", lambda key: f"{row.folder.id}/visits/{key}"),
        jurisdiction=row.text("jurisdiction"),
        batch=row.text("batch"),
        channel=row.text("channel"),
        due_at=moment(row, "due_at", "/due_at"),
        ledger={"name": row.ledger, "row": row.key},
        history=told,
        synthetic=row.read("synthetic", values.flag),
    )
    before = known_before(told)
    return command if before is None else replace(command, early={**command.data, "history": before})


def _notes(row: Row) -> dict[str, str]:
    """The note's parts by the field they begin with (`result_at: …`); under "" those that begin with none."""
    notes: dict[str, str] = {}
    for part in (row.text("note") or "").split("; "):
        name, colon, said = part.partition(":")
        fact = bool(colon) and name.strip() in _DATES
        place, text = (name.strip(), said.strip()) if fact else ("", part.strip())
        if text:
            notes[place] = f"{notes[place]}; {text}" if place in notes else text
    return notes


def _told(text: str | None, notes: dict[str, str]) -> str | None:
    """The issue's text and what the row remarks about the row itself, told apart."""
    return "\n".join(filter(None, [text, notes.get("") and f"[{notes['']}]"])) or None
